"""The types of parameters: each value is normalized or rejected."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from chatrooms import types

NUL, TAB = "\x00", "\t"
TURNED, INVISIBLE = "\u202eecila", "\u200b \u3164"
BLANK = (
    "\u2800",
    "\u200b\u200d",
    "\u115f\u1160",
    "\U000e0041",
    "\ufe0f",
    "\u0301",
    "\u2066\u2069",
    " \u00ad",
    "\U0001d159",
)
"""The same as in static/tests/visible.test.js."""
NEWER = "\U000323b0"
"""Unassigned: to this version of Python, as an emoji of next year is."""
UUID = "11111111-1111-4111-8111-11111111111a"


def nested(depth: int) -> list:
    """Return a list in a list, `depth` levels in all."""
    return [nested(depth - 1)] if depth > 1 else []


@pytest.mark.parametrize(
    ("type", "given", "stored"),
    [
        (types.Username, "Alice", "alice"),
        (types.SharedRoom, "Design", "#design"),
        (types.SharedRoom, "#design", "#design"),
        (types.AnyRoom, "Bob+alice", "alice+bob"),
        (types.AnyRoom, "#Lobby", "#lobby"),
        (types.MessageText, " two\nlines ", " two\nlines "),
        (types.MessageText, f"a{TAB}b", f"a{TAB}b"),
        (types.MessageText, "x" * types.MAX_TEXT, "x" * types.MAX_TEXT),
        (types.MessageText, NEWER, NEWER),
        (types.Title, NEWER, NEWER),
        (types.Title, "  The den ", "The den"),
        (types.Title, "", ""),
        (types.Topic, "Shapes 🔷", "Shapes 🔷"),
        (types.Search, "", ""),
        (types.Id, UUID.upper(), UUID),
        (types.Seq, 0, 0),
        (types.Seq, types.MAX_SEQ, types.MAX_SEQ),
    ],
)
def test_values_are_normalized(type, given, stored):
    assert TypeAdapter(type).validate_python(given, strict=True) == stored


@pytest.mark.parametrize(
    ("type", "given"),
    [
        (types.Username, "a b"),
        (types.Username, "x" * 201),
        (types.Username, 5),
        (types.SharedRoom, "#a b"),
        (types.SharedRoom, "#" + "x" * 49),
        (types.AnyRoom, "~alice"),
        (types.AnyRoom, ""),
        (types.MessageText, " \n "),
        (types.MessageText, f"a{NUL}b"),
        (types.MessageText, "x" * (types.MAX_TEXT + 1)),
        (types.MessageText, b"bytes"),
        *((types.MessageText, blank) for blank in BLANK),
        *((types.Title, blank) for blank in BLANK),
        (types.Title, "two\nlines"),
        (types.Title, "x" * 81),
        (types.Title, TURNED),
        (types.Title, INVISIBLE),
        (types.Topic, NUL),
        (types.Topic, "x" * 251),
        (types.Search, NUL),
        (types.Id, "1"),
        (types.Id, UUID + "0"),
        (types.Seq, -1),
        (types.Seq, types.MAX_SEQ + 1),
        (types.Seq, "5"),
        (types.Seq, True),
    ],
)
def test_an_invalid_value_is_rejected(type, given):
    with pytest.raises(ValidationError):
        TypeAdapter(type).validate_python(given, strict=True)


@pytest.mark.parametrize(
    ("value", "size"), [("", 2), (None, 4), ({"a": [1]}, 9), ("abc", 5), ('"', 4), ("é", 4), ("🔷", 6), ("\x01", 8)]
)
def test_the_size_of_a_value_is_that_of_its_json(value, size):
    assert types.size_of(value) == size
