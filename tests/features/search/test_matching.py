"""What a message shows of itself: links, files and pictures; and what its parts say, such as names of files."""

from __future__ import annotations

import pytest

from chatrooms.features.search.indexing import entry
from chatrooms.features.search.language import Reader, parse
from chatrooms.features.search.matching import MARKED, matches, pieces
from chatrooms.features.search.words import words

ALICE = Reader("alice")
PICTURE = {"name": "Köln trip.png", "type": "image/png"}
MESSAGE = {
    "room": "#lobby",
    "author": "bob",
    "text": "See",
    "at": "2026-11-26T10:00:00.000Z",
    "files": [PICTURE],
    "shown": [PICTURE["name"]],
}


@pytest.mark.parametrize(
    ("query", "message", "is_met"),
    [
        ("has:file", {}, True),
        ("has:image koln", {}, True),
        ("see trip", {}, True),
        ('"see koln"', {}, False),
        ("has:image", {"files": [{"name": "a.pdf", "type": "application/pdf"}]}, False),
        ("has:file", {"files": []}, False),
        ("has:link", {"text": "at https://x.example"}, True),
        ("has:link", {"text": "at www.x.example"}, True),
        ("has:link", {"text": "https:// is a scheme"}, False),
        ("to:alice", {"room": "alice+bob"}, True),
        ("to:bob", {"room": "alice+bob"}, False),
        ("in:bob", {"room": "alice+bob"}, True),
        ("in:lobby", {"room": "#lobby/7"}, True),
        ("in:lobby/7", {"room": "#lobby/7"}, True),
        ("in:#lobby/8", {"room": "#lobby/7"}, False),
        ("in:me", {"room": "alice"}, True),
    ],
)
def test_what_a_message_meets(query, message, is_met):
    assert matches(parse(query, ALICE), MESSAGE | message, "alice") is is_met


def test_a_long_text_shows_the_first_occurrences():
    text = "東 a " * (MARKED + 10)
    shown = pieces(parse("東 a", ALICE), text)
    assert "".join(shown) == text and len(shown) == 2 * 2 * MARKED + 1


def test_names_of_files_are_indexed_and_not_highlighted():
    assert set(words("See Köln trip png")) <= set(entry(MESSAGE))
    assert pieces(parse("koln", ALICE), "See") == ["See"]
