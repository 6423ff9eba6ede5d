"""Clients for the tests of the client."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from chatrooms.client import Client
from tests.client.faults import Faults
from tests.servers import RunningServer


@pytest.fixture
def faults() -> Faults:
    """Faults for one client."""
    return Faults()


@pytest.fixture
async def join(own_server: RunningServer) -> AsyncIterator:
    """Connect clients: ``alice = await join("alice")``."""
    async with AsyncExitStack() as stack:

        async def enter(username: str, **how) -> Client:
            return await stack.enter_async_context(Client(own_server.url, username=username, **how))

        yield enter
