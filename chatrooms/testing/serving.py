"""An application that is served in a thread."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import suppress
from typing import Any

import uvicorn

from chatrooms.cli.serve import uvicorn_options

PATIENCE = 30.0
"""Seconds to wait for the start and the end."""


class PromptServer(uvicorn.Server):
    """uvicorn, which ends at once when asked, instead of checking ten times a second."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.told_to_end = asyncio.Event()
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the application, and wake the thread that waits for it."""
        await super().startup(sockets)
        self.ready.set()

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


class Serving:
    """The server, which runs from its making until `end`."""

    def __init__(self, app: Any) -> None:
        self._listening = socket.socket(proto=socket.IPPROTO_TCP)  # asyncio then sets TCP_NODELAY
        self._listening.bind(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._server = PromptServer(
            uvicorn.Config(app, **uvicorn_options() | {"lifespan": "on", "timeout_graceful_shutdown": 1})
        )
        self._thread = threading.Thread(target=asyncio.run, args=(self._run(),), daemon=True)
        self._thread.start()
        self._server.ready.wait(PATIENCE)
        if not self._server.started:
            self.end()
            raise RuntimeError("The application did not start; its log says why.")

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        try:
            await self._server.serve(sockets=[self._listening])
        finally:
            self._server.ready.set()

    def end(self) -> None:
        """End the server and its application."""
        with suppress(RuntimeError):  # it has ended by itself
            self._loop.call_soon_threadsafe(self._server.told_to_end.set)
        self._thread.join(PATIENCE)
        self._listening.close()
