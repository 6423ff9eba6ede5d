"""The language of searches: what it means, and that nothing is an error."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chatrooms.features.search.language import MOST_TEXTS, Misread, Operator, Period, Reader, Text, misread, parse
from chatrooms.features.search.words import Needle

NOW = datetime(2026, 11, 26, 23, 30, tzinfo=UTC)
ALICE = Reader("alice", frozenset({"is:pinned"}), now=NOW)


def word(*said: str, prefix: bool = False, negated: bool = False) -> Text:
    return Text(Needle(said, prefix), negated)


@pytest.mark.parametrize(
    ("query", "terms"),
    [
        ("two words", [word("two"), word("words")]),
        ('"two words"', [word("two", "words")]),
        ("“two words”", [word("two", "words")]),
        ('"not closed', [word("not", "closed")]),
        ('a"b"c', [word("a"), word("b"), word("c")]),
        ("begin*", [word("begin", prefix=True)]),
        ("-without", [word("without", negated=True)]),
        ('-"two words"', [word("two", "words", negated=True)]),
        ("--flag", [word("flag")]),
        ("- a", [word("a")]),
        ("well-known", [word("well", "known")]),
        ("a a A", [word("a")]),
        ('... "" * - ! "', []),
        ("from:bob", [Operator("from", "bob")]),
        ("FROM:@Bob", [Operator("from", "bob")]),
        ('from:"bob"', [Operator("from", "bob")]),
        ("-from:bob", [Operator("from", "bob", negated=True)]),
        ("from:me is:mine", [Operator("from", "alice")]),
        ("from:@me", [Operator("from", "me")]),
        ("from: bob", [word("from"), word("bob")]),
        ("from:a!b", [word("from", "a", "b")]),
        ("in:#Ops in:ops in:alice+bob in:@bob in:me", [
            Operator("in", "#ops"),
            Operator("in", "ops"),
            Operator("in", "alice+bob"),
            Operator("in", "alice"),
        ]),
        ("in:#ops/42 in:ops/x", [Operator("in", "#ops/42"), word("in", "ops", "x")]),
        ("to:me to:#ops", [Operator("to", "alice"), Operator("to", "#ops")]),
        ("has:link HAS:Image is:thread", [
            Operator("state", "has:link"),
            Operator("state", "has:image"),
            Operator("state", "is:thread"),
        ]),
        ("is:pinned is:unknown has:", [Operator("state", "is:pinned"), word("is", "unknown"), word("has")]),
        ("foo:bar", [word("foo", "bar")]),
        ("https://a.example/b?c", [word("https", "a", "example", "b", "c")]),
        ("before:2026-11", [Period(None, "2026-11-01T00:00:00.000Z")]),
        ("after:2026", [Period("2027-01-01T00:00:00.000Z", None)]),
        ("on:today", [Period("2026-11-26T00:00:00.000Z", "2026-11-27T00:00:00.000Z")]),
        ("on:Yesterday", [Period("2026-11-25T00:00:00.000Z", "2026-11-26T00:00:00.000Z")]),
        ("-during:2026-12", [Period("2026-12-01T00:00:00.000Z", "2027-01-01T00:00:00.000Z", negated=True)]),
        ("during:october", [Period("2026-10-01T00:00:00.000Z", "2026-11-01T00:00:00.000Z")]),
        ("during:Nov", [Period("2026-11-01T00:00:00.000Z", "2026-12-01T00:00:00.000Z")]),
        ("before:dec", [Period(None, "2025-12-01T00:00:00.000Z")]),
        ('during:"May 2024"', [Period("2024-05-01T00:00:00.000Z", "2024-06-01T00:00:00.000Z")]),
        ("after:sept-2025 on:octo", [Period("2025-10-01T00:00:00.000Z", None), word("on", "octo")]),
        ("on:2024-2-29", [Period("2024-02-29T00:00:00.000Z", "2024-03-01T00:00:00.000Z")]),
        ("on:2026-02-30 on:soon", [word("on", "2026", "02", "30"), word("on", "soon")]),
        ("during:9999 before:0000", [word("during", "9999"), word("before", "0000")]),
    ],
)  # fmt: skip
def test_what_a_query_means(query, terms):
    expected = [term for number, term in enumerate(terms) if term not in terms[:number]]
    if query.startswith("in:#Ops"):
        expected[2:3] = [Operator("in", "alice+bob")]
    assert list(parse(query, ALICE)) == expected


@pytest.mark.parametrize(
    ("query", "read"),
    [
        ("from:bob -in:ops has:link on:today is:pinned", []),
        ("BEFORE:soon -has:money", [Misread("before", "soon"), Misread("has", "money")]),
        ('from:"a b" in:#ops/x', [Misread("from", "a b"), Misread("in", "#ops/x")]),
        ('from: -to: in:""', [Misread("from", ""), Misread("to", ""), Misread("in", "")]),
        ("foo:bar https://a.example", [Misread("foo", "bar"), Misread("https", "//a.example")]),
        ('"from:nobody!" 10:30 :smile: note:', [Misread("note", "")]),
    ],
)
def test_what_looks_like_an_operator_and_is_text(query, read):
    assert list(misread(query, ALICE)) == read


def test_a_day_is_that_of_the_reader():
    there = Reader("alice", now=NOW, offset=timedelta(hours=5, minutes=30))
    assert parse("on:today", there) == (Period("2026-11-26T18:30:00.000Z", "2026-11-27T18:30:00.000Z"),)
    west = Reader("alice", now=NOW, offset=timedelta(hours=-24))
    assert parse("on:today", west) == (Period("2026-11-26T00:00:00.000Z", "2026-11-27T00:00:00.000Z"),)


@given(st.lists(st.sampled_from([*"abcdefghijklmnopqrstuvwxyz東京都", "-x", '"a b"', "from:bob", "on:2026"])))
@example([chr(0x4E00 + number) for number in range(250)])
def test_the_first_words_and_phrases_count_and_all_operators(said):
    every = list(dict.fromkeys(term for part in said for term in parse(part, ALICE)))
    texts = [term for term in every if isinstance(term, Text)]
    assert list(parse(" ".join(said), ALICE)) == [term for term in every if term not in texts[MOST_TEXTS:]]


PARTS = st.sampled_from(
    [*("from:", "in:", "to:", "on:", "before:", "has:", "is:", "me", "bob", "2026-11", "東京", "link"), *'"-*#@+/ \0']
)


@given(st.one_of(st.text(max_size=80), st.lists(PARTS, max_size=20).map("".join)), st.integers(-1440, 1440))
@example("on:0001 before:0001", 1440)
@example("on:9998-12-31", -1440)
@example("in:" + "a+" * 200, 0)
def test_no_query_is_an_error(query, minutes):
    reader = Reader("alice", frozenset({"is:pinned"}), timedelta(minutes=minutes), NOW)
    terms = parse(query, reader)
    assert len(set(terms)) == len(terms) and terms == parse(f" {query}", reader)
