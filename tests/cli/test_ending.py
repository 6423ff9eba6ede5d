"""SIGTERM and SIGINT end a server, whatever hangs in it."""

from __future__ import annotations

import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from tests.features.files import begin, load, send, share
from tests.people import connect
from tests.processes import PATIENCE, environment

pytestmark = pytest.mark.slow  # each starts a process, and gives up on what hangs in it

CASES = [
    ("serve", "write", signal.SIGTERM),
    ("serve", "write", signal.SIGINT),
    ("host", "write", signal.SIGTERM),
    ("host", "on_connect", signal.SIGINT),
    ("host", "authenticate", signal.SIGTERM),
]


@asynccontextmanager
async def hanging(data, kind: str, what: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """Start a server in which ``what`` hangs; return it and its URL."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.hanging", kind, str(data), what),
        env=environment(data),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        line = (await asyncio.wait_for(process.stdout.readline(), PATIENCE)).decode()
        yield process, re.search(r"http://\S+?(?=/?$)", line.strip())[0]
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def knock(http: aiohttp.ClientSession, url: str) -> None:
    """Open a socket as alice and post over it and over HTTP, without waiting for responses."""
    socket = await http.ws_connect(f"{url}/socket.io/?EIO=4&transport=websocket")
    assert (await socket.receive()).data.startswith("0")
    await socket.send_str(f'40{{"username":"alice","claim":"{"t" * 43}"}}')
    try:
        async with asyncio.timeout(0.5):
            while '"welcome"' not in (await socket.receive()).data:
                pass
    except TimeoutError:
        return
    await socket.send_str('421["message.post",{"room":"#lobby","text":"hi"}]')


async def ask(http: aiohttp.ClientSession, url: str) -> None:
    headers = {"Authorization": f"Bearer {'t' * 43}"}
    try:
        await http.post(f"{url}/api/message.post", json={"room": "#lobby", "text": "hi"}, headers=headers)
    except aiohttp.ClientError:
        return


@pytest.mark.parametrize(("kind", "what", "number"), CASES)
async def test_a_signal_ends_a_server_in_which_something_hangs(tmp_path, kind, what, number):
    async with hanging(tmp_path, kind, what) as (process, url), aiohttp.ClientSession() as http:
        await knock(http, url)
        asking = asyncio.create_task(ask(http, url))
        await asyncio.wait({asking}, timeout=0.2)
        process.send_signal(number)
        _, err = await asyncio.wait_for(process.communicate(), PATIENCE)
        await asking
    if what == "write":
        assert b"the database does not respond" in err


async def sent(alice, url):
    status, _, _ = await send(alice, await begin(alice, b"content"), 0, b"content")
    return status


async def loaded(alice, url):
    message = await share(alice, "#lobby", b"content")
    status, _, _ = await load(alice, url, message["files"][0])
    return status


@pytest.mark.parametrize(("what", "asked"), [("upload", sent), ("download", loaded)])
async def test_a_signal_ends_a_server_whose_disk_hangs(tmp_path, what, asked):
    async with hanging(tmp_path, "serve", what) as (process, url), connect(url, "alice") as alice:
        asking = asyncio.create_task(asked(alice, url))
        await asyncio.wait_for(process.stdout.readuntil(b"it hangs\n"), PATIENCE)
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.wait(), PATIENCE)
        await asyncio.wait({asking})
        assert asking.exception() or asking.result() >= 500
