"""A role of the same PostgreSQL that may connect to the database, and nothing else: it learns and changes nothing."""

from __future__ import annotations

from contextlib import asynccontextmanager
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import make_url

from chatrooms.pipeline.bus.postgresql import CHANNEL
from tests.people import PATIENCE

END = "the end"
GARBAGE = ["", "hello", "2", "2 " * 8, "9" * 7000, "ñ" * 3000, '[["bye"]]']


@pytest.fixture
async def mallory(created_database):
    """Return a connection of a role without any rights, which listens."""
    url, name = make_url(created_database), f"mallory_{uuid4().hex}"
    async with connected(url) as administrator:
        await administrator.execute(f"CREATE ROLE {name} LOGIN".encode())
        try:
            async with connected(url.set(username=name)) as connection:
                await connection.execute(f"LISTEN {CHANNEL}".encode())
                yield connection
        finally:
            await administrator.execute(f"DROP ROLE {name}".encode())


@asynccontextmanager
async def connected(url):
    conninfo = url.set(drivername="postgresql").render_as_string(hide_password=False)
    async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as connection:
        yield connection


async def notify(connection, payload: str) -> None:
    await connection.execute("SELECT pg_notify(%s, %s)", [CHANNEL, payload])


async def heard(connection) -> list[str]:
    """Return everything that was notified until now."""
    await notify(connection, END)
    payloads = []
    async for notification in connection.notifies(timeout=PATIENCE):
        if notification.payload == END:
            return payloads
        payloads.append(notification.payload)
    raise TimeoutError


@pytest.mark.parametrize("bus", ["postgresql"], indirect=True)
async def test_who_may_only_connect_cannot_read_what_servers_tell_each_other_nor_take_part(on, nodes, mallory):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await mallory.execute("SELECT secret FROM facts")
    alice, bob = await on(0, "alice"), await on(1, "bob")
    await alice.say("bob", "a private word")
    await alice.run("typing", room="#lobby")
    await bob.hears_text("a private word")
    await bob.hears(lambda event, data: event == "signal" and data["type"] == "typing")
    recorded = await heard(mallory)
    assert len(recorded) > 2
    assert not any(word in payload for payload in recorded for word in ("alice", "lobby", "private", "typing"))
    for payload in [
        *recorded,
        *GARBAGE,
        "1" + recorded[0][1:],
        recorded[0][:-8],
        recorded[0].replace(" 1/1 ", " 1/2 "),
    ]:
        await notify(mallory, payload)
    await alice.say("bob", "after it")
    await bob.hears_text("after it")
    assert bob.texts("alice+bob") == ["a private word", "after it"]
    assert len(bob.signals("typing")) == 1
