"""The only way for events to leave the server: to this node's sockets, and over the bus to other nodes.

Sockets are addressed only by the rooms that they are in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

import orjson
from sqlalchemy import Connection, bindparam, select

from chatrooms import names
from chatrooms.events import Align, Change, End, Event, Signal
from chatrooms.pipeline.bus import Bus
from chatrooms.pipeline.scopes import OUTLINE, Scope
from chatrooms.storage.reader import Reader
from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import follows, members
from chatrooms.wire import failures
from chatrooms.wire.server import NAMESPACE, Delivery, Server

ENVELOPE = 100
"""About how many bytes an event takes in addition to its data."""
SECONDS_TO_ACKNOWLEDGE = 0.1
"""How long to wait before ending sockets, so that the caller who revoked their own session gets an acknowledgement."""

MAX_OPEN = 50
"""How many threads a socket has open; opening another one closes the first of them."""


class Belonging(NamedTuple):
    """The shared rooms that a person is a member of, and the threads that they follow, also where they left."""

    username: str
    shared: set[str]
    followed: set[str]

    def threads(self, opened: Iterable[str]) -> set[str]:
        """Return the threads whose changes a socket receives that has ``opened`` some."""
        base, shared = names.base, self.shared
        return {
            thread for thread in (*self.followed, *opened) if base(thread) in shared or self._talks_in(base(thread))
        }

    def _talks_in(self, room: str) -> bool:
        return not room.startswith("#") and self.username in names.people(room)


class Broadcast:
    """Delivers events to the rooms that they are addressed to, and to ``heard``, which the host application hears by.

    ``present`` are the people who are online, if a feature watches them.
    """

    def __init__(self, server: Server, reader: Reader, bus: Bus, heard: Callable[[Sequence[Event]], None]) -> None:
        self.server = server
        self._reader, self._bus, self._heard = reader, bus, heard
        self.present: set[str] = set()
        self._arriving: dict[str, set[str]] = {}
        self._aligning: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def publish(self, events: Sequence[Event]) -> None:
        """Deliver ``events`` in order to this node's sockets, then publish them to the other nodes.

        Consecutive changes go out together, as one write per socket.
        """
        changes: list[Change] = []
        moving = [event.username for event in events if isinstance(event, Align) and self.sockets_of(event.username)]
        belonging = await self._belonging(moving) if moving else {}
        for event in events:
            if isinstance(event, Change):
                changes.append(event)
                continue
            await self._emit(changes)
            changes = []
            await self._deliver(event, belonging)
        await self._emit(changes)
        self._heard(events)
        if not self._bus.alone:
            await self._bus.publish(events)

    async def _deliver(self, event: Align | End | Signal, belonging: Mapping[str, Belonging] | None) -> None:
        match event:
            case Signal():
                await self.server.emit("signal", event.payload, to=_receiving(event.room), volatile=True)
            case Align():
                await self._move(event.username, belonging)
            case End(at_once=True):
                await self._end_now(event.room)
            case End():
                self._end_soon(event.room)

    async def _emit(self, changes: Iterable[Change]) -> None:
        events = [
            ("change", {"room": each.room, "rev": each.rev, **rows}, to)
            for each in changes
            for rows, to in self._copies(each)
        ]
        await self.server.manager.emit_all(events, delivery=Delivery.SKIPPABLE)

    def _copies(self, change: Change) -> Iterator[tuple[Mapping[str, Any], tuple[str, ...]]]:
        """Yield the rows of a change, and who receives them: of a person's own room, programs receive `OUTLINE`."""
        yield change.rows, _receiving(change.room)
        reading = names.reading(change.room)
        if names.kind(change.room) == "personal" and self.occupied(reading):
            yield {table: rows for table, rows in change.rows.items() if table in OUTLINE}, (reading,)

    def kilobytes(self, event: Change | Signal) -> int:
        """Return the kilobytes of an event over all connections that receive it; safe in any thread."""
        data = event.rows if isinstance(event, Change) else event.data
        receiving: int = sum(self.server.manager.count(name) for name in _receiving(event.room))
        return (ENVELOPE + len(orjson.dumps(data))) * receiving // 1000

    async def align(self, username: str, sid: str | None = None) -> None:
        """Move the local sockets of ``username``, or only ``sid``, into their shared rooms and threads.

        It is idempotent, so any later call repairs a lost event. Connecting uses it too.
        """
        async with self._lock(username):
            if not self.sockets_of(username):
                return
            belongs = await self._reader.lookup(lambda db: _belonging(db, username))
            for each in [sid] if sid else self.sockets_of(username):
                await self._place(each, belongs)

    async def open(self, sid: str, thread: str, username: str) -> None:
        """Have a socket receive the changes of a thread, until `close` or until its person may not read it."""
        too_many: list[str] = []
        with suppress(KeyError):  # the socket is gone
            opened = self._opened(sid)
            opened[thread] = None
            too_many = list(opened)[:-MAX_OPEN]
            await self.server.enter_room(sid, thread)
        for first in too_many:
            await self.close(sid, first, username)

    async def close(self, sid: str, thread: str, username: str) -> None:
        """End `open`; the socket still receives the changes of a thread that its person follows."""
        with suppress(KeyError):
            self._opened(sid).pop(thread, None)
        try:
            await self.align(username, sid)
        except BaseException:
            await self.server.leave_room(sid, thread)
            raise

    def _opened(self, sid: str) -> dict[str, None]:
        """Return the threads that a socket has open, oldest first; raises ``KeyError`` if it is gone."""
        opened: dict[str, None] = self.server.session_of(sid).setdefault("opened", {})
        return opened

    async def _place(self, sid: str, belongs: Belonging) -> None:
        """Have a socket be in exactly the shared rooms and threads of its person."""
        with suppress(KeyError):
            opened = self._opened(sid)
            threads = belongs.threads(opened)
            for lost in opened.keys() - threads:
                del opened[lost]
            wanted = filter(self._receives(sid), belongs.shared | threads)
            await self.enter(sid, set(wanted), "shared", "thread")

    def _receives(self, sid: str) -> Callable[[str], bool]:
        """Return which rooms a socket may receive if its program has a key; raises ``KeyError`` if it is gone."""
        scope: Scope | None = self.server.session_of(sid)["caller"].scope
        return scope.receives if scope else lambda _room: True

    async def _belonging(self, usernames: Iterable[str]) -> Mapping[str, Belonging] | None:
        """Return the rooms of each, by one lookup for all; None if that fails."""
        try:
            return await self._reader.lookup(lambda db: {each: _belonging(db, each) for each in usernames})
        except Exception:
            failures.report("aligning failed")
            return None

    async def _move(self, username: str, belonging: Mapping[str, Belonging] | None) -> None:
        """Move the sockets of a person who was connected when ``belonging`` was read; later ones align themselves.

        If that fails, end the person's connections, so that a removed member stops receiving. Members reconnect.
        """
        if belonging is None:
            await self._end(username)
        elif username in belonging:
            try:
                async with self._lock(username):
                    for sid in self.sockets_of(username):
                        await self._place(sid, belonging[username])
            except Exception:
                failures.report("aligning failed")
                await self._end(username)

    def _lock(self, username: str) -> asyncio.Lock:
        return self._aligning.setdefault(username, asyncio.Lock())

    @contextmanager
    def arriving(self, sid: str) -> Iterator[set[str]]:
        """Collect who is disconnected while a socket is being identified, and so is in no room yet."""
        self._arriving[sid] = set()
        try:
            yield self._arriving[sid]
        finally:
            del self._arriving[sid]

    async def _end_now(self, username: str) -> None:
        for ended in self._arriving.values():
            ended.add(username)
        await self._end(username)

    def _end_soon(self, room: str) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(SECONDS_TO_ACKNOWLEDGE, self.server.start_background_task, self._end, room)

    async def _end(self, room: str) -> None:
        for sid in self.sockets_of(room) if names.kind(room) == "personal" else self.sockets_in(room):
            eio_sid = self.server.connection_of(sid)
            if eio_sid:
                await self.server.close(eio_sid)

    def sockets_in(self, room: str) -> list[str]:
        """Return the ids of this node's sockets in ``room``."""
        return self.server.sockets_in(room)

    def sockets_of(self, username: str) -> list[str]:
        """Return the ids of this node's sockets of a person, and of the programs that act as them."""
        rooms = username, names.reading(username), names.keyed(username)
        return [sid for room in rooms for sid in self.sockets_in(room)]

    def occupied(self, room: str) -> bool:
        """Return whether any socket is in ``room``; for a personal room, whether the person is connected."""
        return bool(self.sockets_in(room))

    def online(self) -> frozenset[str]:
        """Return who is online at the moment; safe in any thread."""
        return frozenset(self.present)

    async def enter(self, sid: str, wanted: set[str], *kinds: names.Kind) -> None:
        """Make ``wanted`` exactly the rooms of these kinds that the socket is in."""
        now = set(self.server.rooms(sid, NAMESPACE))
        for room in now - wanted:
            if names.kind(room) in kinds:
                await self.server.leave_room(sid, room)
        if missing := wanted - now:
            self.server.manager.enter_rooms(sid, NAMESPACE, missing)


_shared_rooms = Prepared(
    select(members.c.room).where(
        members.c.username == bindparam("username"), members.c.gone.is_(False), members.c.room.startswith("#")
    )
)
_followed = Prepared(
    select(follows.c.room).where(follows.c.username == bindparam("username"), follows.c.gone.is_(False))
)


def _receiving(room: str) -> tuple[str, ...]:
    """Return the Socket.IO rooms whose sockets receive all of a change or signal of ``room``."""
    people = names.recipients(room)
    return (*people, *map(names.reading, people)) if names.kind(room) == "conversation" else people


def _belonging(db: Connection, username: str) -> Belonging:
    shared, followed = (
        {room for (room,) in rooms.tuples(db, {"username": username})} for rooms in (_shared_rooms, _followed)
    )
    return Belonging(username, shared, followed)
