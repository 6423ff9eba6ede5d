"""One world for all tests: a real server on a free port, and people who connect to it with real clients."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import uvloop

from tests import servers
from tests.people import Person, connect
from tests.servers import RunningServer, running

pytest_plugins = ["tests.services.fixtures", "tests.world"]

HERE = Path(__file__).parent
SLOW_FOLDERS = {"browser", "soak", "bench", "services"}
SECOND_RUNS = {"postgresql", "plain"}
"""Parameters with which a test runs once more: on the other database, on uvicorn's own protocols."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The fast path by itself; with ``--plain-asgi``, the servers that tests start in their process go without it."""
    parser.addoption("--plain-asgi", action="store_true", help="run servers on uvicorn's own protocols")


def pytest_configure(config: pytest.Config) -> None:
    """Choose the path."""
    if config.getoption("plain_asgi"):
        servers.options |= servers.PLAIN


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as ``quick`` whatever is not slow by its folder, its parameters or its own ``slow``."""
    for item in items:
        if not is_slow(item):
            item.add_marker(pytest.mark.quick)


def is_slow(item: pytest.Item) -> bool:
    """Whether a test is left out when a developer waits for the result."""
    params = item.callspec.params.values() if hasattr(item, "callspec") else ()
    return bool(
        SLOW_FOLDERS.intersection(item.path.relative_to(HERE).parts)
        or any(isinstance(value, str) and value in SECOND_RUNS for value in params)
        or {"postgres_database", "node"}.intersection(item.fixturenames)
        or item.get_closest_marker("slow")
    )


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The event loop that the command ``chatrooms`` runs on."""
    return {"uvloop": uvloop.new_event_loop}


@pytest.fixture(scope="session")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningServer]:
    """A server that most tests share: each uses people and rooms of its own names."""
    async with running(tmp_path_factory.mktemp("shared")) as started:
        yield started


@pytest.fixture
def database() -> str:
    """The database URL of the test's own server; empty is SQLite. Tests for both take `either_database`."""
    return ""


@pytest.fixture(params=["sqlite", "postgresql"])
def either_database(request: pytest.FixtureRequest) -> str:
    """One run with SQLite, one with PostgreSQL."""
    return "" if request.param == "sqlite" else request.getfixturevalue("postgres_database")


@pytest.fixture
async def own_server(tmp_path: Path, database: str) -> AsyncIterator[RunningServer]:
    """A server of the test's own."""
    async with running(tmp_path, database=database) as started:
        yield started


@pytest.fixture
async def person(own_server: RunningServer) -> AsyncIterator:
    """Connects people to the test's own server: ``alice = await person("alice")``."""
    async with AsyncExitStack() as stack:

        async def join(name: str, **how) -> Person:
            return await stack.enter_async_context(connect(own_server.url, name, **how))

        yield join
