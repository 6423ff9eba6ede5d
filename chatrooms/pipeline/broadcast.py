"""The only way for committed changes and signals to leave the server: to this node's sockets, and to other nodes.

Sockets are addressed only by the rooms that they are in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any
from weakref import WeakValueDictionary

import orjson
from sqlalchemy import Connection

from chatrooms import names
from chatrooms.events import Align, Change, Emission, End, Event, Signal
from chatrooms.pipeline import belonging
from chatrooms.pipeline.act import Caller
from chatrooms.pipeline.addressing import moved_by, payload, receiving
from chatrooms.pipeline.belonging import Belonging
from chatrooms.pipeline.bus.messages import Moved
from chatrooms.pipeline.nodes.online import OnlinePeople
from chatrooms.pipeline.nodes.others import Others, revs
from chatrooms.pipeline.scopes import OUTLINE, Scope
from chatrooms.storage.reader import Reader
from chatrooms.wire import failures
from chatrooms.wire.rooms import EVERYBODY
from chatrooms.wire.server import NAMESPACE, Delivery, Server

ENVELOPE = 100
"""About how many bytes an event takes in addition to its data."""
SECONDS_TO_ACKNOWLEDGE = 0.1
"""How long to wait before ending sockets, so that the caller who revoked their own session gets an acknowledgement."""

MAX_OPEN = 50
"""How many threads a socket has open; opening another one closes the first of them."""


class Broadcast:
    """Delivers events to the rooms that they are addressed to, and to ``heard``, which the host application hears by.

    ``people`` are those who are online, if a feature watches them. Without ``others``, the server is alone.
    """

    def __init__(
        self, server: Server, reader: Reader, heard: Callable[[Sequence[Event]], None], others: Others | None
    ) -> None:
        self.server = server
        self._reader, self._heard, self._others = reader, heard, others
        self.people = OnlinePeople()
        self._arriving: dict[str, set[str]] = {}
        self._aligning: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def publish(self, events: Sequence[Event]) -> None:
        """Publish ``events`` to the other nodes, and deliver them in order to this node's sockets."""
        if self._others:
            self._others.bus.publish([event for event in events if not isinstance(event, Align)])
        await self.deliver(events)
        self._heard(events)

    async def deliver(self, events: Sequence[Event]) -> None:
        """Deliver ``events`` in order to this node's sockets: of the changes, if there are other nodes, the next ones.

        The others may have changed a room in between; then the node fetches what is missing.
        """
        if self._others is None:
            moving = [
                event.username for event in events if isinstance(event, Align) and self.sockets_of(event.username)
            ]
            await self._deliver_all(events, moving)
        elif all(isinstance(event, Signal | Emission) for event in events):
            await self._deliver_all(events, ())
        else:
            async with self._others.turn:
                await self._deliver_next(events, self._others)

    async def _deliver_next(self, events: Sequence[Event], others: Others) -> None:
        changes = [event for event in events if isinstance(event, Change)]
        moved = dict.fromkeys(username for event in events for username in moved_by(event))
        moving = list(filter(self.sockets_of, moved))
        if moving:  # who comes into a room now receives what brought them there
            begun = [change for change in reversed(changes) if names.kind(change.room) != "personal"]
            others.heads.begin({change.room: change.rev - 1 for change in begun})
        passed = {id(change) for change in changes if others.heads.take(change)}
        kept = [event for event in events if not isinstance(event, Align | Change) or id(event) in passed]
        await self._deliver_all([*map(Align, moving), *kept], moving)

    async def _deliver_all(self, events: Sequence[Event], moving: Collection[str]) -> None:
        """Deliver events; consecutive changes go out together, as one write per socket."""
        changes: list[Change] = []
        belonging = await self._belonging(moving) if moving else {}
        for event in events:
            if isinstance(event, Change):
                changes.append(event)
                continue
            await self._emit(changes)
            changes = []
            await self._deliver(event, belonging)
        await self._emit(changes)

    async def _deliver(self, event: Align | End | Signal | Emission, belonging: Mapping[str, Belonging] | None) -> None:
        match event:
            case Signal():
                await self.server.emit("signal", event.payload, to=receiving(event.room), volatile=True)
            case Emission():
                await self.server.emit(event.event, event.data, to=list(event.rooms))
            case Align():
                await self._move(event.username, belonging)
            case End(at_once=True):
                await self._end_now(event.room)
            case End():
                self._end_soon(event.room)

    def announce(self, username: str, *, online: bool) -> None:
        """Count a person as online at this node, or no longer, and let the other nodes know."""
        changed = self.people.arrive(username) if online else self.people.leave(username)
        if changed and self._others:
            self._others.bus.publish([Moved(came=[username]) if online else Moved(went=[username])])

    async def _emit(self, changes: Iterable[Change]) -> None:
        events = [("change", payload(each, rows), to) for each in changes for rows, to in self._copies(each)]
        await self.server.manager.emit_all(events, delivery=Delivery.SKIPPABLE)

    def _copies(self, change: Change) -> Iterator[tuple[Mapping[str, Any], tuple[str, ...]]]:
        """Yield the rows of a change, and who receives them: of a person's own room, programs receive `OUTLINE`."""
        yield change.rows, receiving(change.room)
        if names.kind(change.room) == "personal" and self.occupied(reading := names.reading(change.room)):
            yield {table: rows for table, rows in change.rows.items() if table in OUTLINE}, (reading,)

    def kilobytes(self, event: Change | Signal) -> int:
        """Return the kilobytes of an event over all connections that receive it; safe in any thread."""
        data = event.rows if isinstance(event, Change) else event.data
        count: int = sum(self.server.manager.count(name) for name in receiving(event.room))
        return (ENVELOPE + len(orjson.dumps(data))) * count // 1000

    async def align(self, username: str, sid: str | None = None) -> None:
        """Move the local sockets of ``username``, or only ``sid``, into their shared rooms and threads.

        It is idempotent, so any later call repairs a lost event. Connecting uses it too.
        """
        async with self._lock(username):
            if not self.sockets_of(username):
                return
            belongs = await self._reader.lookup(lambda db: self._read(db, username))
            for each in [sid] if sid else self.sockets_of(username):
                await self._place(each, belongs)

    async def open(self, sid: str, thread: str, username: str) -> None:
        """Have a socket receive the changes of a thread, until `close` or until its person may not read it."""
        too_many: list[str] = []
        if self._others:
            self._others.follow({thread: 0} | await self._reader.lookup(lambda db: revs(db, [thread])), [thread])
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
            wanted = set(filter(self._receives(sid), belongs.shared | threads))
            if self._others:
                self._others.follow_all(belongs.username, belongs.revs, wanted)
            await self.enter(sid, wanted, "shared", "thread")

    def _receives(self, sid: str) -> Callable[[str], bool]:
        """Return which rooms a socket may receive if its program has a key; raises ``KeyError`` if it is gone."""
        scope: Scope | None = self.server.session_of(sid)["caller"].scope
        return scope.receives if scope else lambda _room: True

    def _read(self, db: Connection, username: str) -> Belonging:
        return belonging.read(db, username, with_revs=self._others is not None)

    async def _belonging(self, usernames: Iterable[str]) -> Mapping[str, Belonging] | None:
        """Return the rooms of each, by one lookup for all; None if that fails."""
        try:
            return await self._reader.lookup(lambda db: {each: self._read(db, each) for each in usernames})
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

    def usernames_in(self, room: str) -> set[str]:
        """Return whose sockets, at this node, are in ``room``."""
        return {caller.username for sid in self.sockets_in(room) if (caller := self._caller(sid))}

    def callers(self) -> list[Caller]:
        """Return who has sockets at this node, by one of those of each session."""
        sids = [sid for sid, _ in self.server.manager.get_participants(NAMESPACE, EVERYBODY)]
        found = {(caller.username, caller.session): caller for sid in sids if (caller := self._caller(sid))}
        return list(found.values())

    def _caller(self, sid: str) -> Caller | None:
        try:
            caller: Caller | None = self.server.session_of(sid).get("caller")
        except KeyError:  # the socket is gone
            return None
        return caller

    def hears(self, room: str) -> bool:
        """Return whether any of this node's sockets is in a room, or in the personal room of its person."""
        return bool(self.sockets_of(room) if names.kind(room) == "personal" else self.occupied(room))

    def receives(self, room: str) -> bool:
        """Return whether any of this node's sockets would receive a change of ``room``."""
        reading = names.reading(room) if names.kind(room) == "personal" else room
        return any(map(self.server.manager.count, (*receiving(room), reading)))

    def online(self) -> frozenset[str]:
        """Return who is online at the moment; safe in any thread."""
        return frozenset(self.people.online)

    async def enter(self, sid: str, wanted: set[str], *kinds: names.Kind) -> None:
        """Make ``wanted`` exactly the rooms of these kinds that the socket is in."""
        now = set(self.server.rooms(sid, NAMESPACE))
        for room in now - wanted:
            if names.kind(room) in kinds:
                await self.server.leave_room(sid, room)
        if missing := wanted - now:
            self.server.manager.enter_rooms(sid, NAMESPACE, missing)
