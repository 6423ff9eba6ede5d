"""A program of the kind that a user of the wire would write."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Any

from socketio.exceptions import ConnectionRefusedError as Refused

from chatrooms.wire.server import Server


class Program:
    """Echoes, relays, and remembers who came and went."""

    def __init__(self, **options: Any) -> None:
        self.server = Server(**{"ping_interval": 25.0, "ping_timeout": 20.0, "join_timeout": 10.0} | options)
        self.came: list[str] = []
        self.left: list[tuple[str, str]] = []
        self.heard: list[Any] = []
        self.slowly: list[float] = []
        self.environ: dict[str, Any] = {}
        self.awake = asyncio.Event()
        for handler in (self.connect, self.disconnect, self.echo, self.relay, self.note, self.one, self.slow):
            self.server.on(handler.__name__, handler)
        self.server.on("connect", self.connect_admin, namespace="/admin")

    async def __call__(self, scope, receive, send) -> None:
        await self.server.handle_request(scope, receive, send)

    async def connect(self, sid: str, environ: dict[str, Any], auth: Any) -> None:
        auth = auth or {}
        self.environ = environ
        await self.server.enter_room(sid, "all")
        await self.sleep(auth.get("slow", 0))
        if auth.get("refused"):
            raise Refused("not today", {"code": "busy"})
        await self.server.save_session(sid, {"auth": auth})
        self.came.append(sid)

    async def connect_admin(self, sid: str, environ: dict[str, Any]) -> None:
        self.came.append(sid)

    async def disconnect(self, sid: str, reason: str) -> None:
        await self.server.get_session(sid)
        self.left.append((sid, reason))

    async def echo(self, _sid: str, *given: Any) -> Any:
        return given

    async def relay(self, _sid: str, data: Any) -> None:
        await self.server.emit("relayed", data, to="all")

    async def note(self, _sid: str, data: Any) -> None:
        self.heard.append(data)

    async def one(self, _sid: str, _only: Any) -> str:
        return "fits"

    async def slow(self, _sid: str, seconds: float) -> None:
        self.slowly.append(seconds)
        await self.sleep(seconds)

    async def sleep(self, seconds: float) -> None:
        """Sleep, but not longer than the test goes on."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.awake.wait()

    def traces(self) -> dict[str, int]:
        """How much is kept about clients."""
        manager, eio = self.server.manager, self.server.eio
        return {
            "rooms": sum(map(len, manager.rooms.values())),
            "members": len(manager._rooms_of),
            "sessions": len(manager.sessions()),
            "pending": sum(map(len, (*manager._connecting.values(), *manager._disconnecting.values()))),
            "callbacks": len(manager.callbacks) + len(manager._held),
            "unfinished": len(self.server._assembly.unfinished),
            "workers": len(self.server._workers._busy),
            "environs": len(self.server.environ),
            "sockets": len(eio.sockets),
            "connecting": len(self.server._connecting),
            "tasks": len(eio._tasks),
            "last answers": len(eio._last_answers),
        }

    async def polled_by(self, sid: str) -> None:
        """Wait until a poll of this session waits for its answer."""
        await until(lambda: self.server.eio.sockets[sid].transport.waited_for)

    async def posted_to_by(self, sid: str) -> None:
        """Wait until the head of a post of this session has come."""
        await until(lambda: self.server.eio.sockets[sid].transport._posting)

    async def empty(self, seconds: float = 10.0) -> None:
        """Wait until nothing is kept of any client."""
        await until(lambda: not any(self.traces().values()), seconds, self.traces)


async def until(true, seconds: float = 5.0, tell=lambda: "") -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, tell()
        await asyncio.sleep(0.005)
