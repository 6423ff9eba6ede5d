"""Searches in many rooms, and for what a message has again and again: PostgreSQL's index has its limits there."""

from __future__ import annotations

import pytest

from chatrooms.features.search import cost, finding
from tests.features.search.test_searching import found
from tests.people import connect
from tests.servers import running


@pytest.fixture
def database(either_database: str) -> str:
    return either_database


@pytest.mark.parametrize("query", ["red", "red*", '"red and"', "red -blue", "-blue", "after:yesterday", "from:alice"])
@pytest.mark.parametrize(("long", "compared"), [(1e-20, 1), (1e-20, 1e-15), (10**9, 1)])
async def test_of_many_rooms_ones_own_are_found_with_their_threads(person, index, monkeypatch, query, long, compared):
    """PostgreSQL looks for many rooms otherwise than for few: as if all were many, or at first, or few."""
    alice, bob = await person("alice"), await person("bob")
    above = await alice.say("#lobby", "red and white")
    await alice.run("thread.open", id=above["id"])
    await alice.say(f"#lobby/{above['seq']}", "red and green")
    for room in ("#mine", "#hers"):
        await alice.run("room.create", name=room)
        await alice.say(room, f"red and {room}")
        await alice.say(room, f"red and blue in {room}")
    await bob.run("room.join", room="#mine")
    expected = await found(alice, query), await found(bob, query)
    assert set(expected[0]) - set(expected[1]) >= {"red and #hers"} and "red and green" in expected[1]
    monkeypatch.setattr(finding, "LONG", long)
    monkeypatch.setattr(cost, "SECONDS_TO_COMPARE", compared)
    monkeypatch.setattr(finding, "SHARES", dict.fromkeys((True, False), (0, 1)))
    await index()
    assert (await found(alice, query), await found(bob, query)) == expected


@pytest.mark.parametrize("seconds", [-1, 10])
async def test_a_search_that_takes_postgresql_long_counts_as_several(tmp_path, database, monkeypatch, seconds):
    monkeypatch.setattr(finding, "SECONDS", seconds)
    async with (
        running(tmp_path, database=database, rate_search="20/minute") as server,
        connect(server.url, "alice") as alice,
    ):
        is_counted = bool(database) and seconds < 0
        answers = [(await alice.client.call("search", {"query": "word"}))["ok"] for _ in range(3)]
        assert answers == ([True, False, False] if is_counted else [True] * 3)


@pytest.mark.parametrize("times", [10, 255, 256, 500])
async def test_what_comes_after_a_word_that_is_there_again_and_again_is_found(person, index, times):
    alice = await person("alice")
    log = "\n".join(f"10.0.{number // 256}.{number % 256} GET /a" for number in range(times))
    await alice.say("#lobby", log)
    last = f"10.0.{(times - 1) // 256}.{(times - 1) % 256}"
    for _ in range(2):
        for query in (last, f'"{last} GET"', f'"{last}" -nothing', f"{last}*"):
            assert await found(alice, query) == [log], query
        assert await found(alice, f'"GET {last} {last}"') == []
        await index()
