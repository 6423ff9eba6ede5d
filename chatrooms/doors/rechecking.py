"""Asks the host application again, from time to time, whether the person on an open socket may still be here."""

from __future__ import annotations

import asyncio
import random

from chatrooms.doors import handlers
from chatrooms.errors import RateLimited, Refusal, Unavailable
from chatrooms.identity.gate import Gate
from chatrooms.identity.handshake import Handshake
from chatrooms.pipeline.act import Caller
from chatrooms.wire import failures
from chatrooms.wire.server import Server

SECONDS = 300.0
"""About how long a socket is open until the host application is asked again."""


class Rechecking:
    """The timers of the sockets that are open."""

    def __init__(self, server: Server, gate: Gate) -> None:
        self._server, self._gate = server, gate
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._asking: set[asyncio.Task[None]] = set()

    def begin(self, sid: str, caller: Caller, handshake: Handshake) -> None:
        """Ask again after `SECONDS`, as long as the socket is open."""
        seconds = SECONDS * random.uniform(0.8, 1.2)  # noqa: S311 - so that a crowd that came together is spread
        loop = asyncio.get_running_loop()
        self._timers[sid] = loop.call_later(seconds, self._ask_soon, sid, caller, handshake)

    def end(self, sid: str) -> None:
        """Stop asking about a socket that has disconnected."""
        if timer := self._timers.pop(sid, None):
            timer.cancel()

    async def close(self) -> None:
        """Stop asking about all."""
        for sid in list(self._timers):
            self.end(sid)
        await handlers.cancel(self._asking)

    def _ask_soon(self, sid: str, caller: Caller, handshake: Handshake) -> None:
        task = asyncio.create_task(self._ask(sid, caller, handshake))
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)

    async def _ask(self, sid: str, caller: Caller, handshake: Handshake) -> None:
        if await self._is_still(caller, handshake):
            if sid in self._timers:
                self.begin(sid, caller, handshake)
        elif eio_sid := self._server.connection_of(sid):
            await self._server.close(eio_sid)

    async def _is_still(self, caller: Caller, handshake: Handshake) -> bool:
        """Return whether the host application names the same person; also if it does not answer now."""
        try:
            return (await self._gate.identify(handshake)).username == caller.username
        except (Unavailable, RateLimited):
            return True
        except Refusal:
            return False
        except Exception:
            failures.report("authenticate failed for an open socket, which stays open")
            return True
