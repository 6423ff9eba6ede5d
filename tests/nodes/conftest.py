"""Two nodes: servers in this process with one PostgreSQL, and a bus in it or in Redis."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.people import Person, connect
from tests.servers import RunningServer, running


@pytest.fixture(params=["postgresql", "redis"])
def bus(request: pytest.FixtureRequest) -> str:
    """Return the setting ``bus``: a test with nodes runs on each."""
    return "" if request.param == "postgresql" else request.getfixturevalue("redis_url")


@pytest.fixture
async def nodes(tmp_path: Path, created_database: str, bus: str) -> AsyncIterator[list[RunningServer]]:
    """Start two nodes."""
    start = {"database": created_database, "bus": bus}
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(running(tmp_path, **start)) for _ in range(2)]


@pytest.fixture
async def on(nodes: list[RunningServer]) -> AsyncIterator:
    """Connect people to the nodes: ``alice = await on(0, "alice")``."""
    async with AsyncExitStack() as stack:

        async def join(node: int, name: str, **how) -> Person:
            return await stack.enter_async_context(connect(nodes[node].url, name, **how))

        yield join
