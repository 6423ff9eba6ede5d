"""What is one emoji, and nothing else is."""

from __future__ import annotations

from contextlib import suppress

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatrooms.errors import Invalid
from chatrooms.features.reactions.emoji import emoji
from tests.browser.preloads import STATIC

VALID = {
    "👍": "👍",
    "👍\ufe0f": "👍",
    "❤": "❤\ufe0f",
    "❤\ufe0f": "❤\ufe0f",
    "👍🏽": "👍🏽",
    "🇩🇪": "🇩🇪",
    "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f": None,
    "1\u20e3": "1\ufe0f\u20e3",
    "👩🏿\u200d❤\ufe0f\u200d💋\u200d👩🏻": None,
    "👩\u200d❤\u200d👩": "👩\u200d❤\ufe0f\u200d👩",
    "🕵\ufe0f\u200d♂\ufe0f": None,
    "🏳\u200d🌈": "🏳\ufe0f\u200d🌈",
    "☺": "☺\ufe0f",
    "🏽": None,
    "\U0001fae9": None,
}
"""Each with the form in which it is stored; None for the same."""
INVALID = [
    *("", " ", "a", "1", "#", "+1", ":+1:", "☃\ufe0e", "\ufe0f", "\u200d", "👍👍", "👍 ", " 👍", "👍\n", "🇩", "🇩🇪🇫🇷"),
    *("👍\ufe0f\ufe0f", "👍\u200d", "👍🏽🏽", "👩\u200d👩\u200d👩\u200d👩\u200d👩", "❤\ufe0e"),
    *("🏴\U000e0067\U000e007f", "👍" * 30, "\u200d".join("👩" * 15), "👍" + "\ufe0f" * 19, "👍" + "\u0301" * 29),
    *("\ud83d", "\U0010ffff", "<b>", "\x00"),
]


@pytest.mark.parametrize(("given", "form"), VALID.items())
def test_one_emoji_is_one_in_its_recommended_form(given, form):
    assert emoji(given) == (form or given) == emoji(form or given)


@pytest.mark.parametrize("given", INVALID)
@pytest.mark.parametrize("command", ["reaction.add", "reaction.remove", "reaction.list"])
def test_anything_else_is_none(direct, command, given):
    with pytest.raises(Invalid) as refused:
        direct.run("bob", command, {"id": direct.posted["id"], "emoji": given})
    assert refused.value.details["field"] == "emoji"
    assert direct.reactions() == []


@given(st.text(max_size=8) | st.text(alphabet="👍👩❤🏽\ufe0f\u200d🇩🇪1\u20e3", max_size=8))
def test_whatever_is_taken_for_an_emoji_comes_back_unchanged_the_second_time(given):
    with suppress(ValueError):
        form = emoji(given)
        assert emoji(form) == form and form.replace("\ufe0f", "") == given.replace("\ufe0f", "")


def test_every_emoji_of_the_picker_is_one():
    for each in orjson.loads((STATIC / "vendor" / "emoji.json").read_bytes()):
        assert emoji(each["emoji"]) in (each["emoji"], each["emoji"].replace("\ufe0f", ""))


# What reacting does.
