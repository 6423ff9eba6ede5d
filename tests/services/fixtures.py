"""A pytest plugin: the services as fixtures, started for the first test that asks, stopped with the session.

Every worker of pytest-xdist has servers of its own. Chromium is a package of the system, which ``pytest --install``
installs once for all of them where it is missing.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .chromium import chromium, search_once
from .postgres import fresh_database, postgres
from .redis import redis


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--install``."""
    parser.addoption("--install", action="store_true", help="install what the tests need of the system: Chromium")


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
    with redis() as url:
        yield url


def pytest_collection_finish(session: pytest.Session) -> None:
    """Find or install Chromium before the first test, because it can take longer than a test's timeout."""
    options = session.config.option
    wanted = any("chromium_path" in getattr(item, "fixturenames", ()) for item in session.items)
    if wanted and not options.collectonly:
        search_once(install=options.install)
