"""Faults on purpose, for one client: what is told or acknowledged is lost on the way, or the connection is cut."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import socketio

Doomed = Callable[[Any], bool]


class Faults:
    """Give its `socket` to a client. ``lost_acks`` and ``lost_events`` say yes to what shall be lost."""

    def __init__(self) -> None:
        self.lost_acks: Doomed = never
        self.lost_events: Doomed = never
        self.losses = asyncio.Queue()
        self.online = asyncio.Event()
        self.online.set()
        self.sockets: list[FaultySocket] = []

    def socket(self, **options: Any) -> FaultySocket:
        """A socket for one connection."""
        made = FaultySocket(**options)
        made.faults = self
        self.sockets.append(made)
        return made

    async def go_offline(self) -> None:
        """Cut the connection, and let no other through until `online` is set."""
        self.online.clear()
        await self.cut()

    async def cut(self) -> None:
        """End the connection as a pulled cable would, without a word."""
        connector = self.sockets[-1].eio.http.connector
        if connector:
            await connector.close()


class FaultySocket(socketio.AsyncClient):
    """Loses what its faults say."""

    faults: Faults

    async def connect(self, *args, **how):
        await self.faults.online.wait()
        await super().connect(*args, **how)

    async def _handle_ack(self, namespace, id, data):
        if self.faults.lost_acks(data):
            self.faults.losses.put_nowait(data)
        else:
            await super()._handle_ack(namespace, id, data)

    async def _handle_event(self, namespace, id, data):
        if self.faults.lost_events(data):
            self.faults.losses.put_nowait(data)
        else:
            await super()._handle_event(namespace, id, data)


def never(_: Any) -> bool:
    return False


def first(wanted: Doomed) -> Doomed:
    """Yes to the first that is ``wanted``, no to all others."""
    lost = []

    def doomed(data: Any) -> bool:
        if lost or not wanted(data):
            return False
        lost.append(data)
        return True

    return doomed


def says(text: str) -> Doomed:
    """Yes to a change that holds a message with that text."""
    return lambda data: data[0] == "change" and any(m["text"] == text for m in data[1].get("messages", ()))


def posted(data: Any) -> bool:
    """Yes to the acknowledgement of a post."""
    return bool(data) and "message" in (data[0].get("result") or {})
