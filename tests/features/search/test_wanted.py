"""What PostgreSQL looks for together: few words, whatever is asked for, and those that few messages have."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chatrooms.features.search.wanted import WORDS, mark, marked, telling
from chatrooms.features.search.words import Needle

ROOMS = marked(*(mark("r", f"#room{number}") for number in range(10)))
WORD = st.text("abc", min_size=1, max_size=9)
NEEDLES = st.builds(Needle, st.lists(WORD, min_size=1, max_size=20).map(tuple), st.booleans())
AUTHORS = st.lists(WORD, min_size=1, max_size=20).map(lambda names: marked(*(mark("a", name) for name in names)))
WANTED = st.lists(st.one_of(NEEDLES.map(lambda needle: [needle]), AUTHORS), min_size=1, max_size=20)


def group(text: str, *, prefix: bool = False) -> list[Needle]:
    return [Needle(tuple(text.split()), prefix)]


@given(WANTED)
def test_it_is_a_part_of_what_is_wanted_and_not_too_long(wanted):
    rooms, *kept = telling([*wanted, ROOMS])
    assert rooms == ROOMS
    sizes = [sum(len(needle.words) for needle in part) for part in kept]
    assert kept and (sum(sizes) <= WORDS or len(kept) == 1)
    words = {(word,) for part in wanted for needle in part for word in needle.words}
    assert all(part in wanted or part[0].words in words for part in kept)


@given(WANTED)
def test_words_are_looked_for_if_there_are_any(wanted):
    if any(len(part) == 1 and not part[0].words[0].startswith("§") for part in wanted):
        kept = telling(wanted)
        assert sum(len(needle.words) for part in kept for needle in part) <= WORDS


def test_authors_whole_words_and_long_ones_come_first():
    short = [group(f"w{number}") for number in range(9)]
    rare = group("deployment")
    alice = marked(mark("a", "alice"))
    assert telling([*short, group("configura", prefix=True), rare, alice])[:2] == [alice, rare]
    assert telling([group("of the"), group("we")]) == [group("of the"), group("we")]


def test_a_word_that_a_phrase_repeats_is_looked_for_once():
    assert telling([group("a " * 250)]) == [group("a"), group("a")]


def test_a_long_phrase_is_looked_for_by_its_longest_words():
    phrase = group("we are about to roll back that deployment of the configura", prefix=True)
    assert telling([phrase]) == [group(word) for word in ("deployment", "about", "roll", "back", "that", "are")]
