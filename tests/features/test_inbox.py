"""The inbox: who is mentioned has an item, which is unread until it was read, on every client and by every way."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from typing import Any
from uuid import UUID

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from chatrooms import features
from chatrooms.client import Client
from chatrooms.errors import Refusal
from chatrooms.features.sync import sizes
from chatrooms.storage.own_tables import inbox
from chatrooms.storage.tables import members, messages, reads, rooms
from chatrooms.types import size_of
from tests.direct import LOBBY, Direct, heard_by
from tests.features.test_sync_pages import Line
from tests.people import PATIENCE, connect
from tests.servers import running

PEOPLE = ("alice", "bob", "carol")
AT = "2026-01-01T00:00:00.000Z"


async def item_of(person, message):
    """Wait for the newest state of a person's item about a message."""
    wanted = message["id"]
    change = await person.hears(lambda _, data: any(row["message"] == wanted for row in data.get("inbox", ())))
    return next(row for row in change["inbox"] if row["message"] == wanted)


async def later(person, wanted):
    """Wait for a row of the inbox for which ``wanted`` is true."""
    change = await person.hears(lambda _, data: any(map(wanted, data.get("inbox", ()))))
    return next(filter(wanted, change["inbox"]))


async def own_change(bob, known):
    """Return the change of bob's own room since a rev."""
    changes = (await bob.run("sync", revs={"bob": known}))["changes"]
    return next(change for change in changes if change["room"] == "bob")


async def test_who_is_mentioned_has_an_unread_item_on_every_device(own_server, alice, bob, carol):
    async with connect(own_server.url, "bob", token=bob.token) as phone:
        message = await alice.say("#lobby", "@bob, @alice, look")
        item = await item_of(bob, message)
        assert await item_of(phone, message) == item
    about = {"kind": "mention", "room": "#lobby", "message": message["id"], "seq": message["seq"], "by": "alice"}
    assert item == {**about, "id": item["id"], "at": message["at"], "read": False, "gone": False, "rev": item["rev"]}
    assert await bob.run("inbox.list") == {"items": [item], "messages": [message], "more": False}
    for person in (alice, carol):
        assert (await person.run("inbox.list"))["items"] == []


async def test_reading_the_room_or_marking_the_item_reads_it(alice, bob):
    first, second = await alice.say("#lobby", "@bob"), await alice.say("#lobby", "@bob again")
    items = [await item_of(bob, first), await item_of(bob, second)]
    await bob.run("read.mark", room="#lobby", seq=first["seq"])
    assert (await later(bob, lambda row: row["read"]))["id"] == items[0]["id"]
    assert [row["id"] for row in (await bob.run("inbox.list", unread=True))["items"]] == [items[1]["id"]]
    marked = await bob.run("inbox.mark", ids=[items[1]["id"]])
    assert [row["read"] for row in marked["items"]] == [True]
    assert (await bob.run("inbox.list", unread=True))["items"] == []
    again = await bob.run("inbox.mark", ids=[items[0]["id"]], state="unread")
    assert [row["read"] for row in again["items"]] == [False]


async def test_no_one_can_mark_the_items_of_another(alice, bob):
    item = await item_of(bob, await alice.say("#lobby", "@bob"))
    assert await alice.run("inbox.mark", ids=[item["id"], 10**9]) == {"items": []}
    assert (await bob.run("inbox.list", unread=True))["items"] == [item]


def test_ids_tell_nothing_of_the_items_of_others():
    direct = Direct()
    for name in PEOPLE:
        direct.join(name)
    for text in ("@bob", "@carol", "@carol @bob", "@carol", "@bob"):
        direct.run("alice", "message.post", {"room": LOBBY, "text": text})
    asyncio.run(direct.run_jobs())
    for name in ("bob", "carol"):
        assert [item["id"] for item in direct.run(name, "inbox.list", {})[0]["items"]] == [3, 2, 1]
    marked, _ = direct.run("bob", "inbox.mark", {"ids": [1]})
    assert [item["id"] for item in marked["items"]] == [1]
    assert [item["id"] for item in direct.run("carol", "inbox.list", {"unread": True})[0]["items"]] == [3, 2, 1]


async def test_an_edit_gives_and_takes_items_and_a_deletion_takes_them(alice, bob, carol):
    message = await alice.say("#lobby", "@bob")
    await item_of(bob, message)
    await carol.run("read.mark", room="#lobby", seq=message["seq"])
    edited = (await alice.run("message.edit", id=message["id"], text="@carol"))["message"]
    item = await item_of(carol, message)
    assert (item["read"], item["at"]) == (False, edited["edited_at"]), "carol had read what it said before"
    await later(bob, lambda row: row["gone"])
    assert (await bob.run("inbox.list"))["items"] == []
    await alice.run("message.delete", id=message["id"])
    await later(carol, lambda row: row["gone"])
    assert (await carol.run("inbox.list"))["items"] == []


async def test_who_leaves_or_is_removed_keeps_no_item_of_the_room(alice, bob, staff):
    await bob.say(staff, "@alice, a secret")
    await later(alice, lambda row: not row["read"])
    await bob.run("room.remove", room=staff, username="alice")
    await later(alice, lambda row: row["gone"])
    assert await alice.run("inbox.list") == {"items": [], "messages": [], "more": False}


async def test_the_python_client_holds_what_is_unread(own_server, alice):
    async with Client(own_server.url, username="dora") as dora:
        changes = dora.changes()
        message = await alice.say("#lobby", "@dora")
        async with asyncio.timeout(PATIENCE):
            async for change in changes:
                if change.rows("inbox"):
                    break
        assert [item["message"] for item in dora.inbox.values()] == [message["id"]]
        assert (dora.unread_for_me("#lobby"), dora.unread_for_me("dora")) == (1, 0)
        assert (await dora.inbox_items())["messages"] == [message]
        await dora.mark_read("#lobby", message["seq"])
        await dora.sync()
        assert (dict(dora.inbox), dora.unread_for_me("#lobby")) == ({}, 0)


async def test_items_are_written_on_either_database_and_survive_a_restart(tmp_path, either_database):
    async with (
        running(tmp_path, database=either_database) as server,
        connect(server.url, "alice") as alice,
        connect(server.url, "bob") as bob,
    ):
        message = await alice.say("#lobby", "@bob")
        item = await item_of(bob, message)
        token = bob.token
    async with running(tmp_path, database=either_database) as server, connect(server.url, "bob", token=token) as bob:
        assert (await own_change(bob, 0))["inbox"] == [item]
        await bob.run("read.mark", room="#lobby", seq=message["seq"])
        own = await own_change(bob, 0)
        assert "inbox" not in own, "a new client needs no item that was read"
        (row,) = (await own_change(bob, own["rev"] - 1))["inbox"]
        assert row["read"], "a client that has the item does"


def test_a_message_to_hundreds_is_written_in_parts():
    direct = Direct()
    names = [f"p{number:03}" for number in range(50)]
    for name in ("alice", *names):
        direct.join(name)
    direct.run("alice", "message.post", {"room": LOBBY, "text": " ".join(f"@{name}" for name in names)})
    changes = asyncio.run(direct.run_jobs())
    assert {change["room"] for change in changes} == set(names)


# What every client shows is what is stored: posts, edits, deletions, reading, marking, leaving, in any order.
person = st.sampled_from(PEOPLE)
ids = st.integers(1, 6).map(lambda number: str(UUID(int=number)))
room = st.sampled_from((LOBBY, "#den", "alice+bob", "alice"))
text = st.sampled_from(("x", "@alice", "`@alice`", "@bob @alice", "@carol"))
step = st.one_of(
    st.tuples(person, st.just("message.post"), st.fixed_dictionaries({"room": room, "text": text, "id": ids})),
    st.tuples(person, st.just("message.post"), st.fixed_dictionaries({"room": room, "text": text, "id": ids})),
    st.tuples(person, st.just("message.edit"), st.fixed_dictionaries({"id": ids, "text": text})),
    st.tuples(person, st.just("message.delete"), st.fixed_dictionaries({"id": ids})),
    st.tuples(person, st.just("message.pin"), st.fixed_dictionaries({"id": ids})),
    st.tuples(st.just("alice"), st.just("read.mark"), st.fixed_dictionaries({"room": room, "seq": st.integers(1, 30)})),
    st.tuples(
        st.just("alice"),
        st.just("inbox.mark"),
        st.fixed_dictionaries(
            {"ids": st.lists(st.integers(1, 5), max_size=2), "state": st.sampled_from(("read", "unread"))}
        ),
    ),
    st.tuples(person, st.sampled_from(("room.join", "room.leave")), st.just({"room": "#den"})),
    st.tuples(st.just("jobs"), st.sampled_from((list, lambda jobs: jobs[::-1], lambda jobs: jobs + jobs)), st.none()),
    st.tuples(st.just("ask"), st.none(), st.none()),
    st.tuples(st.just("miss"), st.none(), st.none()),
)


def wanted(direct: Direct) -> set[str]:
    """Return the messages that mention alice, of others, in rooms that she has not left since."""
    with direct.engine.connect() as db:
        items = select(inbox.c.message).where(
            inbox.c.username == "alice", inbox.c.gone.is_(False), inbox.c.read.is_(False)
        )
        return set(db.scalars(items))


def mentioning(direct: Direct, *, unread: bool = False) -> set[str]:
    """Return the messages of others that mention alice in rooms that she belongs to, or those she has not read."""
    with direct.engine.connect() as db:
        mine = select(members.c.room).where(members.c.username == "alice", members.c.gone.is_(False))
        others = (messages.c.author != "alice", messages.c.room.in_(mine))
        if unread:
            position = select(reads.c.seq).where(reads.c.room == messages.c.room, reads.c.username == "alice")
            others = (*others, messages.c.seq > position.scalar_subquery())
        found = db.execute(select(messages.c.id, messages.c.text).where(*others))
        return {row.id for row in found if "@alice" in (row.text or "").split()}


async def lives(steps: list[Any]) -> None:
    direct = Direct()
    for name in PEOPLE:
        direct.join(name)
    tab = Line(direct)
    await tab.caught_up()
    direct.run("bob", "room.create", {"name": "#den"})
    is_heard = True
    for who, what, params in [*steps, ("jobs", list, None)]:
        if who == "ask":
            await tab.caught_up()
            is_heard = True
        elif who == "miss":
            is_heard = False
        else:
            with suppress(Refusal):
                changes = await direct.run_jobs(what) if who == "jobs" else direct.run(who, what, params)[1]
                for change in heard_by("alice", changes) if is_heard else ():
                    tab._hear(change)
    await tab.caught_up()
    fresh = Line(direct)
    await fresh.caught_up()
    assert tab.state.inbox == fresh.state.inbox
    held = {item["message"] for item in fresh.state.inbox.values()}
    assert held == wanted(direct) <= mentioning(direct)
    if not any(what == "inbox.mark" for _, what, _ in steps):
        assert mentioning(direct, unread=True) <= held


async def test_the_oldest_of_too_many_unread_items_is_read_so_that_one_change_stays_small(monkeypatch):
    monkeypatch.setattr(features.inbox.items, "MAX_UNREAD", 20)
    direct = Direct()
    for name in ("alice", "bob"):
        direct.join(name)
    for number in range(25):
        direct.run("bob", "message.post", {"room": LOBBY, "text": f"@alice {number}"})
    await direct.run_jobs()
    tab = Line(direct)
    await tab.caught_up()
    assert list(tab.state.inbox) == list(range(6, 26))
    direct.run("alice", "inbox.mark", {"ids": [1, 2, 3], "state": "unread"})
    await tab.caught_up()
    assert list(tab.state.inbox) == list(range(6, 26))
    direct.run("alice", "read.mark", {"room": LOBBY, "seq": 10_000})
    await tab.caught_up()
    assert not tab.state.inbox


def test_nobody_makes_read_what_others_have_caused_however_much_they_cause(monkeypatch):
    monkeypatch.setattr(features.inbox.items, "MAX_UNREAD", 12)
    direct = Direct()
    for name in (*PEOPLE, "mallory"):
        direct.join(name)

    def mention(who, times):
        for number in range(times):
            direct.run(who, "message.post", {"room": LOBBY, "text": f"@alice {number}"})
        asyncio.run(direct.run_jobs())

    def unread():
        return Counter(item["by"] for item in direct.run("alice", "inbox.list", {"unread": True})[0]["items"])

    mention("bob", 3)
    mention("mallory", 30)
    assert unread() == {"bob": 3, "mallory": 9}
    mention("carol", 4)
    assert unread() == {"bob": 3, "mallory": 5, "carol": 4}
    newest = direct.run("alice", "inbox.list", {"unread": True})[0]["items"]
    assert [item["id"] for item in newest if item["by"] == "mallory"] == list(range(33, 28, -1))


def test_an_inbox_does_not_grow_without_end_and_keeps_what_is_unread(monkeypatch):
    monkeypatch.setattr(features.inbox.items, "KEPT", 10)
    monkeypatch.setattr(features.inbox.items, "SWEPT", 5)
    direct = Direct()
    for name in ("alice", "bob"):
        direct.join(name)

    def ids():
        asyncio.run(direct.run_jobs())
        return [item["id"] for item in direct.run("alice", "inbox.list", {})[0]["items"]]

    for number in range(40):
        message = direct.run("bob", "message.post", {"room": LOBBY, "text": f"@alice {number}"})[0]["message"]
        if number == 20:
            direct.run("alice", "read.mark", {"room": LOBBY, "seq": message["seq"] - 5})
        listed = ids()
    assert listed == [*range(40, 16, -1)], "17 to 40 are unread, and the rest was read"
    direct.run("alice", "read.mark", {"room": LOBBY, "seq": message["seq"]})
    for number in range(20):
        direct.run("bob", "message.post", {"room": LOBBY, "text": f"@alice again {number}"})
    assert ids() == [*range(60, 40, -1)]


def test_a_page_of_the_inbox_stays_small_however_long_the_messages_are():
    direct = Direct()
    for name in ("alice", "bob"):
        direct.join(name)
    for number in range(20):
        direct.run("bob", "message.post", {"room": LOBBY, "text": f"@alice {number} " + "\N{GRINNING FACE}" * 9900})
    asyncio.run(direct.run_jobs())
    seen: list[int] = []
    more, after = True, {}
    while more:
        page, _ = direct.run("alice", "inbox.list", after)
        assert size_of(page) < 256 * 1024 + 1000
        assert [row["id"] for row in page["messages"]] == [item["message"] for item in page["items"]]
        seen += [item["id"] for item in page["items"]]
        more, after = page["more"], {"after": seen[-1]}
    assert seen == list(range(20, 0, -1))


def test_one_command_changes_fewer_items_than_a_piece_of_sync_holds():
    assert features.inbox.items.MAX_UNREAD + features.inbox.items.MAX_MARKED <= sizes.PIECE_ROWS


@given(st.lists(step, min_size=10, max_size=50), st.sampled_from((8, 500)))
@settings(max_examples=40, deadline=None, database=None, phases=[Phase.explicit, Phase.generate])
def test_every_client_shows_what_is_stored_and_nothing_else(steps, piece):
    before, sizes.PIECE_ROWS = sizes.PIECE_ROWS, piece
    try:
        asyncio.run(lives(steps))
    finally:
        sizes.PIECE_ROWS = before


def test_a_new_client_gets_a_bounded_answer_however_many_items_were_read():
    direct = Direct()
    direct.join("alice")
    direct.join("bob")
    item = {"username": "alice", "kind": "mention", "room": LOBBY, "by": "bob", "at": AT, "gone": False}
    with direct.engine.begin() as db:
        born = db.scalars(select(rooms.c.counter).where(rooms.c.name == "alice")).one()
        db.execute(
            insert(inbox),
            [
                {**item, "id": n, "read": n > 3, "born": born + n, "rev": born + n + (5000 if n > 3 else 0)}
                for n in range(1, 5001)
            ],
        )
        db.execute(rooms.update().where(rooms.c.name == "alice").values(counter=born + 10_000))
    answer, _ = direct.run("alice", "sync", {"revs": {}})
    (own,) = [change for change in answer["changes"] if change["room"] == "alice"]
    assert [row["id"] for row in own["inbox"]] == [1, 2, 3]
    page, _ = direct.run("alice", "inbox.list", {})
    assert [row["id"] for row in page["items"]] == list(range(5000, 4900, -1)) and page["more"]
    last, _ = direct.run("alice", "inbox.list", {"after": 101})
    assert [row["id"] for row in last["items"]] == list(range(100, 0, -1)) and not last["more"]


def test_the_inbox_is_read_by_index():
    direct = Direct()
    direct.join("alice")
    with direct.plans() as plans:
        for params in ({}, {"unread": True}, {"after": 5}):
            direct.run("alice", "inbox.list", params)
    steps = [step for query, step in plans if "FROM inbox" in query]
    assert sum("SEARCH inbox" in step for step in steps) == 3, steps
    assert not [step for step in steps if step.startswith("SCAN") or "TEMP B-TREE" in step]
