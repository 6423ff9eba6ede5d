"""The wire alone: a small program with python-socketio handlers, under a real uvicorn, spoken to in raw packets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp
import pytest

from chatrooms.cli.serve import uvicorn_options
from chatrooms.wire import fastpath
from tests.servers import PLAIN, serving
from tests.wire.program import Program
from tests.wire.raw import Raw


@pytest.fixture(params=["direct", "plain"])
def protocols(request, monkeypatch) -> str:
    """Once with our uvicorn protocols, if they work with this uvicorn, once with uvicorn's own."""
    if request.param == "direct" and fastpath.missing():
        pytest.skip("uvicorn's own protocols serve")
    options = uvicorn_options() | (PLAIN if request.param == "plain" else {})
    monkeypatch.setattr("tests.servers.options", options)
    return request.param


@pytest.fixture
async def start(protocols) -> AsyncIterator:
    """Starts programs: ``program, raw = await start(ping_interval=0.3)``."""
    async with AsyncExitStack() as stack:

        async def begin(**options) -> tuple[Program, Raw]:
            return await stack.enter_async_context(started(**options))

        yield begin


@asynccontextmanager
async def started(**options) -> AsyncIterator[tuple[Program, Raw]]:
    """A program that runs, and a raw client of it."""
    program = Program(**options)
    async with serving(program) as url, aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        try:
            yield program, Raw(url, http)
        finally:
            program.awake.set()
            await program.server.shutdown()


@pytest.fixture
async def running(start) -> tuple[Program, Raw]:
    """A program with generous times."""
    return await start()


@pytest.fixture
def program(running) -> Program:
    return running[0]


@pytest.fixture
def raw(running) -> Raw:
    return running[1]
