"""Fault injection for one client: lost events, lost acknowledgements, cut connections."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import socketio

Doomed = Callable[[Any], bool]


class Faults:
    """Pass `socket` to a client. ``lost_acks`` and ``lost_events`` return true for what to drop."""

    def __init__(self) -> None:
        self.lost_acks: Doomed = never
        self.lost_events: Doomed = never
        self.losses = asyncio.Queue()
        self.online = asyncio.Event()
        self.online.set()
        self.sockets: list[FaultySocket] = []

    def socket(self, **options: Any) -> FaultySocket:
        """Return a socket for one connection."""
        made = FaultySocket(**options)
        made.faults = self
        self.sockets.append(made)
        return made

    async def go_offline(self) -> None:
        """Cut the connection, and block others until `online` is set."""
        self.online.clear()
        await self.cut()

    async def cut(self) -> None:
        """End the connection like a pulled cable, without a close packet."""
        connector = self.sockets[-1].eio.http.connector
        if connector:
            await connector.close()


class FaultySocket(socketio.AsyncClient):
    """A socket that drops what its faults select."""

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
    """Return a predicate that is true only for the first item that is ``wanted``."""
    lost = []

    def doomed(data: Any) -> bool:
        if lost or not wanted(data):
            return False
        lost.append(data)
        return True

    return doomed


def says(text: str) -> Doomed:
    """Return a predicate for a change with a message with that text."""
    return lambda data: data[0] == "change" and any(m["text"] == text for m in data[1].get("messages", ()))


def posted(data: Any) -> bool:
    """Return whether this is the acknowledgement of a post."""
    return bool(data) and "message" in (data[0].get("result") or {})
