"""The example in the docstring of `chatrooms.wire` runs as printed, by the command that is printed with it."""

from __future__ import annotations

import asyncio
import re
import shlex
import sys
import textwrap

import aiohttp
import pytest
import socketio

from chatrooms import wire
from tests.wire.program import until

LISTENING = re.compile(rb"http://127\.0\.0\.1:\d+")


def blocks() -> list[str]:
    """The literal blocks of the docstring."""
    return [textwrap.dedent(block) for block in re.findall(r"::\n\n((?:    .*\n|\n)+)", wire.__doc__)]


@pytest.fixture
async def url(tmp_path):
    """Where the example is served."""
    program, command = blocks()
    (tmp_path / "example.py").write_text(program)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *shlex.split(command), "--port", "0"), cwd=tmp_path, stderr=asyncio.subprocess.PIPE
    )
    try:
        line = b""
        while not (found := LISTENING.search(line)):
            line = await asyncio.wait_for(process.stderr.readline(), 30)
            assert line
        yield found[0].decode()
    finally:
        process.terminate()
        await process.communicate()


async def test_the_example_runs(url):
    async with aiohttp.ClientSession() as http:
        people = [socketio.AsyncClient(http_session=http) for _ in range(2)]
        heard = []
        people[1].on("said", heard.append)
        for client, name in zip(people, ("alice", "bob"), strict=True):
            await client.connect(url, transports=["websocket"], auth={"name": name})
        assert await people[0].call("say", b"\1") == "sent"
        await until(lambda: heard == [{"by": "alice", "text": b"\1"}])
        async with http.get(url + "/socket.io/?EIO=4&transport=polling") as answer:
            assert "uvicorn" not in answer.headers.get("server", "")
        for client in people:
            await client.disconnect()
