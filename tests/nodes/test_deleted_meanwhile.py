"""A message that is deleted at one node while another one stores something that belongs to it: that goes, too."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import Table, select

from chatrooms import clock, ids
from chatrooms.features import bookmarks
from chatrooms.features.inbox import items
from chatrooms.features.messages import posting
from chatrooms.pipeline.act import Act
from chatrooms.storage import own_tables
from chatrooms.storage.tables import jobs
from tests.features.threads.waiting import hears_item, thread_of
from tests.people import PATIENCE, Refused

LIKE = "\N{THUMBS UP SIGN}"


@pytest.fixture
def bus() -> str:
    """Run the nodes with one bus: the database alone keeps them apart."""
    return ""


@pytest.fixture
async def alices(on):
    """Connect alice to both nodes, and deletes her messages at the node that a change does not run at."""
    first = await on(0, "alice")
    return [first, await on(1, "alice", token=first.token)]


@pytest.fixture
def delete_elsewhere(alices, nodes):
    def deleting(id: str):
        async def delete(act: Act) -> None:
            (other,) = [at for at, node in enumerate(nodes) if node.chat._pipeline.server is not act.server]
            await alices[other].run("message.delete", id=id)

        return delete

    return deleting


async def require_gone(nodes, table: Table, message: str) -> None:
    """Require that all rows about a message are gone once all jobs are done."""
    lookup = nodes[0].chat._pipeline.lookup
    waiting = select(jobs.c.id).where(jobs.c.done_at.is_(None), jobs.c.due_at <= clock.now())
    async with asyncio.timeout(PATIENCE):
        while await lookup(lambda db: db.scalars(waiting.limit(1)).all()):
            await asyncio.sleep(0.05)
    left = select(table).where(table.c.message == message, table.c.gone.is_(False))
    assert await lookup(lambda db: db.execute(left).all()) == []


async def test_a_bookmark(on, nodes, alices, at_once, delete_elsewhere):
    bob = await on(0, "bob")
    id = (await alices[0].say("#lobby", "soon gone"))["id"]
    kept, _ = await at_once(bookmarks, "_find", bob.run("bookmark.add", id=id), delete_elsewhere(id))
    assert not kept["bookmark"]["gone"]
    await require_gone(nodes, own_tables.bookmarks, id)


@pytest.mark.parametrize("text", ["hello @bob", "hello @room", "I plan"])
async def test_an_item_about_a_message(on, nodes, alices, at_once, delete_elsewhere, text):
    bob = await on(0, "bob")
    await alices[0].run("room.create", name="#den")
    await bob.run("room.join", room="#den")
    await bob.run("inbox.set", keywords=["plan"])
    id = ids.new()
    post = alices[0].run("message.post", room="#den", text=text, id=id)
    await at_once(items, "put", post, delete_elsewhere(id))
    await require_gone(nodes, own_tables.inbox, id)


async def test_an_item_about_reactions(on, nodes, alices, at_once, delete_elsewhere):
    bob = await on(0, "bob")
    id = (await alices[0].say("#lobby", "soon gone"))["id"]
    await at_once(items, "put", bob.run("reaction.add", id=id, emoji=LIKE), delete_elsewhere(id))
    await require_gone(nodes, own_tables.inbox, id)


@pytest.mark.parametrize("follows", [False, True], ids=["whose author begins to follow it", "that one follows"])
async def test_an_item_about_a_thread(on, nodes, alices, at_once, delete_elsewhere, follows):
    bob = await on(0, "bob")
    above = await bob.say("#lobby", "above")
    thread, id = thread_of(above), ids.new()
    if follows:
        first = await alices[0].say(thread, "first")
        await hears_item(bob, "thread", first)
        await bob.run("read.mark", room=thread, seq=first["seq"])
    reply = alices[0].run("message.post", room=thread, text="soon gone", id=id)
    await at_once(items, "put", reply, delete_elsewhere(id))
    await require_gone(nodes, own_tables.inbox, id)


async def test_a_reply_below_it(on, alices, at_once, delete_elsewhere):
    bob = await on(0, "bob")
    above = await alices[0].say("#lobby", "soon gone")
    reply = bob.say(thread_of(above), "still there")
    await at_once(posting, "allow", reply, delete_elsewhere(above["id"]))
    change = await bob.hears(lambda _, data: any(row["deleted"] for row in data.get("messages", ())))
    assert change["messages"][0]["thread"]["replies"] == 1
    with pytest.raises(Refused, match="conflict"):
        await bob.say(thread_of(above), "too late")
