"""Servers for tests: the real application on the real uvicorn, on a free local port."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState

from chatrooms.app import Chatrooms
from chatrooms.cli.serve import uvicorn_options
from chatrooms.settings import RATES, Settings
from chatrooms.testing.serving import PromptServer
from tests import databases

GENEROUS = "1000000/second"
QUICK: dict[str, Any] = {f"rate_{name}": GENEROUS for name in RATES} | {
    "presence_grace": 0.2,
    "previews": False,
    "requests": False,
}


class PlainWebSockets(WebSocketsSansIOProtocol):
    """uvicorn's own, which raises at its end if a client is just closing its WebSocket (0.54)."""

    def shutdown(self) -> None:
        """End the connection."""
        with suppress(InvalidState):
            super().shutdown()
        self.transport.close()


PLAIN = {"http": "httptools", "ws": PlainWebSockets}
"""Options for uvicorn's own protocols, with which everything must work, too."""

options: dict[str, Any] = uvicorn_options()
"""The options with which the tests run their servers."""


@dataclass
class RunningServer:
    """A server at ``url``; ``chat`` is None if it runs another application."""

    url: str
    chat: Chatrooms


@asynccontextmanager
async def running(data: Path, **settings: Any) -> AsyncIterator[RunningServer]:
    """Run chatrooms alone, with generous limits unless the settings say otherwise."""
    if not settings.get("database") and "lobby" not in settings:
        await databases.put_into(data)
    chat = Chatrooms(Settings(data=data, **QUICK | settings))
    async with chat.lifespan(), serving(chat, port=settings.get("port", 0)) as url:
        yield RunningServer(url, chat)


@asynccontextmanager
async def serving(app: Any, lifespan: str = "off", port: int = 0) -> AsyncIterator[str]:
    """Serve ``app`` with uvicorn, at a free port or at ``port``, and return the URL."""
    listening = socket.socket(proto=socket.IPPROTO_TCP)  # asyncio then sets TCP_NODELAY
    listening.bind(("127.0.0.1", port))
    server = PromptServer(uvicorn.Config(app, **options | {"lifespan": lifespan, "timeout_graceful_shutdown": 1}))
    task = asyncio.create_task(server._serve(sockets=[listening]))
    while not server.started:
        if task.done():
            task.result()
        await asyncio.sleep(0)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.told_to_end.set()
        await task
        listening.close()
