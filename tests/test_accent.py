"""The shades of any accent colour can be read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatrooms import accent

PAPERS = {"light": ("#f3f1ea", "#fefdfb", "#ffffff", "#eae7de", "#f7f5f0"), "dark": ("#131312", "#1b1b1a", "#242423")}
colours = st.binary(min_size=3, max_size=3).map(lambda rgb: f"#{rgb.hex()}")


@given(colours, st.sampled_from(["light", "dark"]))
def test_text_in_and_on_the_accent_has_enough_contrast(colour: str, theme: str) -> None:
    shades = accent.shades(colour, theme)
    for ground in (*PAPERS[theme], shades.soft):
        assert accent.contrast(shades.accent, ground) >= accent.MINIMUM
    for ground in (shades.accent, shades.hover):
        assert accent.contrast(shades.on_accent, ground) >= accent.MINIMUM


@pytest.mark.parametrize("colour", ["#0c6b5d", "#7c3aed", "#b0261c"])
def test_a_colour_that_can_be_read_stays_as_it_is(colour: str) -> None:
    assert accent.shades(colour, "light").accent == colour


def test_contrast_is_that_of_the_standard() -> None:
    assert accent.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert accent.contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
