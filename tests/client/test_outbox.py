"""The outbox, in memory or in a file that survives the process."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import sys

import pytest

from chatrooms.client import Client, Closed, Refused
from tests.client.processes import ServerProcess
from tests.client.waiting import stored, texts

KILLED = """
import asyncio, sys
from pathlib import Path
from chatrooms.client import Client
from tests.client.faults import Faults, posted

async def main(url, outbox):
    faults = Faults()
    faults.lost_acks = posted
    async with Client(url, username="alice", outbox=Path(outbox), socket=faults.socket) as alice:
        sent = [alice.send("#lobby", f"number {number}") for number in range(5)]
        await faults.losses.get()
        print(alice.token, *(message.id for message in sent), flush=True)
        await sent[0]

asyncio.run(main(*sys.argv[1:]))
"""


async def test_an_outbox_that_cannot_be_opened_raises(tmp_path):
    client = Client("http://127.0.0.1:1", username="alice", outbox=tmp_path / "nowhere" / "outbox.sqlite3")
    with pytest.raises(sqlite3.OperationalError, match="unable to open"):
        async with client:
            pass
    await client.close()


@pytest.mark.slow
async def test_messages_sent_before_the_server_starts_are_stored_when_it_does(tmp_path):
    server = ServerProcess(tmp_path)
    alice = Client(server.url, username="alice")
    alice.start()
    try:
        message = alice.send("#lobby", "early")
        await server.start()
        assert (await message)["number"] == 1
    finally:
        await alice.close()
        await server.kill()


@pytest.mark.slow
async def test_an_outbox_file_survives_the_kill_of_its_process_and_the_same_ids_are_sent(own_server, tmp_path):
    outbox = tmp_path / "outbox.sqlite3"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED, own_server.url, outbox, stdout=asyncio.subprocess.PIPE
    )
    token, *ids = (await process.stdout.readline()).decode().split()
    process.send_signal(signal.SIGKILL)
    await process.communicate()
    async with Client(own_server.url, username="bob") as bob:
        assert [row["id"] for row in await stored(bob, "#lobby")] == ids[:1]
        async with Client(own_server.url, username="alice", token=token, outbox=outbox) as alice:
            await alice.post("#lobby", "after all these")
            assert [row["id"] for row in await stored(bob, "#lobby")][:5] == ids
            assert texts(alice, "#lobby") == [*(f"number {number}" for number in range(5)), "after all these"]
        async with Client(own_server.url, username="alice", token=token, outbox=outbox) as alice:
            assert alice.unsent == 0


async def test_a_refused_message_leaves_the_outbox_file_and_an_unsent_one_stays(own_server, tmp_path):
    outbox = tmp_path / "outbox.sqlite3"
    async with Client(own_server.url, username="alice", outbox=outbox) as alice:
        token = alice.token
        with pytest.raises(Refused):
            await alice.post("#nowhere", "x")
        unsent = alice.send("#lobby", "left behind")
    with pytest.raises(Closed):
        await unsent
    async with Client(own_server.url, username="alice", token=token, outbox=outbox) as alice:
        assert (await alice.post("#lobby", "left behind", id=unsent.id))["number"] == 1
        assert len(await stored(alice, "#lobby")) == 1
