"""What nodes do about nonsense on the bus, nodes of another version, and a database whose disk is full."""

from __future__ import annotations

from contextlib import asynccontextmanager

import orjson
import psycopg
import pytest
from sqlalchemy import make_url

from chatrooms.pipeline.bus.envelopes import VERSION, Sender
from chatrooms.pipeline.bus.postgresql import CHANNEL
from chatrooms.storage import disk
from tests.doors.test_health import get
from tests.people import Refused

FULL = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER full_disk BEFORE INSERT ON messages EXECUTE FUNCTION full_disk();
"""


@asynccontextmanager
async def administering(database: str):
    url = make_url(database).set(drivername="postgresql").render_as_string(hide_password=False)
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as session:
        yield session


def of_the_next_version(chat) -> list[str]:
    """Return what a node of a newer version may say: kinds that are new here, and envelopes of another kind."""
    sender = Sender(chat._pipeline.facts, "newer", chat._node._bus.clock)
    new = orjson.dumps([["poll", "#lobby", {"choices": 3}], ["beat", 0, 0], ["moved", ["carol"], []]])
    (piece,), (longer,) = sender._pieces(new), sender._pieces(b'[["beat", 1, 2, 3]]')
    return [piece, f"3{piece.removeprefix(VERSION)} and what else there is", longer]


@pytest.mark.parametrize("bus", ["postgresql"], indirect=True)
async def test_nonsense_and_newer_versions_on_the_bus_change_nothing(nodes, on, created_database):
    alice, bob = await on(0, "alice"), await on(1, "bob")
    await bob.run("presence.watch", usernames=["carol"])
    nonsense = ["", "hello", "1 2 3", "x" * 7000, "1 a b c d/e f []"]
    async with administering(created_database) as administrator:
        for piece in [*nonsense, *of_the_next_version(nodes[1].chat)]:
            await administrator.execute("SELECT pg_notify(%s, %s)", (CHANNEL, piece))
    await bob.hears(lambda event, data: event == "signal" and data["from"] == "carol")  # who is at the newer node
    await alice.say("#lobby", "hello")
    await bob.hears_text("hello")


async def test_a_database_with_a_full_disk_refuses_what_it_cannot_store_and_loses_nothing(
    nodes, on, created_database, caplog, monkeypatch
):
    alice, bob = await on(0, "alice"), await on(1, "bob")
    await alice.say("#lobby", "before")
    async with administering(created_database) as administrator:
        await administrator.execute(FULL)
        for person in (alice, bob):
            with pytest.raises(Refused, match="unavailable"):
                await person.say("#lobby", "no space")
            assert (await person.run("history", room="#lobby"))["messages"][-1]["text"] == "before"
        full = b'"degraded":{"disk":"it is full: people can read, but not post"}'
        assert [full in (await get(node.url, "/readyz"))[1] for node in nodes] == [True, True]
        await administrator.execute("DROP TRIGGER full_disk ON messages")
    monkeypatch.setattr(disk, "SECONDS_TO_REMEMBER", 0.0)
    lines = [record.getMessage() for record in caplog.records if "53100 could not extend file" in record.getMessage()]
    assert lines and not any("Traceback" in line for line in lines)
    after = await bob.say("#lobby", "after")
    await alice.hears_text("after")
    assert (await get(nodes[1].url, "/readyz"))[1] == b'{"ok":true}'
    assert after["number"] == 2 and alice.texts("#lobby") == ["before", "after"]
