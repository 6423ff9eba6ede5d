"""The index against reading all texts, on both databases."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, event, text

from chatrooms.features.search import index
from chatrooms.features.search.index import SLICE
from chatrooms.features.search.wanted import Wanted, mark, marked
from chatrooms.features.search.words import Line, Needle, needle, words
from chatrooms.storage.tables import metadata

pytestmark = pytest.mark.parametrize("database", ["sqlite", "postgresql"])

SOME = (
    "deploy",
    "Deploying",
    "café",
    "cafe",
    "of",
    "a",
    "1.2.3.4",
    "東京都",
    "京都",
    "안녕하세요",
    "🎉",
    "well-known",
    "ß",
)
SAID = st.one_of(st.lists(st.sampled_from(SOME), max_size=8).map(" ".join), st.text(max_size=30))
ASKED = st.one_of(st.sampled_from([*SOME, "dep", "京", "東京", "a of", "de café", "known"]), st.text(max_size=6))


@pytest.fixture
def db(request, database) -> Iterator[Connection]:
    """Return a transaction in a database with an empty index."""
    url = "sqlite://" if database == "sqlite" else request.getfixturevalue("postgres_database")
    engine = create_engine(url)
    with engine.connect() as connection:
        metadata.create_all(connection)
        yield connection
        connection.rollback()
    engine.dispose()


def naively(texts: list[str], asked: list[Needle]) -> list[int]:
    """Return the numbers of the texts that have all that is asked for, the last one first."""

    def has_all(said: str) -> bool:
        return all(Line(words(said)).has(one) for one in asked)

    return [at for at, said in reversed(list(enumerate(texts))) if has_all(said)]


def found(db: Connection, asked: list[Needle]) -> list[int]:
    wanted = [[each] for each in asked]
    ranges = index.windows(0, 10 * SLICE)
    return [key for first, below in ranges for key, _ in index.find(db, wanted, first, below, 1000)]


@given(st.lists(SAID, max_size=6), st.lists(st.tuples(ASKED, st.booleans()), min_size=1, max_size=3))
@example(["x " * 5000, "x y"], [("x x", True)])
@example(["a" * 10_000, "東" * 10_000, "b"], [("a" * 400, True), ("a" * 64, False)])
@example(["東" * 10_000, "東東"], [("東" * 250, False)])
@example(["the cat " * 300 + "and the dog", "b"], [("the dog", False)])
@example(["the cat " * 300 + "and the dog", "b"], [("and the do", True)])
@example([" ".join(f"w{number % 9000}" for number in range(16_384)) + " odd end", "b"], [("odd end", False)])
@example(["AND OR NOT NEAR words", "words"], [("NOT", False), ("and or", False)])
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_index_finds_what_reading_all_texts_finds(db, database, texts, asked):
    needles = [each for each in (needle(said, prefix=prefix) for said, prefix in asked) if each]
    if not needles:
        return
    with db.begin_nested():
        db.execute(text(f"DELETE FROM {index.TABLE}"))
        index.put_all(db, [(at * 30_000, words(said)) for at, said in enumerate(texts)])
        have = [at * 30_000 for at in naively(texts, needles)]
        assert set(found(db, needles)) >= set(have)
        with pytest.MonkeyPatch.context() as patch:
            look_for_everything(patch)
            assert found(db, needles) == have


def look_for_everything(patch: pytest.MonkeyPatch) -> None:
    """Have SQLite look for all parts of a query, not for a rare one alone, and PostgreSQL for all, not for a few."""
    patch.setattr(index, "_rare", lambda *_: None)
    patch.setattr(index, "telling", lambda wanted: wanted)


def test_a_query_of_the_most_terms_and_rooms_is_none_too_many(db, database, monkeypatch):
    look_for_everything(monkeypatch)
    index.put_all(db, [(1, [mark("r", "#lobby"), *words("a b c")])])
    rooms = marked(*(mark("r", f"#room{number}") for number in range(1000)), mark("r", "#lobby"))
    many = [[needle(letter)] for letter in "abc" * 80]
    assert index.find(db, [*many, rooms], 0, SLICE, 10) == [(1, "")]
    assert index.find(db, [*many, [needle("d")], rooms], 0, SLICE, 10) == []


@pytest.mark.parametrize("beside", [[], [[needle("b")]], [[needle("c " * 9)]], [marked(mark("r", "#lobby"))]])
def test_a_phrase_of_one_word_again_and_again_is_looked_for_once(db, database, beside):
    index.put_all(db, [(key, [mark("r", "#lobby"), *words("a b c " * 200)]) for key in range(300)])
    asked = []
    event.listen(db, "before_cursor_execute", lambda *given: asked.append(str(given[3])))
    index.find(db, [[needle("a " * 250)], *beside], 0, SLICE, 10)
    assert asked and max(len(re.findall(r"\ba\b", query)) for query in asked) <= 2


def test_one_rare_word_costs_no_more_than_none_next_to_common_words_and_rooms(db, database):
    """SQLite would read all of the others' lists for it: a hundred times as long."""
    common, count = [f"common{number}" for number in range(19)], 20_000
    said = [" ".join(common) if number % 2 else " ".join(common[number % 18 :: 2]) for number in range(count)]
    rows = ((key, [mark("r", f"#room{key % 99}"), *words(said[key] if key != 9 else "secret")]) for key in range(count))
    index.put_all(db, rows)
    rooms = marked(*(mark("r", f"#room{number}") for number in range(99) if number != 9))
    others = [[needle(word)] for word in common]
    for wanted in (
        lambda word: [*others, [needle(word)]],
        lambda word: [[needle(word)], *others],
        lambda word: [*others, [needle(word, prefix=True)]],
        lambda word: [[needle(" ".join([*common, word]))]],
        lambda word: [[needle(word)], rooms],
    ):
        there, absent = (work_of(db, wanted(word)) for word in ("secret", "zecret"))
        assert there < 2 * absent


def work_of(db: Connection, wanted: Wanted) -> float:
    """Return the least time that looking for something takes: of the processor, where that is all in this process."""
    taken, clock = [], time.process_time if db.dialect.name == "sqlite" else time.perf_counter
    for _ in range(20):
        begun = clock()
        index.find(db, wanted, 0, SLICE, 300)
        taken.append(clock() - begun)
    return min(taken)


def test_what_is_forgotten_is_not_found_and_can_be_indexed_again(db, database):
    for said in ("one", "two"):
        index.remove(db, 7)
        index.put_all(db, [(7, words(said))])
    index.remove(db, 8)
    assert [found(db, [needle(said)]) for said in ("one", "two")] == [[], [7]]
    index.remove(db, 7)
    assert found(db, [needle("two")]) == []


@given(st.integers(0, 40 * SLICE), st.integers(0, 40 * SLICE))
def test_windows_cover_each_key_once(database, low, below):
    covered = list(index.windows(low, below))
    assert covered == sorted(covered, reverse=True)
    ends = [below, *(first for first, _ in covered)]
    assert [last for _, last in covered] == ends[:-1] and (low >= below or ends[-1] == low)
    assert all(first < last and last - first <= index.LARGEST_WINDOW for first, last in covered)


def test_merging_ends_and_changes_nothing_that_is_found(db, database):
    for key in range(1, 30):
        with db.begin_nested():
            index.put_all(db, [(key, words("red"))])
    before = found(db, [needle("red")])
    steps = 0
    while index.merge(db):
        steps += 1
    assert steps == 0 if database == "postgresql" else 0 < steps < 30
    assert found(db, [needle("red")]) == before == list(range(29, 0, -1))
