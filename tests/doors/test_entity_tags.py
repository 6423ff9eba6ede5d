"""Entity tags (RFC 9110, 8.8.3 and 13.1.2)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from chatrooms.doors.entity_tags import has


def holding(*lines: str) -> Request:
    """Return a request with these ``If-None-Match`` lines."""
    headers = [(b"if-none-match", line.encode("latin-1")) for line in lines]
    return Request({"type": "http", "headers": headers})


HELD = {
    '"abc"': True,
    'W/"abc"': True,
    "*": True,
    " * ": True,
    '"x", "abc"': True,
    '"x",W/"abc" , "y"': True,
    ',, "abc",': True,
    '"a,b", "abc"': True,
    '"",\t"abc"': True,
    '"\xe9", "abc"': True,
    "": False,
    "abc": False,
    '"abcd"': False,
    '"xabc"': False,
    '"x,abc"': False,
    '""abc""': False,
    'w/"abc"': False,
    'W/ "abc"': False,
    '*, "abc"': False,
    '"abc" "x"': False,
    '"abc': False,
    'abc"': False,
    '"x y", "abc"': False,
    'x"abc"': False,
}


@pytest.mark.parametrize("held", HELD)
@pytest.mark.parametrize("tag", ['"abc"', 'W/"abc"'])
def test_what_a_client_has_is_not_sent_again(held, tag):
    assert has(holding(held), tag) is HELD[held]


def test_several_lines_are_one_list_and_none_is_an_empty_one():
    assert has(holding('"x"', 'W/"abc"'), '"abc"')
    assert not has(holding(), '"abc"')


TAGS = st.text(st.characters(min_codepoint=0x23, max_codepoint=0x7E) | st.sampled_from("!\x80\xff,"), max_size=5)


@given(TAGS, st.lists(st.tuples(st.booleans(), TAGS)), st.sampled_from([",", ", ", " ,\t,"]))
def test_a_tag_is_found_in_a_list_if_it_is_a_member(tag, members, comma):
    listed = comma.join(f'{"W/" if is_weak else ""}"{each}"' for is_weak, each in members)
    assert has(holding(listed), f'"{tag}"') is any(each == tag for _, each in members)


@given(st.text(st.sampled_from('"abcW/,* \t\xff')))
def test_only_a_tag_in_quotes_is_found(text):
    assert not has(holding(text), '"abc"') or '"abc"' in text or text.strip(" \t") == "*"
