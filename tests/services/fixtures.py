"""A pytest plugin: the services as fixtures, started for the first test that asks, stopped with the session.

Every worker of pytest-xdist has servers of its own. Chromium is a package of the system, which ``pytest --install``
installs once for all of them where it is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from . import proxies
from .chromium import chromium, search_once
from .postgres import fresh_database, postgres
from .redis import redis


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--install``."""
    parser.addoption(
        "--install", action="store_true", help="install what the tests need of the system: Chromium and proxies"
    )


@pytest.fixture(scope="session")
def chromium_path(pytestconfig: pytest.Config) -> str:
    """Return the path of a Chromium that runs, for Playwright's `executable_path`."""
    try:
        return chromium(install=pytestconfig.getoption("install"))
    except RuntimeError as error:
        missing = str(error)
    pytest.fail(missing, pytrace=False)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Start PostgreSQL; return the URL of its maintenance database, for `fresh_database`."""
    with postgres() as url:
        yield url


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[str]:
    """Create an empty PostgreSQL database for one test."""
    with fresh_database(postgres_url) as url:
        yield url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """Start a Redis that the tests of this session share."""
    with redis() as server:
        yield server.url


@pytest.fixture(scope="session")
def proxy_program(pytestconfig: pytest.Config) -> Callable[[str], str]:
    """Return a function that returns the path of a proxy's program."""

    def find(name: str) -> str:
        try:
            return proxies.program(name, install=pytestconfig.getoption("install"))
        except RuntimeError as error:
            missing = str(error)
        pytest.fail(missing, pytrace=False)

    return find


def pytest_collection_finish(session: pytest.Session) -> None:
    """Find or install programs before the first test, because it can take longer than a test's timeout."""
    options = session.config.option
    wanted = {name for item in session.items for name in getattr(item, "fixturenames", ())}
    if options.collectonly:
        return
    if "chromium_path" in wanted:
        search_once(install=options.install)
    if "proxy_program" in wanted and options.install:
        for name in proxies.PACKAGES:
            with suppress(RuntimeError):  # the test that needs it fails with the reason
                proxies.program(name, install=True)
