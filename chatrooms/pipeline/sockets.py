"""This node's sockets, which are found only by the rooms that they are in, and how they are ended."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from chatrooms import names
from chatrooms.events import End
from chatrooms.pipeline.act import Caller
from chatrooms.pipeline.addressing import receiving
from chatrooms.wire.rooms import EVERYBODY
from chatrooms.wire.server import NAMESPACE, Server

SECONDS_TO_ACKNOWLEDGE = 0.1
"""How long to wait before ending sockets, so that the caller who revoked their own session gets an acknowledgement."""


class Sockets:
    """The sockets of a Socket.IO ``server``."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._arriving: dict[str, set[str]] = {}

    def inside(self, room: str) -> list[str]:
        """Return the ids of the sockets in ``room``."""
        return self.server.sockets_in(room)

    def of(self, username: str) -> list[str]:
        """Return the ids of the sockets of a person, and of the programs that act as them."""
        rooms = username, names.reading(username), names.keyed(username)
        return [sid for room in rooms for sid in self.inside(room)]

    def usernames_in(self, room: str) -> set[str]:
        """Return whose sockets are in ``room``."""
        return {caller.username for sid in self.inside(room) if (caller := self._caller(sid))}

    def callers(self) -> list[Caller]:
        """Return who has sockets, by one of those of each session."""
        sids = [sid for sid, _ in self.server.manager.get_participants(NAMESPACE, EVERYBODY)]
        found = {(caller.username, caller.session): caller for sid in sids if (caller := self._caller(sid))}
        return list(found.values())

    def _caller(self, sid: str) -> Caller | None:
        try:
            caller: Caller | None = self.server.session_of(sid).get("caller")
        except KeyError:  # the socket is gone
            return None
        return caller

    def hear(self, room: str) -> bool:
        """Return whether any of them is in a room, or in the personal room of its person."""
        return bool(self._addressed(room))

    def receive(self, room: str) -> bool:
        """Return whether any of them would receive a change of ``room``."""
        reading = names.reading(room) if names.kind(room) == "personal" else room
        return any(map(self.server.manager.count, (*receiving(room), reading)))

    @contextmanager
    def arriving(self, sid: str) -> Iterator[set[str]]:
        """Collect who is disconnected while a socket is being identified, and so is in no room yet."""
        self._arriving[sid] = set()
        try:
            yield self._arriving[sid]
        finally:
            del self._arriving[sid]

    async def end(self, event: End) -> None:
        """End the connections of a person, or those in another room: at once, or after an acknowledgement."""
        if event.at_once:
            for ended in self._arriving.values():
                ended.add(event.room)
            await self.end_now(event.room)
        else:
            loop, background = asyncio.get_running_loop(), self.server.start_background_task
            loop.call_later(SECONDS_TO_ACKNOWLEDGE, background, self.end_now, event.room)

    async def end_now(self, room: str) -> None:
        """End the connections of a person, or those in another room, that are there now."""
        for sid in self._addressed(room):
            eio_sid = self.server.connection_of(sid)
            if eio_sid:
                await self.server.close(eio_sid)

    def _addressed(self, room: str) -> list[str]:
        return self.of(room) if names.kind(room) == "personal" else self.inside(room)
