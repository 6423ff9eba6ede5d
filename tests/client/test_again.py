"""A client that has ended starts anew, and one that runs does not: no call waits forever."""

from __future__ import annotations

import asyncio
import sqlite3

import pytest

from chatrooms.client import Client, Closed, Refused
from tests.client.waiting import change_saying, stored, texts
from tests.people import PATIENCE


async def entering_fails(client: Client, error: type[Exception], match: str) -> None:
    """Enter a client, which raises an error, and at once."""
    with pytest.raises(error, match=match):
        await asyncio.wait_for(client.__aenter__(), PATIENCE)


async def test_a_closed_client_starts_anew_and_has_what_was_posted_meanwhile(own_server, join, tmp_path):
    bob = await join("bob")
    alice = Client(own_server.url, username="alice", outbox=tmp_path / "outbox")
    async with alice:
        before = alice.changes()
        await alice.post("#lobby", "first")
    with pytest.raises(Closed):
        await alice.sync()
    assert [change async for change in alice.changes()] == []
    await bob.post("#lobby", "meanwhile")
    async with asyncio.timeout(PATIENCE), alice:
        changes = alice.changes()
        assert texts(alice, "#lobby") == ["first", "meanwhile"]
        await bob.post("#lobby", "now")
        await change_saying(changes, "now")
        await alice.post("#lobby", "again")
    assert "again" not in str([change async for change in before])
    assert [row["text"] for row in await stored(bob, "#lobby")] == ["first", "meanwhile", "now", "again"]


async def test_a_client_whose_start_failed_can_be_started_until_it_succeeds(own_server, faults, tmp_path):
    outbox = tmp_path / "later" / "outbox"
    alice = Client(own_server.url, username="alice", within=0.1, outbox=outbox, socket=faults.socket)
    await entering_fails(alice, sqlite3.OperationalError, "unable to open")
    outbox.parent.mkdir()
    faults.online.clear()
    for _ in range(2):
        await entering_fails(alice, TimeoutError, "no answer from")
    alice._within = None
    cancelled = asyncio.create_task(alice.__aenter__())
    await asyncio.sleep(0)
    cancelled.cancel()
    await asyncio.wait({cancelled}, timeout=PATIENCE)
    assert cancelled.cancelled()
    faults.online.set()
    async with alice:
        assert (await alice.post("#lobby", "at last"))["number"] == 1


async def test_a_client_that_was_refused_says_so_each_time_and_comes_in_once_it_may(own_server, join):
    alice = await join("alice")
    other = Client(own_server.url, username="alice")
    for _ in range(2):
        await entering_fails(other, Refused, "name_taken")
    other.token = alice.token
    async with other:
        assert other.username == "alice"


async def test_one_that_runs_is_not_started_a_second_time_and_goes_on(join):
    alice = await join("alice")
    await entering_fails(alice, RuntimeError, "runs already")
    assert (await alice.post("#lobby", "still here"))["number"] == 1
