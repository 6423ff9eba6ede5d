"""Two nodes: servers in this process with one PostgreSQL, and a bus in it or in Redis."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import Future
from contextlib import AsyncExitStack
from pathlib import Path
from threading import Event
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from tests.people import PATIENCE, Person, connect
from tests.servers import RunningServer, running

WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted")


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


@pytest.fixture
def at_once(monkeypatch, created_database):
    """Run two works, the first of which stands still after it has called a function, while the second can run.

    The second may wait for the first, which goes on then. PostgreSQL ends the transaction of who stands still for half
    a second; it is tried again. The second is a coroutine, or a function that is given the `Act` with which the first,
    or a job that it enqueued, has called the function.
    """
    engine = create_engine(created_database)
    reached: Future[Any] = Future()
    go_on = Event()

    def holding(check: Callable[..., Any]) -> Callable[..., Any]:
        def hold(*given: Any, **more: Any) -> Any:
            found = check(*given, **more)
            if not reached.done():
                reached.set_result(given[0] if given else None)
                go_on.wait(PATIENCE)
            return found

        return hold

    def is_waiting() -> bool:
        with engine.connect() as db:
            return db.scalar(WAITING) > 0

    async def run(module: ModuleType, name: str, first: Coroutine, second: Coroutine | Callable) -> list[Any]:
        monkeypatch.setattr(module, name, holding(getattr(module, name)))
        one = asyncio.create_task(first)
        act = await asyncio.wait_for(asyncio.wrap_future(reached), PATIENCE)
        other = asyncio.create_task(second(act) if callable(second) else second)
        while not other.done() and not await asyncio.to_thread(is_waiting):
            await asyncio.sleep(0)
        go_on.set()
        return await asyncio.gather(one, other, return_exceptions=True)

    yield run
    go_on.set()
    engine.dispose()
