"""Which socket is in which room.

The names of methods are those of python-socketio's manager, which its server calls.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from chatrooms.wire.hooks import Hooks

EVERYBODY: Any = object()
"""All sockets of a namespace, where no room is named at all: ``None``, ``""`` and ``[]`` are no one."""


class Rooms:
    """Keeps who is in which room, both ways, and which of them are still connecting, or disconnecting already."""

    def __init__(self, hooks: Hooks) -> None:
        self.rooms: dict[str, dict[str | None, dict[str, str]]] = {}
        self._hooks = hooks
        self._connecting: dict[str, set[str]] = {}
        self._disconnecting: dict[str, set[str]] = {}
        self._rooms_of: dict[tuple[str, str], set[str | None]] = {}
        self._sids: dict[str, dict[str, str]] = {}

    def members(self, room: str, namespace: str = "/") -> list[str]:
        """Return the ids of the sockets that are in ``room`` now."""
        return list(self.rooms.get(namespace, {}).get(room, ()))

    def count(self, room: str, namespace: str = "/") -> int:
        """Return how many sockets are in ``room`` now; from any thread."""
        return len(self.rooms.get(namespace, {}).get(room, ()))

    def namespaces_of(self, eio_sid: str) -> list[str]:
        """Return the namespaces that a session is connected, or connecting, to."""
        return list(self._sids.get(eio_sid, ()))

    def sessions(self) -> list[str]:
        """Return the ids of all sessions that are connected, or connecting, to any namespace."""
        return list(self._sids)

    def get_rooms(self, sid: str, namespace: str) -> list[str]:
        """Return the rooms that a socket is in, its own one included."""
        return [room for room in self._rooms_of.get((namespace, sid), ()) if room is not None]

    def get_participants(self, namespace: str, room: Any) -> Iterator[tuple[str, str]]:
        """Yield the sockets in one or several rooms, each once, with the ids of their sessions."""
        yield from self._inside(namespace, listed(room)).items()

    def sid_from_eio_sid(self, eio_sid: str, namespace: str) -> str | None:
        """Return the socket of a session in a namespace."""
        return self._sids.get(eio_sid, {}).get(namespace)

    def is_pre_connected(self, sid: str | None, namespace: str) -> bool:
        """Return whether the connect handler of a socket has not answered yet."""
        return sid in self._connecting.get(namespace, ())

    def is_connected(self, sid: str | None, namespace: str) -> bool:
        """Return whether a socket is connected: accepted by its connect handler, its disconnect handler not begun."""
        return (
            sid in self.rooms.get(namespace, {}).get(None, {})
            and sid not in self._connecting.get(namespace, ())
            and sid not in self._disconnecting.get(namespace, ())
        )

    def eio_sid_from_sid(self, sid: str, namespace: str) -> str | None:
        """Return the session of a socket."""
        return self.rooms.get(namespace, {}).get(None, {}).get(sid)

    async def enter_room(self, sid: str, namespace: str, room: Any, eio_sid: str | None = None) -> None:
        """Put a socket into a room; twice is once. Raises ``ValueError`` without a name, or if the socket is gone."""
        self._enter(sid, namespace, _named(room), eio_sid)

    def enter_rooms(self, sid: str, namespace: str, rooms: set[str]) -> None:
        """Put a socket into many rooms, at a third of the cost of `enter_room`; raises ``KeyError`` if it is gone."""
        inside, here = self._rooms_of[namespace, sid], self.rooms[namespace]
        sockets = here[None]
        eio_sid = sockets[sid]
        for room in map(_named, rooms):
            if room in sockets:
                continue  # the own room of a socket
            inside.add(room)
            if room in here:
                here[room][sid] = eio_sid
            else:
                here[room] = {sid: eio_sid}
                self._hooks.occupied(room)

    async def leave_room(self, sid: str, namespace: str, room: Any) -> None:
        """Take a socket out of a room, if it is in it; raises ``ValueError`` if the room has no name."""
        self._leave(sid, namespace, _named(room))

    async def close_room(self, room: Any, namespace: str) -> None:
        """Remove all sockets from a room; raises ``ValueError`` if it has no name, or is the own room of a socket."""
        if self._is_own_room(_named(room), namespace):
            raise ValueError("cannot close a sid room")
        for sid in self.members(room, namespace):
            self._leave(sid, namespace, room)

    def _enter(self, sid: str, namespace: str, room: str | None, eio_sid: str | None = None) -> None:
        eio_sid = eio_sid or self.eio_sid_from_sid(sid, namespace)
        if eio_sid is None:
            raise ValueError("sid is not connected to requested namespace")
        if sid != room and self._is_own_room(room, namespace):
            raise ValueError("cannot enter a sid room")
        rooms = self.rooms.setdefault(namespace, {})
        first = room not in rooms
        rooms.setdefault(room, {})[sid] = eio_sid
        self._rooms_of.setdefault((namespace, sid), set()).add(room)
        if first and room is not None and room != sid:
            self._hooks.occupied(room)

    def _leave(self, sid: str, namespace: str, room: str | None) -> None:
        inside = self._rooms_of.get((namespace, sid), set())
        if room not in inside:
            return
        rooms = self.rooms[namespace]
        del rooms[room][sid]
        if not rooms[room]:
            del rooms[room]
        if not rooms:
            del self.rooms[namespace]
        inside.discard(room)
        if not inside:
            del self._rooms_of[namespace, sid]
        if room is not None and room != sid and room not in rooms:
            self._hooks.vacated(room)

    def _is_own_room(self, room: str | None, namespace: str) -> bool:
        return room in self.rooms.get(namespace, {}).get(None, {})

    def _inside(self, namespace: str, rooms: Iterable[Any]) -> dict[str, str]:
        """Return the sockets in these rooms, each once, with their sessions.

        All in one dictionary of strings: a tuple for each would set off the garbage collector in a large room.
        """
        all_rooms = self.rooms.get(namespace, {})
        found: dict[str, str] = {}
        for room in rooms:
            if room:
                found.update(all_rooms.get(None if room is EVERYBODY else room, {}))
        return found


def _named(room: Any) -> Any:
    if not room:
        raise ValueError("a room has a name")
    return room


def listed(value: Any) -> list[Any]:
    """Return one or several rooms, or none, as a list."""
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple, set, frozenset)) else [value]
