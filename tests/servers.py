"""Servers for tests: the real application on the real uvicorn, on a free local port."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn

from chatrooms.app import Chatrooms
from chatrooms.cli.serve import uvicorn_options
from chatrooms.settings import RATES, Settings
from tests import databases

GENEROUS = "1000000/second"
QUICK = {f"rate_{name}": GENEROUS for name in RATES} | {"presence_grace": 0.2, "previews": False}

PLAIN = {"http": "httptools", "ws": "websockets-sansio"}
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
    async with chat.lifespan(), serving(chat) as url:
        yield RunningServer(url, chat)


class PromptServer(uvicorn.Server):
    """uvicorn, which ends at once when asked, instead of checking ten times a second."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.told_to_end = asyncio.Event()

    async def main_loop(self) -> None:
        """Wait for the end."""
        await self.on_tick(0)  # which sets the default headers
        await self.told_to_end.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Skip the pause for clients where there are none."""
        if self.server_state.connections or self.server_state.tasks:
            await super().shutdown(sockets)
            return
        for server in self.servers:
            server.close()
            await server.wait_closed()
        await self.lifespan.shutdown()


@asynccontextmanager
async def serving(app: Any, lifespan: str = "off") -> AsyncIterator[str]:
    """Serve ``app`` with uvicorn and return the URL."""
    listening = socket.socket(proto=socket.IPPROTO_TCP)  # asyncio then sets TCP_NODELAY
    listening.bind(("127.0.0.1", 0))
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
