"""Content codings (RFC 9110, 8.4.1 and 12.5.3)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatrooms.doors.codings import BROTLI, GZIP, IDENTITY, preferred

PREFERRED = {
    "": IDENTITY,
    "gzip": GZIP,
    "br": BROTLI,
    "gzip, deflate, br, zstd": BROTLI,
    "GZip": GZIP,
    "x-gzip": GZIP,
    "deflate, zstd": IDENTITY,
    "xgzip, gzip2": IDENTITY,
    "gzip;q=0": IDENTITY,
    "gzip;q=0.000, br;q=0": IDENTITY,
    "gzip;q=1, br;q=0.5": GZIP,
    "gzip;q=0.5, br;q=0.5": BROTLI,
    "gzip ; q=0.001": GZIP,
    "gzip;Q=0": IDENTITY,
    "identity, gzip;q=0.5": IDENTITY,
    "identity;q=0.5, gzip;q=0.5": GZIP,
    "*": BROTLI,
    "*;q=0": IDENTITY,
    "*;q=0, gzip": GZIP,
    "*, br;q=0": GZIP,
    "gzip, *;q=0": GZIP,
    "*;q=0.5, gzip;q=0.4": BROTLI,
    "identity;q=0": IDENTITY,
    "identity;q=0, gzip;q=0.1": GZIP,
    "gzip;q=2, br;q=x, deflate": IDENTITY,
    "gzip;q=0.1234": IDENTITY,
    "gzip;": IDENTITY,
    "gzip;q=": IDENTITY,
    "gzip;q=1;q=0": IDENTITY,
    ",, gzip,\t,": GZIP,
    ", ;,;q=1": IDENTITY,
}
CODINGS = (BROTLI, GZIP)


@pytest.mark.parametrize("accepted", PREFERRED)
def test_a_client_gets_the_form_that_it_prefers(accepted):
    assert preferred(accepted, CODINGS) == PREFERRED[accepted]
    assert preferred(accepted, ()) == IDENTITY


WEIGHTS = st.none() | st.integers(0, 1000)
MEMBERS = st.dictionaries(st.sampled_from([*CODINGS, IDENTITY, "*", "zstd"]), WEIGHTS)


@given(MEMBERS, st.sampled_from([",", ", ", " ,\t"]), st.sampled_from([";q=", "; q=", " ;Q="]))
def test_nothing_is_sent_in_a_form_that_another_is_preferred_to(members, comma, weighs):
    written = [name if weight is None else f"{name}{weighs}{weight / 1000:.3f}" for name, weight in members.items()]
    wanted = {name: 1000 if weight is None else weight for name, weight in members.items()}
    chosen = preferred(comma.join(written), CODINGS)
    got = wanted.get(chosen, wanted.get("*", 0))
    for coding in CODINGS:
        assert wanted.get(coding, wanted.get("*", 0)) <= got or chosen == coding
    assert chosen == IDENTITY or got > 0
    assert chosen == IDENTITY or got >= wanted.get(IDENTITY, wanted.get("*", 0))


@given(st.text(st.characters(max_codepoint=255)), st.lists(st.sampled_from(CODINGS), unique=True))
def test_whatever_is_asked_for_the_form_is_one_that_there_is(accepted, codings):
    assert preferred(accepted, codings) in {*codings, IDENTITY}
