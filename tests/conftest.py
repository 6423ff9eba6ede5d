"""Shared fixtures: real servers on free ports, and people who connect to them with real clients."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import hypothesis
import pytest
import uvloop
from sqlalchemy import make_url

from chatrooms.wire import tally
from tests import databases, servers
from tests.people import Person, connect
from tests.servers import RunningServer, running
from tests.services.postgres import fresh_database

pytest_plugins = ["tests.services.fixtures", "tests.world"]

HERE = Path(__file__).parent
SLOW_FOLDERS = {"browser", "soak", "bench", "services", "hosts"}
FEW, MANY = 15, 50
"""How many examples of each property `pytest -m quick` tries, and how many all other runs do."""
AT_ANY_SPEED = {"deadline": None, "suppress_health_check": [hypothesis.HealthCheck.too_slow]}
"""An example may take as long as a busy machine needs."""
OF_THEIR_OWN = {"tmp_path", "own_server", "postgres_database", "created_database", "node"}
"""Fixtures of tests that start a server, a database or a process of their own, rather than share one."""
WORKERS_OF_A_CORE = 1.5
"""A test of a server or a browser waits for it a good part of the time; quick ones do not."""
SECOND_RUNS = {"postgresql", "plain"}
"""Parameters that repeat a test, on PostgreSQL or on uvicorn's own protocols; repetitions are slow."""
CLIENTS = ("aiohttp.client", "engineio.client", "socketio.client")
"""Loggers of what tests connect with. Clients may end, or be collected, in a test that comes after their own."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--plain-asgi``, which runs the tests' in-process servers without the fast path."""
    parser.addoption("--plain-asgi", action="store_true", help="run servers on uvicorn's own protocols")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return how many workers keep all cores busy; each of them imports all tests."""
    return round((1 if is_quick(config) else WORKERS_OF_A_CORE) * (os.cpu_count() or 1))


def is_quick(config: pytest.Config) -> bool:
    """Return whether this is ``pytest -m quick``."""
    return bool(config.option.markexpr == "quick")


def pytest_configure(config: pytest.Config) -> None:
    """Choose the protocols, where the tests' files are, and how many examples Hypothesis tries."""
    if config.getoption("plain_asgi"):
        servers.options |= servers.PLAIN
    if folder := databases.memory():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(folder))
    databases.share_statements()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # compiling the tests is half of a worker's start
    hypothesis.settings.register_profile("ours", max_examples=FEW if is_quick(config) else MANY, **AT_ANY_SPEED)
    hypothesis.settings.load_profile("ours")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even import what `pytest -m quick` would skip."""
    return True if is_quick(config) and collection_path.name in SLOW_FOLDERS else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests as ``quick`` unless their folder, their parameters or their own mark makes them slow."""
    for item in items:
        if not is_slow(item):
            item.add_marker(pytest.mark.quick)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Let garbage collections pass over all that was imported and collected."""
    gc.collect()
    gc.freeze()


def is_slow(item: pytest.Item) -> bool:
    """Return whether ``-m quick`` skips a test."""
    params = item.callspec.params.values() if hasattr(item, "callspec") else ()
    return bool(
        SLOW_FOLDERS.intersection(item.path.relative_to(HERE).parts)
        or any(isinstance(value, str) and value in SECOND_RUNS for value in params)
        or OF_THEIR_OWN.intersection(item.fixturenames)
        or item.get_closest_marker("slow")
    )


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Return the kind of event loop that ``chatrooms`` uses."""
    return {"uvloop": uvloop.new_event_loop}


@pytest.fixture
def caplog(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Capture what is logged, but for what may be of an earlier test: a test may count the lines."""
    caplog.handler.addFilter(is_of_this_test)
    yield caplog
    caplog.handler.removeFilter(is_of_this_test)


def is_of_this_test(record: logging.LogRecord) -> bool:
    """Return whether a line is neither of `CLIENTS` nor the sum of what was logged a minute ago."""
    line = record.getMessage()
    collected = record.name == "asyncio" and line.startswith("Unclosed c")  # by aiohttp's clients
    return not (collected or record.name.startswith(CLIENTS) or line.endswith(f"more in {tally.SECONDS:g} s"))


@pytest.fixture(scope="session")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningServer]:
    """Start a server that most tests share; each uses its own names of people and rooms."""
    async with running(tmp_path_factory.mktemp("shared")) as started:
        yield started


@pytest.fixture
def database() -> str:
    """Return the database URL of the test's own server; empty for SQLite. Tests for both use `either_database`."""
    return ""


@pytest.fixture(params=["sqlite", "postgresql"])
def either_database(request: pytest.FixtureRequest) -> str:
    """Run a test with SQLite and with PostgreSQL."""
    return "" if request.param == "sqlite" else request.getfixturevalue("created_database")


@pytest.fixture(scope="session")
def created(postgres_url: str) -> Iterator[str]:
    """Create a chat in a database of PostgreSQL; return the database's name, to copy it."""
    with fresh_database(postgres_url) as url:
        databases.create_in(url)
        yield make_url(url).database or ""


@pytest.fixture
def created_database(postgres_url: str, created: str) -> Iterator[str]:
    """Create a PostgreSQL database for one test, in which there is a new chat: much faster than creating that."""
    with fresh_database(postgres_url, created) as url:
        yield url


@pytest.fixture
async def own_server(tmp_path: Path, database: str) -> AsyncIterator[RunningServer]:
    """Start a server for this test only."""
    async with running(tmp_path, database=database) as started:
        yield started


@pytest.fixture
async def person(own_server: RunningServer) -> AsyncIterator:
    """Connect people to the test's own server: ``alice = await person("alice")``."""
    async with AsyncExitStack() as stack:

        async def join(name: str, **how) -> Person:
            return await stack.enter_async_context(connect(own_server.url, name, **how))

        yield join
