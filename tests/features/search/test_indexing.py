"""What is indexed when: a search finds the same, however much of a database the index has."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from chatrooms.errors import Internal
from chatrooms.features.previews import fetching, stored
from chatrooms.features.search import index, indexing
from chatrooms.features.search.indexing import INDEX, KEEP
from chatrooms.pipeline.jobs import Job
from chatrooms.types import MAX_SEQ
from tests.direct import Direct

WORDS = ("red", "green", "blue")
SAID = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
STEPS = st.one_of(
    st.tuples(st.just("post"), SAID, st.sampled_from(["#lobby", "#den", "bob"])),
    st.tuples(st.just("edit"), SAID, st.integers(0, 9)),
    st.tuples(st.just("delete"), st.just(""), st.integers(0, 9)),
    st.tuples(st.sampled_from(["newer", "older"]), st.just(""), st.just(0)),
)


class World:
    """Alice and bob, who talk, and carol, who is only in the lobby; what they said, by id."""

    def __init__(self) -> None:
        self.direct = Direct()
        for name in ("alice", "bob", "carol"):
            self.direct.join(name)
        self.direct.run("alice", "room.create", {"name": "#den"})
        self.said: dict[str, tuple[str, str]] = {}

    def do(self, what: str, said: str, where) -> None:
        """Take a step."""
        ids = list(self.said)
        if what == "post":
            message = self.direct.run("alice", "message.post", {"room": where, "text": said})[0]["message"]
            self.said[message["id"]] = (message["room"], said)
        elif what in ("newer", "older"):
            step = partial(indexing._newer, below=MAX_SEQ) if what == "newer" else indexing._older
            self.direct.commit(indexing.NOBODY, step)
        elif where < len(ids) and what == "edit":
            self.direct.run("alice", "message.edit", {"id": ids[where], "text": said})
            self.said[ids[where]] = (self.said[ids[where]][0], said)
        elif where < len(ids):
            self.direct.run("alice", "message.delete", {"id": ids[where]})
            del self.said[ids[where]]

    def expected(self, query: str, *, rooms: set[str]) -> list[str]:
        wanted = query.split()
        found = [id for id, (room, said) in self.said.items() if room in rooms and set(wanted) <= set(said.split())]
        return found[::-1]

    def found(self, person: str, query: str, limit: int = 50) -> list[str]:
        after, found = None, []
        while True:
            page = self.direct.run(person, "search", {"query": query, "limit": limit, "after": after})[0]
            found += [message["id"] for message in page["messages"]]
            after = page["next"]
            assert page["more"] == (after is not None)
            if after is None:
                return found

    def age(self) -> None:
        """Make it a database that a version without search wrote."""
        with self.direct.engine.begin() as db:
            db.execute(text("DELETE FROM indexed"))
            db.execute(text(f"DELETE FROM {index.TABLE}"))
            db.execute(text("INSERT INTO indexed SELECT 1, n, n, n FROM (SELECT max(key) + 1 AS n FROM messages)"))


@pytest.fixture
def few(monkeypatch):
    """Index three messages at a time."""
    monkeypatch.setattr(indexing, "AT_ONCE", 3)


@settings(deadline=None)
@given(st.lists(STEPS, max_size=30), st.sampled_from(WORDS), st.sampled_from(WORDS), st.integers(1, 3))
def test_a_search_finds_what_was_said_however_much_is_indexed(steps, one, other, limit):
    world = World()
    indexing_at_once, indexing.AT_ONCE = indexing.AT_ONCE, 3
    try:
        for step in steps:
            world.do(*step)
        for query in (one, f"{one} {other}"):
            mine = world.expected(query, rooms={"#lobby", "#den", "alice+bob"})
            assert world.found("alice", query) == world.found("alice", query, limit) == mine
            assert world.found("bob", query) == world.expected(query, rooms={"#lobby", "alice+bob"})
            assert world.found("carol", query, limit) == world.expected(query, rooms={"#lobby"})
    finally:
        indexing.AT_ONCE = indexing_at_once


def test_a_database_without_an_index_gets_one_from_its_newest_message_on(few):
    world = World()
    for number in range(8):
        world.do("post", f"red {number}", "#lobby")
    ids = list(world.said)[::-1]
    world.age()
    indexed = []
    for step in range(5):
        page = world.direct.run("alice", "search", {"query": "red"})[0]
        assert [message["id"] for message in page["messages"]] == ids[: 3 * step]
        indexed.append(page["indexed"])
        world.do("older", "", 0)
    assert indexed[0] == 0 and indexed[-1] == 100 and indexed == sorted(indexed)
    world.do("older", "", 0)
    assert world.found("alice", "red") == ids


def test_what_changes_while_an_old_database_is_indexed_is_found_as_it_is(few):
    world = World()
    for number in range(8):
        world.do("post", f"red {number}", "#lobby")
    world.age()
    world.do("older", "", 0)
    for where in (0, 7):
        world.do("edit", "blue", where)
    world.do("delete", "", 6)
    world.do("delete", "", 1)
    world.do("post", "blue and red", "#lobby")
    for _ in range(4):
        world.do("older", "", 0)
    for query in ("red", "blue", "red blue"):
        assert world.found("alice", query) == world.expected(query, rooms={"#lobby"})


def test_a_job_indexes_everything_and_continues_in_another_when_it_takes_long(few, monkeypatch):
    world = World()
    for number in range(20):
        world.do("post", f"red {number}", "#lobby")
    world.age()
    world.do("post", "red and new", "#lobby")
    monkeypatch.setattr(indexing, "SECONDS", -1.0)
    rounds = 0

    async def run() -> None:
        nonlocal rounds
        await KEEP.run(world.direct, Job(1, KEEP.name, "", None, 0))
        while world.direct.run("alice", "search", {"query": "red"})[0]["indexed"] < 100:
            await world.direct.run_jobs()
            rounds += 1

    world.direct._changed = []
    asyncio.run(run())
    assert rounds > 3
    assert len(world.found("alice", "red")) == 21


def test_one_transaction_indexes_few_words_however_few_characters_stand_for_them(monkeypatch):
    """Each of these characters stands for six, each of which is a word with the one behind it."""
    monkeypatch.setattr(indexing, "WORDS", 100)
    world = World()
    for text_ in ("\N{SQUARE KIROMEETORU}" * 30, "red", "green", "\N{SQUARE KIROMEETORU}" * 10, "red", "blue " * 90):
        world.do("post", text_, "#lobby")
    step, sizes, more = partial(indexing._newer, below=MAX_SEQ), [0], True
    while more:
        more, _ = world.direct.commit(indexing.NOBODY, step)
        with world.direct.engine.connect() as db:
            sizes.append(db.scalar(text(f"SELECT count(*) FROM {index.TABLE}")))
    assert [after - before for before, after in pairwise(sizes)] == [1, 4, 1]
    assert world.found("alice", "red") == world.expected("red", rooms={"#lobby"})


@pytest.mark.parametrize("broken", ["words", "with_parts", "put_all"])
@pytest.mark.parametrize("step", ["newer", "older"])
def test_a_message_that_cannot_be_indexed_keeps_no_other_one_from_it(broken, step, monkeypatch):
    """Whatever fails at it, the program or the database, it is still found by who wrote it."""
    world = World()
    for said in ("red", "poison", "red green"):
        world.do("post", said, "#lobby")
    if step == "older":
        world.age()
    module = index if broken == "put_all" else indexing
    real = getattr(module, broken)

    def fail(*given):
        if "poison" in str(list(given[-1]) if broken == "put_all" else given):
            raise RuntimeError
        return real(*given)

    def given_rows(db, rows):
        return fail(db, list(rows))

    monkeypatch.setattr(module, broken, given_rows if broken == "put_all" else fail)
    for attempts in range(indexing.PATIENCE + 1):
        world.direct._changed = []
        with suppress(RuntimeError):
            asyncio.run(KEEP.run(world.direct, Job(1, KEEP.name, "", None, attempts)))
    with world.direct.engine.connect() as db:
        assert db.scalar(text(f"SELECT count(*) FROM {index.TABLE}")) == 3
    assert world.found("alice", "red") == list(world.said)[::-2]
    assert world.found("alice", "from:alice") == list(world.said)[::-1]


async def test_the_index_goes_past_such_a_message_on_a_server_too(person, own_server, monkeypatch):
    """There the writer makes a refusal of what failed."""
    alice, chat, real = await person("alice"), own_server.chat._pipeline, indexing.with_parts
    for said in ("red", "poison", "red green"):
        await alice.say("#lobby", said)

    def fail(act, found):
        if any("poison" in row["text"] for row in found):
            raise RuntimeError
        real(act, found)

    monkeypatch.setattr(indexing, "with_parts", fail)
    with pytest.raises(Internal):
        await KEEP.run(chat, Job(1, KEEP.name, "", None, 0))
    await KEEP.run(chat, Job(1, KEEP.name, "", None, indexing.PATIENCE))
    assert await chat.lookup(lambda db: db.scalar(text(f"SELECT count(*) FROM {index.TABLE}"))) >= 3
    assert len((await alice.run("search", query="red"))["messages"]) == 2


def test_a_message_that_is_sent_again_for_another_reason_is_not_indexed_anew():
    world = World()
    world.do("post", "https://example.org", "#lobby")
    world.do("newer", "", "")
    (message,) = world.said
    page = fetching._nothing("https://example.org") | {"found": True, "title": "red", "tenant": "", "counts_for": ""}
    with world.direct.engine.begin() as db:
        stored.add_page(db, page)
        stored.show(db, message, 0, page, page["url"])
    asked: list[str] = []
    world.direct.driver.set_trace_callback(asked.append)
    for command, more in (("message.pin", {}), ("reaction.add", {"emoji": "👍"}), ("message.edit", {"text": "blue"})):
        world.direct.run("alice", command, {"id": message, **more})
        assert any(index.TABLE in query for query in asked) == (command == "message.edit"), command
    world.direct.driver.set_trace_callback(None)
    assert world.found("alice", "blue") == [message]


def test_messages_wake_the_job_now_and_then(monkeypatch):
    monkeypatch.setattr(indexing, "AFTER", 4)
    world = World()
    for number in range(9):
        world.do("post", f"red {number}", "#lobby")
    with world.direct.engine.connect() as db:
        kinds = db.scalars(text("SELECT kind FROM jobs")).all()
    assert kinds.count(INDEX.name) in (2, 3)
