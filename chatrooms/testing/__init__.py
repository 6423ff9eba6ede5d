"""Fixtures for the tests of host applications: a running chat, and clients of it. pytest loads them by itself.

Each test has a chat of its own, with fresh data, that runs in a thread. By default it is a chat alone, which believes
the ids that clients give. To test your application, return it from a fixture ``chat_app``.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from chatrooms import extras

if TYPE_CHECKING:
    from chatrooms.app import Chatrooms
    from chatrooms.identity.handshake import Handshake
    from chatrooms.testing.client import ChatClient

GENEROUS = "1000000/second"


@dataclass(frozen=True)
class ChatApp:
    """An ASGI application, its chat, and the path where it is mounted, such as ``/chat``."""

    app: Any
    chat: Chatrooms
    path: str = ""


@dataclass(frozen=True)
class ChatServer:
    """A running application: the address of its chat, and the chat."""

    url: str
    chat: Chatrooms


@pytest.fixture
def chat_app(tmp_path: Path) -> ChatApp:
    """Return the application to test; override it to return your own."""
    from chatrooms.app import Chatrooms
    from chatrooms.settings import RATES, Settings

    async def believing(handshake: Handshake) -> str | None:
        return handshake.auth.get("id")

    rates: Any = {f"rate_{name}": GENEROUS for name in RATES}
    chat = Chatrooms(Settings(data=tmp_path / "chat", previews=False, **rates), authenticate=believing)
    return ChatApp(chat, chat)


@pytest.fixture(scope="session")
def _chat_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a database with tables and without rows, which is faster to copy than to make."""
    from chatrooms import features, identity  # noqa: F401 - they declare the tables
    from chatrooms.settings import Settings
    from chatrooms.storage.database import Database

    settings = Settings(data=tmp_path_factory.mktemp("chatrooms"))

    async def make() -> None:
        database = Database(settings.database_url)
        await database.open()
        await database.close()

    with ThreadPoolExecutor(1) as elsewhere:  # here may be an event loop
        elsewhere.submit(asyncio.run, make()).result()
    return settings.data


@pytest.fixture
def chat_server(chat_app: ChatApp, _chat_database: Path) -> Iterator[ChatServer]:
    """Run the application; ``url`` is the address of its chat."""
    extras.require("server")
    from chatrooms.testing.serving import Serving

    settings = chat_app.chat.settings
    if not settings.database and not settings.data.exists():
        shutil.copytree(_chat_database, settings.data)
    serving = Serving(chat_app.app)
    try:
        yield ChatServer(f"http://127.0.0.1:{serving.port}{chat_app.path}", chat_app.chat)
    finally:
        serving.end()


@pytest.fixture
def chat_client(chat_server: ChatServer) -> Callable[..., ChatClient]:
    """Return a function that makes a client for a user's id, to be used in ``async with``.

    ``auth`` is what your `authenticate` wants to see in the handshake, instead of the ``id``. Besides all that
    `chatrooms.client.Client` has, ``await alice.next_message()`` returns the next message of someone else.
    """
    extras.require("client")
    from chatrooms.testing.client import ChatClient

    def connecting(id: str, *, auth: Mapping[str, Any] | None = None) -> ChatClient:
        return ChatClient(chat_server.url, auth={"id": id} if auth is None else auth)

    return connecting
