"""A server that may load pages from loopback, and a site there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from chatrooms import Chatrooms, Settings
from chatrooms.features import FEATURES, previews
from tests import databases
from tests.features.previews.site import LOOPBACK, site
from tests.people import Person, connect
from tests.servers import QUICK, RunningServer, serving

LOADING = tuple(previews.feature(LOOPBACK) if each is previews.FEATURE else each for each in FEATURES)


@asynccontextmanager
async def loading(
    data: Path, database: str = "", authenticate: Any = None, **settings: Any
) -> AsyncIterator[RunningServer]:
    """Run a chat whose links are previewed, also those to loopback."""
    if not database:
        await databases.put_into(data)
    made = Settings(data=data, database=database, **QUICK | {"previews": True} | settings)
    chat = Chatrooms(made, features=LOADING, authenticate=authenticate)
    async with chat.lifespan(), serving(chat) as url:
        yield RunningServer(url, chat)


@pytest.fixture
async def here():
    """Run a site to link to."""
    async with site() as running:
        yield running


@pytest.fixture
async def own_server(tmp_path, database):
    async with loading(tmp_path, database) as started:
        yield started


@pytest.fixture
async def people(own_server):
    """Connect alice and bob, and carol, an outsider."""
    async with AsyncExitStack() as stack:

        async def join(name: str) -> Person:
            return await stack.enter_async_context(connect(own_server.url, name))

        yield {name: await join(name) for name in ("alice", "bob", "carol")}
