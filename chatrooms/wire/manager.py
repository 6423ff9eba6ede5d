"""Which socket is in which room, and how a message reaches all of a room's sockets."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from socketio.async_manager import AsyncManager

from chatrooms.wire import handlers, packets
from chatrooms.wire.message import Bundle, Delivery, Message, Outbox, bundles

EVERYBODY: Any = object()
"""All sockets of a namespace, where no room is named at all: ``None``, ``""`` and ``[]`` are nobody."""
SLICE = 250
"""Recipients that are sent to in one step of the event loop."""


class Manager(AsyncManager):  # type: ignore[misc]
    """python-socketio's room manager with a reverse index and a fan-out without tasks.

    ``occupied`` and ``vacated`` are called with the name of a room that got its first or lost its last socket.
    """

    def __init__(self) -> None:
        super().__init__()
        self.occupied: Callable[[str], None] = lambda _: None
        self.vacated: Callable[[str], None] = lambda _: None
        self.rooms: dict[str, dict[str | None, dict[str, str]]] = {}
        self.pending_connect: dict[str, set[str]] = {}
        self.pending_disconnect: dict[str, set[str]] = {}
        self._rooms_of: dict[tuple[str, str], set[str | None]] = {}
        self._sids: dict[str, dict[str, str]] = {}
        self._held: dict[str, Outbox] = {}
        self._ack_ids = itertools.count(1)

    def members(self, room: str, namespace: str = "/") -> list[str]:
        """The ids of the sockets that are in ``room`` now."""
        return list(self.rooms.get(namespace, {}).get(room, ()))

    def count(self, room: str, namespace: str = "/") -> int:
        """Return how many sockets are in ``room`` now; from any thread."""
        return len(self.rooms.get(namespace, {}).get(room, ()))

    def namespaces_of(self, eio_sid: str) -> list[str]:
        """The namespaces that a session is connected, or connecting, to."""
        return list(self._sids.get(eio_sid, ()))

    def sessions(self) -> list[str]:
        """The ids of all sessions that are connected, or connecting, to any namespace."""
        return list(self._sids)

    def get_rooms(self, sid: str, namespace: str) -> list[str]:
        """The rooms that a socket is in, its own one included."""
        return [room for room in self._rooms_of.get((namespace, sid), ()) if room is not None]

    def get_participants(self, namespace: str, room: Any) -> Iterator[tuple[str, str]]:
        """The sockets in one or several rooms, each once, with the ids of their sessions."""
        yield from self._inside(namespace, _listed(room)).items()

    def sid_from_eio_sid(self, eio_sid: str, namespace: str) -> str | None:
        """The socket of a session in a namespace."""
        return self._sids.get(eio_sid, {}).get(namespace)

    def eio_sid_from_sid(self, sid: str, namespace: str) -> str | None:
        """The session of a socket."""
        return self.rooms.get(namespace, {}).get(None, {}).get(sid)

    async def pre_connect(self, eio_sid: str, namespace: str) -> str | None:
        """Let a session into a namespace until it is known whether it may stay; None if it is there already."""
        if namespace in self._sids.get(eio_sid, {}):
            return None
        sid: str = self.server.eio.generate_id()
        self._sids.setdefault(eio_sid, {})[namespace] = sid
        self.pending_connect.setdefault(namespace, set()).add(sid)
        self.basic_enter_room(sid, namespace, None, eio_sid=eio_sid)
        self.basic_enter_room(sid, namespace, sid, eio_sid=eio_sid)
        return sid

    async def connect(self, sid: str, namespace: str) -> str:
        """Let a session stay: it hears what was said to it meanwhile."""
        self.pending_connect.get(namespace, set()).discard(sid)
        held = self._held.pop(sid, None)
        if held is not None:
            self.server.eio.post(self.eio_sid_from_sid(sid, namespace), Bundle(held.take(len(held))))
        return sid

    def pre_disconnect(self, sid: str, namespace: str) -> str | None:
        """Keep what is known of a socket for its disconnect handler, while it counts as gone."""
        self.pending_disconnect.setdefault(namespace, set()).add(sid)
        return self.eio_sid_from_sid(sid, namespace)

    async def enter_room(self, sid: str, namespace: str, room: Any, eio_sid: str | None = None) -> None:
        """Put a socket into a room; raises ``ValueError`` if the room has no name, or the socket is gone."""
        self.basic_enter_room(sid, namespace, _named(room), eio_sid)

    async def leave_room(self, sid: str, namespace: str, room: Any) -> None:
        """Take a socket out of a room; raises ``ValueError`` if the room has no name."""
        self.basic_leave_room(sid, namespace, _named(room))

    async def close_room(self, room: Any, namespace: str) -> None:
        """Take everybody out of a room; raises ``ValueError`` if it has no name, or is the own room of a socket."""
        self.basic_close_room(_named(room), namespace)

    def basic_enter_room(self, sid: str, namespace: str, room: str | None, eio_sid: str | None = None) -> None:
        """Put a socket into a room; twice is once. Raises ``ValueError`` if the socket is gone."""
        eio_sid = eio_sid or self.eio_sid_from_sid(sid, namespace)
        if eio_sid is None:
            raise ValueError("sid is not connected to requested namespace")
        if sid != room and self.is_sid_room(namespace, room):
            raise ValueError("cannot enter a sid room")
        rooms = self.rooms.setdefault(namespace, {})
        first = room not in rooms
        rooms.setdefault(room, {})[sid] = eio_sid
        self._rooms_of.setdefault((namespace, sid), set()).add(room)
        if first and room is not None and room != sid:
            self.occupied(room)

    def basic_leave_room(self, sid: str, namespace: str, room: str | None) -> None:
        """Take a socket out of a room; one that is not in it stays out."""
        inside = self._rooms_of.get((namespace, sid), set())
        if room not in inside:
            return
        super().basic_leave_room(sid, namespace, room)
        inside.discard(room)
        if not inside:
            del self._rooms_of[namespace, sid]
        if room is not None and room != sid and room not in self.rooms.get(namespace, {}):
            self.vacated(room)

    def basic_disconnect(self, sid: str, namespace: str, **_: Any) -> None:
        """Take a socket out of all its rooms, at the cost of those alone."""
        eio_sid = self.eio_sid_from_sid(sid, namespace)
        for room in sorted(self._rooms_of.get((namespace, sid), ()), key=lambda room: room is None):
            self.basic_leave_room(sid, namespace, room)
        self.callbacks.pop(sid, None)
        self._held.pop(sid, None)
        for pending in (self.pending_connect, self.pending_disconnect):
            pending.get(namespace, set()).discard(sid)
        if eio_sid in self._sids:
            self._sids[eio_sid].pop(namespace, None)
            if not self._sids[eio_sid]:
                del self._sids[eio_sid]

    async def emit(  # noqa: PLR0917 - python-socketio's signature
        self,
        event: str,
        data: Any,
        namespace: str,
        room: Any = None,
        skip_sid: Any = None,
        callback: Callable[..., Any] | None = None,
        *,
        volatile: bool = False,
        **_: Any,
    ) -> None:
        """Send an event to the sockets of one or several rooms, or to `EVERYBODY`, encoded once.

        Each socket gets it once. An empty ``room`` reaches nobody (python-socketio would reach everyone). A
        ``volatile`` event is not sent to clients that have more than `Limits.volatile` bytes waiting.
        """
        said = [event, *(data if isinstance(data, tuple) else [] if data is None else [data])]
        skipped = set(_listed(skip_sid))
        recipients = self._inside(namespace, _listed(room))
        for sid in skipped & recipients.keys():
            del recipients[sid]
        if callback is not None:
            for sid, eio_sid in recipients.items():
                number = self._generate_ack_id(sid, callback)
                self._post(namespace, sid, eio_sid, Bundle(packets.encode(packets.EVENT, said, namespace, number)))
        elif recipients:
            delivery = Delivery.VOLATILE if volatile else Delivery.RELIABLE
            await self._spread(Bundle(packets.encode(packets.EVENT, said, namespace), delivery), recipients, namespace)

    async def emit_all(
        self, events: Iterable[tuple[str, Any, Iterable[str]]], namespace: str, delivery: Delivery = Delivery.RELIABLE
    ) -> None:
        """Send several events, each to its rooms; those of the same rooms together."""
        said: dict[tuple[str, ...], list[Message]] = {}
        for event, data, to in events:
            said.setdefault(tuple(to), []).extend(packets.encode(packets.EVENT, [event, data], namespace))
        for rooms, messages in said.items():
            for bundle in bundles(messages, delivery, rooms):
                await self._spread(bundle, self._inside(namespace, rooms), namespace)

    def _inside(self, namespace: str, rooms: Iterable[Any]) -> dict[str, str]:
        """The sockets in these rooms, each once, with their sessions.

        All in one dictionary of strings: a tuple for each would set off the garbage collector in a large room.
        """
        all_rooms = self.rooms.get(namespace, {})
        found: dict[str, str] = {}
        for room in rooms:
            if room:
                found.update(all_rooms.get(None if room is EVERYBODY else room, {}))
        return found

    async def _spread(self, bundle: Bundle, recipients: dict[str, str], namespace: str) -> None:
        """Send to many, in slices, so that nobody else waits long."""
        sessions = self.server.eio.sockets
        left = iter(recipients.items())
        for start in range(0, len(recipients), SLICE):
            if start:
                await asyncio.sleep(0)
            pending = self.pending_connect.get(namespace)
            for sid, eio_sid in itertools.islice(left, SLICE):
                if pending and sid in pending:
                    self._post(namespace, sid, eio_sid, bundle)
                elif eio_sid in sessions:
                    sessions[eio_sid].send(bundle)

    async def trigger_callback(self, sid: str, id: int, data: list[Any]) -> None:
        """Call what waits for an acknowledgement; one that nobody waits for is ignored. Raises `handlers.Unfit`."""
        callback = self.callbacks.get(sid, {}).pop(id, None)
        if callback is not None:
            await handlers.call(callback, *data)

    def _post(self, namespace: str, sid: str, eio_sid: str, bundle: Bundle) -> None:
        """Send to a socket, or hold it back until the socket is let in: whoever is refused hears nothing."""
        if sid not in self.pending_connect.get(namespace, ()):
            self.server.eio.post(eio_sid, bundle)
            return
        held = self._held.setdefault(sid, Outbox())
        if bundle.delivery is Delivery.VOLATILE and held.size > self.server.limits.volatile:
            return
        for message in bundle.messages:
            held.put(message)
        if held.size > self.server.limits.queued:
            self.server.eio.drop(eio_sid)

    def _generate_ack_id(self, sid: str, callback: Callable[..., Any]) -> int:
        number = next(self._ack_ids)
        self.callbacks.setdefault(sid, {})[number] = callback
        return number


def _named(room: Any) -> Any:
    if not room:
        raise ValueError("a room has a name")
    return room


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple, set, frozenset)) else [value]
