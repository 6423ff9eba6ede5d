"""Which rooms each socket is in: those where its person belongs, the threads that it has open, and what it watches."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from weakref import WeakValueDictionary

from sqlalchemy import Connection

from chatrooms import names
from chatrooms.pipeline import belonging
from chatrooms.pipeline.belonging import Belonging
from chatrooms.pipeline.nodes.others import Others, revs
from chatrooms.pipeline.scopes import Scope
from chatrooms.pipeline.sockets import Sockets
from chatrooms.storage.reader import Reader
from chatrooms.wire import failures
from chatrooms.wire.server import NAMESPACE

MAX_OPEN = 50
"""How many threads a socket has open; opening another one closes the first of them."""


Require = Callable[[Connection], None]


def _nothing(_db: Connection) -> None:
    """Require nothing."""


class Alignment:
    """Moves this node's ``sockets`` into rooms and out of them. Without ``others``, the server is alone."""

    def __init__(self, sockets: Sockets, reader: Reader, others: Others | None) -> None:
        self._sockets, self._reader, self._others = sockets, reader, others
        self._server = sockets.server
        self._aligning: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def align(self, username: str, sid: str | None = None, require: Require = _nothing) -> None:
        """Move the sockets of ``username``, or only ``sid``, into their shared rooms and threads.

        It is idempotent, so any later call repairs a lost event. Connecting uses it too, and has it ``require``
        something of the database in the same lookup: what that raises is raised, and no socket is moved.
        """
        async with self._lock(username):
            if not self._sockets.of(username):
                return

            def read(db: Connection) -> Belonging:
                require(db)
                return self._read(db, username)

            belongs = await self._reader.lookup(read)
            for each in [sid] if sid else self._sockets.of(username):
                await self._place(each, belongs)

    async def belonging(self, usernames: Iterable[str]) -> Mapping[str, Belonging] | None:
        """Return the rooms of each, by one lookup for all, for `move`; None if that fails."""
        try:
            return await self._reader.lookup(lambda db: {each: self._read(db, each) for each in usernames})
        except Exception:
            failures.report("aligning failed")
            return None

    async def move(self, username: str, belonging: Mapping[str, Belonging] | None) -> None:
        """Move the sockets of a person who was connected when ``belonging`` was read; later ones align themselves.

        If that fails, end the person's connections, so that a removed member stops receiving. Members reconnect.
        """
        if belonging is None:
            await self._sockets.end_now(username)
        elif username in belonging:
            try:
                async with self._lock(username):
                    for sid in self._sockets.of(username):
                        await self._place(sid, belonging[username])
            except Exception:
                failures.report("aligning failed")
                await self._sockets.end_now(username)

    async def open(self, sid: str, thread: str, username: str) -> None:
        """Have a socket receive the changes of a thread, until `close` or until its person may not read it."""
        too_many: list[str] = []
        if self._others:
            self._others.follow({thread: 0} | await self._reader.lookup(lambda db: revs(db, [thread])), [thread])
        with suppress(KeyError):  # the socket is gone
            opened = self._opened(sid)
            opened[thread] = None
            too_many = list(opened)[:-MAX_OPEN]
            await self._server.enter_room(sid, thread)
        for first in too_many:
            await self.close(sid, first, username)

    async def close(self, sid: str, thread: str, username: str) -> None:
        """End `open`; the socket still receives the changes of a thread that its person follows."""
        with suppress(KeyError):
            self._opened(sid).pop(thread, None)
        try:
            await self.align(username, sid)
        except BaseException:
            await self._server.leave_room(sid, thread)
            raise

    async def enter(self, sid: str, wanted: set[str], *kinds: names.Kind) -> None:
        """Make ``wanted`` exactly the rooms of these kinds that the socket is in."""
        now = set(self._server.rooms(sid, NAMESPACE))
        for room in now - wanted:
            if names.kind(room) in kinds:
                await self._server.leave_room(sid, room)
        if missing := wanted - now:
            self._server.manager.enter_rooms(sid, NAMESPACE, missing)

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

    def _opened(self, sid: str) -> dict[str, None]:
        """Return the threads that a socket has open, oldest first; raises ``KeyError`` if it is gone."""
        opened: dict[str, None] = self._server.session_of(sid).setdefault("opened", {})
        return opened

    def _receives(self, sid: str) -> Callable[[str], bool]:
        """Return which rooms a socket may receive if its program has a key; raises ``KeyError`` if it is gone."""
        scope: Scope | None = self._server.session_of(sid)["caller"].scope
        return scope.receives if scope else lambda _room: True

    def _read(self, db: Connection, username: str) -> Belonging:
        return belonging.read(db, username, with_revs=self._others is not None)

    def _lock(self, username: str) -> asyncio.Lock:
        return self._aligning.setdefault(username, asyncio.Lock())
