"""The Socket.IO server's address book: tell a change, align a person, signal.

Nothing here knows a socket by more than the rooms it is in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

import orjson
from sqlalchemy import Connection, bindparam, select

from chatrooms import names
from chatrooms.changes import Change
from chatrooms.db import Database
from chatrooms.prepared import Prepared
from chatrooms.tables import members
from chatrooms.wire import failures
from chatrooms.wire.server import NAMESPACE, Delivery, Server

ENVELOPE = 100
"""About how many bytes an event has besides its data."""
LAST_WORDS = 0.1
"""Seconds in which an acknowledgement reaches somebody who ended their own session."""


@dataclass(frozen=True)
class Signal:
    """Something live that is never stored: ``room`` is what people see it belongs to."""

    room: str
    sender: str
    type: str
    data: Any


class Live:
    """Who hears what, now."""

    def __init__(self, server: Server, db: Database) -> None:
        self.server = server
        self.lingering: Container[str] = ()
        self._db = db
        self._aligning: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def tell(self, commands: Iterable[Iterable[Change]]) -> None:
        """Emit the committed changes of commands, in their order, to everybody who hears their rooms.

        Who joined or was removed by a command is moved first, so that the one hears it and the other does not.
        """
        waiting: list[Change] = []
        for changes in map(list, commands):
            moved = [change["room"] for change in changes if "memberships" in change]
            if moved:
                await self._emit(waiting)
                waiting.clear()
            for username in moved:
                await self._move(username)
            waiting += changes
        await self._emit(waiting)

    async def _emit(self, changes: list[Change]) -> None:
        events = (("change", change, names.hearers(change["room"])) for change in changes)
        await self.server.emit_all(events, delivery=Delivery.SKIPPABLE)

    async def signal(self, signals: Iterable[Signal]) -> None:
        """Emit signals to everybody who hears their rooms, save for those who are slow to read."""
        for signal in signals:
            told = {"room": signal.room, "from": signal.sender, "type": signal.type, "data": signal.data}
            await self.server.emit("signal", told, to=names.hearers(signal.room), volatile=True)

    def kilobytes(self, change: Change) -> int:
        """Return how many kilobytes telling a change takes, over all connections; from any thread."""
        return self._kilobytes(change, change["room"])

    def kilobytes_of_signal(self, signal: Signal) -> int:
        """Return how many kilobytes emitting a signal takes, over all connections; from any thread."""
        return self._kilobytes(signal.data, signal.room)

    def _kilobytes(self, data: Any, room: str) -> int:
        hearing: int = sum(self.server.manager.count(name) for name in names.hearers(room))
        return (ENVELOPE + len(orjson.dumps(data))) * hearing // 1000

    async def align(self, username: str, sid: str | None = None) -> None:
        """Make the rooms of all local sockets of ``username``, or of one, equal to their memberships.

        Idempotent: a lost announcement is repaired by any later one, and connecting is the same act.
        """
        lock = self._aligning.setdefault(username, asyncio.Lock())
        async with lock:
            if not self.occupied(username):
                return
            belongs = await self._db.lookup(lambda db: _shared_rooms(db, username))
            for each in [sid] if sid else self.sockets_in(username):
                await self._enter(each, belongs, "shared")

    async def _move(self, username: str) -> None:
        """Align; where that fails, end the person's connections: whoever was removed must not go on hearing.

        Who still belongs comes back, and is aligned then.
        """
        try:
            await self.align(username)
        except Exception:
            failures.report("aligning failed")
            await self._close(username)

    def close(self, room: str) -> None:
        """End the connections of all sockets in ``room``, as soon as whoever asked for it has their answer."""
        asyncio.get_running_loop().call_later(LAST_WORDS, self.server.start_background_task, self._close, room)

    async def _close(self, room: str) -> None:
        for sid in self.sockets_in(room):
            eio_sid = self.server.manager.eio_sid_from_sid(sid, NAMESPACE)
            if eio_sid:
                await self.server.close(eio_sid)

    async def watch(self, sid: str, usernames: Iterable[str]) -> None:
        """Make the socket hear the presence of exactly these people."""
        await self._enter(sid, {names.watchers(name) for name in usernames}, "watchers")

    def here(self, username: str) -> bool:
        """Whether the person is here, or left so lately that they may be reloading the page."""
        return self.occupied(username) or username in self.lingering

    def sockets_in(self, room: str) -> list[str]:
        """The ids of this process's sockets that are in ``room`` now."""
        inside: list[str] = self.server.manager.members(room)
        return inside

    def occupied(self, room: str) -> bool:
        """Whether any socket is in ``room``: for a personal room, whether the person is here."""
        return bool(self.sockets_in(room))

    async def _enter(self, sid: str, wanted: set[str], kind: names.Kind) -> None:
        """Make the rooms of ``kind`` that the socket is in those that are ``wanted``."""
        now = {room for room in self.server.rooms(sid, NAMESPACE) if names.kind(room) == kind}
        for room in now - wanted:
            await self.server.leave_room(sid, room)
        for room in wanted - now:
            await self.server.enter_room(sid, room)


_belonging = Prepared(
    select(members.c.room).where(
        members.c.username == bindparam("username"), members.c.gone.is_(False), members.c.room.startswith("#")
    )
)


def _shared_rooms(db: Connection, username: str) -> set[str]:
    return {row["room"] for row in _belonging.all(db, {"username": username})}
