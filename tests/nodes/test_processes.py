"""Nodes in processes of their own: killed, stopped for a while, and several at one port."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from click.testing import CliRunner

from chatrooms.cli import cli
from tests.client.processes import RATES, killable
from tests.client.waiting import stored
from tests.people import PATIENCE, connect
from tests.processes import environment
from tests.soak.judge import Doors
from tests.soak.observers import Observer, observing

pytestmark = pytest.mark.slow
POSTS = 40


async def has_all(observers, rows) -> None:
    """Wait until each observer has these messages of the lobby, as they are stored."""
    async with asyncio.timeout(PATIENCE):
        for each in observers:
            while list(each.client.rooms["#lobby"].messages.values())[-len(rows) :] != rows:
                await asyncio.sleep(0.02)


async def test_a_node_that_is_killed_or_stands_still_loses_nothing(tmp_path, created_database):
    async with AsyncExitStack() as stack:
        one, other = [
            await stack.enter_async_context(killable(tmp_path, "--database", created_database)) for _ in range(2)
        ]
        alice, bob, carol = [
            await stack.enter_async_context(observing(Observer(url, name, Doors(), sync_every=3600)))
            for url, name in ((one.url, "alice"), (other.url, "bob"), (one.url, "carol"))
        ]
        sent = [asyncio.create_task(alice.client.post("#lobby", f"alice {n}")) for n in range(POSTS)]
        other.pause()
        await asyncio.wait_for(asyncio.gather(*sent), PATIENCE)
        other.resume()
        sent = [asyncio.create_task(alice.client.post("#lobby", f"alice again {n}")) for n in range(POSTS)]
        mine = [asyncio.create_task(bob.client.post("#lobby", f"bob {n}")) for n in range(POSTS)]
        await mine[0]
        await other.restart()
        await asyncio.wait_for(asyncio.gather(*sent, *mine), PATIENCE)
        rows = await stored(carol.client, "#lobby")
        assert len(rows) == 3 * POSTS
        assert [row["seq"] for row in rows] == sorted({row["seq"] for row in rows})
        await has_all((alice, bob, carol), rows)
        assert [each.wrong for each in (alice, bob, carol)] == [[], [], []]


def children(process: int) -> list[int]:
    """Return the processes that a process has started and that have not ended, or have not been waited for."""
    return [int(each) for each in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


async def test_workers_share_a_port_and_one_that_is_killed_is_started_again(tmp_path, created_database):
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "chatrooms", "serve", "--port", "0", "--workers", "2", "--data", str(tmp_path)),
        *("--database", created_database, *RATES),
        env=environment(tmp_path),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        line = (await asyncio.wait_for(process.stdout.readline(), PATIENCE)).decode()
        url = re.search(r"http://\S+?(?=/?$)", line.strip())[0]
        async with AsyncExitStack() as stack:
            people = [await stack.enter_async_context(connect(url, f"person{n}")) for n in range(6)]
            await people[0].say("#lobby", "hello")
            await asyncio.gather(*(person.hears_text("hello") for person in people))
        before = children(process.pid)
        os.kill(before[1], signal.SIGKILL)
        async with asyncio.timeout(PATIENCE):
            while len(children(process.pid)) < len(before) or before[1] in children(process.pid):
                await asyncio.sleep(0.02)
        async with AsyncExitStack() as stack:
            for n in range(4):
                await stack.enter_async_context(connect(url, f"later{n}"))
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), PATIENCE) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def test_workers_need_postgresql(tmp_path):
    result = CliRunner().invoke(cli, ["serve", "--port", "0", "--workers", "2", "--data", str(tmp_path)])
    assert (result.exit_code, len(result.output.splitlines())) == (2, 1)
    assert "SQLite has one server" in result.output
