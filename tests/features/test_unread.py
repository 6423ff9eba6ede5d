"""Unread messages: what every client shows is what is stored, whatever happened and in whatever order it was heard."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import suppress
from typing import Any
from uuid import UUID

from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select

from chatrooms.client.unread import MOST
from chatrooms.errors import Refusal
from chatrooms.features.blocking import RECOUNT
from chatrooms.features.sync import sizes
from chatrooms.pipeline.jobs import Job
from chatrooms.storage.own_tables import blocks
from chatrooms.storage.synced import COUNTED, SYNCED
from chatrooms.storage.tables import messages, reads, rooms
from tests.direct import LOBBY, Direct, heard_by
from tests.features.test_sync_pages import Line

PEOPLE = ("alice", "bob", "carol")
ROOMS = (LOBBY, "#den", "alice+bob", "alice+carol", "alice+bob+carol", "alice")
AT = "2026-01-01T00:00:00.000Z"

person = st.sampled_from(PEOPLE)
id = st.integers(1, 6).map(lambda number: str(UUID(int=number)))
room, shared = st.sampled_from(ROOMS), st.sampled_from((LOBBY, "#den"))
post = st.tuples(
    person, st.just("message.post"), st.fixed_dictionaries({"room": room, "text": st.just("x")}, optional={"id": id})
)
delete = st.tuples(person, st.just("message.delete"), st.fixed_dictionaries({"id": id}))
step = st.one_of(
    post,
    post,
    post,
    delete,
    delete,
    st.tuples(person, st.just("message.edit"), st.fixed_dictionaries({"id": id, "text": st.just("y")})),
    st.tuples(person, st.just("message.pin"), st.fixed_dictionaries({"id": id})),
    st.tuples(st.just("alice"), st.just("read.mark"), st.fixed_dictionaries({"room": room, "seq": st.integers(1, 30)})),
    st.tuples(person, st.sampled_from(("room.join", "room.leave")), st.fixed_dictionaries({"room": shared})),
    st.tuples(
        person,
        st.sampled_from(("room.remove", "room.invite")),
        st.fixed_dictionaries({"room": shared, "username": person}),
    ),
    st.tuples(st.just("alice"), st.just("room.close"), st.fixed_dictionaries({"room": room})),
    st.tuples(st.just("alice"), st.sampled_from(("user.block", "user.unblock")), st.just({"username": "bob"})),
)
heard = st.tuples(st.just("hear"), st.sampled_from((0, 1)), room)
"""A change of a room arrives in one of two tabs; changes of other rooms may be slower."""
missed = st.tuples(st.just("miss"), st.sampled_from((0, 1)), room)
asked = st.tuples(st.just("ask"), st.sampled_from((0, 1)), st.none())
counted = st.tuples(st.just("count"), st.just(0), st.none())
"""The jobs run that count anew after somebody was blocked."""


class Tab(Line):
    """A client of alice's, to whom the changes of each room are on their way."""

    def __init__(self, direct: Direct) -> None:
        super().__init__(direct)
        self.coming: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)

    def hear(self, room: str) -> None:
        """Let the next change of a room arrive."""
        if self.coming[room]:
            self._hear(self.coming[room].pop(0))

    def miss(self, room: str) -> None:
        """Lose what is on its way from a room."""
        self.coming[room].clear()

    async def ask(self, _room: None) -> None:
        """Catch up while changes are on their way."""
        await self.caught_up()

    async def settled(self) -> dict[str, int]:
        """Return what is unread in each room when everything has arrived."""
        for name in list(self.coming):
            while self.coming[name]:
                self.hear(name)
        await self.caught_up()
        return {name: self.state.unread(name) for name in self.state.rooms}


def stored(direct: Direct, username: str, among: Any) -> dict[str, int]:
    """Return what is unread in each room, counted one by one."""
    with direct.engine.connect() as db:
        positions = dict(db.execute(select(reads.c.room, reads.c.number).where(reads.c.username == username)).all())
        blocked = select(blocks.c.blocked).where(blocks.c.username == username, blocks.c.gone.is_(False))
        count = select(func.count()).where(
            messages.c.author != username, messages.c.author.not_in(blocked), messages.c.deleted.is_(False)
        )
        return {
            name: db.scalar(count.where(messages.c.room == name, messages.c.number > positions[name])) or 0
            for name in among
        }


def only_recounts(found: list[Job]) -> list[Job]:
    return [job for job in found if job.kind == RECOUNT.name]


async def lives(steps: list[Any]) -> None:
    direct = Direct()
    for name in PEOPLE:
        direct.join(name)
    tabs = (Tab(direct), Tab(direct))
    for tab in tabs:
        await tab.caught_up()
    direct.run("bob", "room.create", {"name": "#den"})

    def send(changes: list[dict[str, Any]]) -> None:
        for change in heard_by("alice", changes):
            for tab in tabs:
                tab.coming[change["room"]].append(change)

    for who, what, given_ in (*steps, ("count", 0, None)):
        if who in PEOPLE:
            with suppress(Refusal):
                send(direct.run(who, what, given_)[1])
        elif who == "count":
            send(await direct.run_jobs(only_recounts))
        elif who == "ask":
            await tabs[what].ask(None)
        else:
            getattr(tabs[what], who)(given_)
    fresh = await Tab(direct).settled()
    assert fresh == stored(direct, "alice", fresh)
    assert [await tab.settled() for tab in tabs] == [fresh, fresh]


REOPENED = [
    ("carol", "message.post", {"room": "alice", "text": "x"}),
    ("alice", "room.close", {"room": "alice+carol"}),
    ("carol", "message.post", {"room": "alice", "text": "x"}),
    *[("hear", 0, "alice")] * 3,
]
"""A conversation that is closed and open again before its first change arrives."""
_IN_DEN = ("bob", "message.post", {"room": "#den", "text": "x"})
BLOCKED = [
    ("alice", "room.join", {"room": "#den"}),
    _IN_DEN,
    ("alice", "user.block", {"username": "bob"}),
    ("count", 0, None),
    _IN_DEN,
    *[("hear", 0, "alice"), ("hear", 1, "#den")] * 3,
    ("alice", "user.unblock", {"username": "bob"}),
    ("count", 0, None),
    _IN_DEN,
    *[("hear", 0, "alice"), ("hear", 1, "#den")] * 3,
]
"""Somebody is blocked and unblocked: one tab hears of it before their messages, the other one after them."""


@given(
    st.lists(st.one_of(step, step, step, heard, missed, asked, counted), min_size=20, max_size=60),
    st.sampled_from((1, 3, 200)),
)
@settings(
    max_examples=settings.default.max_examples // 6,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
)
@example(steps=REOPENED, limit=200)
@example(steps=BLOCKED, limit=200)
def test_every_client_shows_what_is_stored(steps, limit):
    before, sizes.LIMIT = sizes.LIMIT, limit
    try:
        asyncio.run(lives(steps))
    finally:
        sizes.LIMIT = before


async def test_beyond_a_thousand_messages_nothing_is_counted():
    assert COUNTED == MOST
    direct = Direct()
    for name in PEOPLE:
        direct.join(name)
    live = Tab(direct)
    await live.caught_up()
    row = {"room": LOBBY, "author": "bob", "text": "x", "at": AT, "deleted": False}
    with direct.engine.begin() as db:
        begun = db.scalars(select(rooms.c.counter).where(rooms.c.name == LOBBY)).one()
        numbers = range(1, MOST + 1)
        db.execute(
            insert(messages),
            [{"id": f"{n}", "seq": begun + n, "rev": begun + n, "number": n, **row} for n in numbers],
        )
        db.execute(rooms.update().where(rooms.c.name == LOBBY).values(counter=begun + MOST, posted=MOST))
    direct.run("alice", "message.post", {"room": LOBBY, "text": "mine"})
    fresh = Tab(direct)
    await fresh.caught_up()
    assert fresh.state.reads[LOBBY]["uncounted"] is None
    await live.caught_up()
    assert live.state.unread(LOBBY) == fresh.state.unread(LOBBY) == MOST
    read, changes = direct.run("alice", "read.mark", {"room": LOBBY, "seq": begun + 1})
    assert read["read"]["uncounted"] == 1
    for tab in (live, fresh):
        for change in heard_by("alice", changes):
            tab._hear(change)
        assert tab.state.unread(LOBBY) == MOST - 1


def test_the_count_is_bounded_by_an_index():
    direct = Direct()
    with direct.engine.connect() as db:
        query = str(SYNCED["reads"].select().where(reads.c.username == "alice").compile(db))
        plan = db.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", (1,) * query.count("?")).all()
    steps = [row[3] for row in plan]
    assert not [line for line in steps if line.startswith("SCAN")], steps
    assert any("messages" in line and "(room=? AND seq>?)" in line for line in steps), steps


def test_posting_reads_and_writes_no_position():
    direct = Direct()
    direct.join("alice")
    statements: list[str] = []
    with direct.engine.connect() as db:
        db.connection.driver_connection.set_trace_callback(statements.append)
    direct.run("alice", "message.post", {"room": LOBBY, "text": "x"})
    assert statements and not [statement for statement in statements if "reads" in statement]


async def test_who_leaves_a_room_learns_nothing_more_of_it(alice, bob):
    await bob.run("room.create", name="#den")
    await alice.run("room.join", room="#den")
    await alice.run("room.leave", room="#den")
    message = await bob.say("#den", "without you")
    await bob.run("message.delete", id=message["id"])
    (own,) = [change for change in (await alice.run("sync", revs={}))["changes"] if change["room"] == "alice"]
    (left,) = [row for row in own["reads"] if row["room"] == "#den"]
    assert (left["number"], left["uncounted"], left["room_rev"]) == (0, None, 0)
