"""All tests of searching: no page ends early."""

from collections.abc import Awaitable, Callable

import pytest

from chatrooms.features.search import indexing
from chatrooms.pipeline.jobs import Job
from tests.features.search import unhurried


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch):
    unhurried(monkeypatch)


@pytest.fixture
def index(own_server) -> Callable[[], Awaitable[None]]:
    """Return what indexes all messages now."""
    return lambda: indexing.INDEX.run(own_server.chat._pipeline, Job(0, "", "", None, 0))
