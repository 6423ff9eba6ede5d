"""Which socket is in which room, and how a message reaches all of a room's sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from engineio import packet as eio_packet
from socketio import packet
from socketio.async_manager import AsyncManager


class Manager(AsyncManager):  # type: ignore[misc]
    """python-socketio's room manager with a reverse index and a fan-out without tasks.

    ``occupied`` and ``vacated`` are called with the name of a room that got its first or lost its last socket.
    """

    def __init__(self) -> None:
        super().__init__()
        self.occupied: Callable[[str], None] = lambda _: None
        self.vacated: Callable[[str], None] = lambda _: None
        self._rooms_of: dict[tuple[str, str], set[str | None]] = {}

    def members(self, room: str, namespace: str = "/") -> list[str]:
        """The ids of the sockets that are in ``room`` now."""
        return list(self.rooms.get(namespace, {}).get(room, ()))

    def get_rooms(self, sid: str, namespace: str) -> list[str]:
        """The rooms that a socket is in, its own one included."""
        return [room for room in self._rooms_of.get((namespace, sid), ()) if room is not None]

    def basic_enter_room(self, sid: str, namespace: str, room: str | None, eio_sid: str | None = None) -> None:
        """Put a socket into a room; twice is once."""
        first = room not in self.rooms.get(namespace, {})
        super().basic_enter_room(sid, namespace, room, eio_sid=eio_sid)
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
        for room in sorted(self._rooms_of.get((namespace, sid), ()), key=lambda room: room is None):
            self.basic_leave_room(sid, namespace, room)
        self.callbacks.pop(sid, None)
        for pending in (self.pending_connect, self.pending_disconnect):
            if sid in pending.get(namespace, ()):
                pending[namespace].remove(sid)
                if not pending[namespace]:
                    del pending[namespace]

    async def emit(
        self,
        event: str,
        data: Any,
        namespace: str,
        room: str | Iterable[str] | None = None,
        skip_sid: Any = None,
        callback: Any = None,
        to: str | Iterable[str] | None = None,
        **kwargs: Any,
    ) -> None:
        """Send an event to the sockets of one or several rooms, encoded once; each socket gets it once.

        An empty ``to`` reaches nobody (python-socketio would reach everyone).
        """
        rooms = [name for name in _listed(to or room) if name]
        if callback is not None:
            await super().emit(event, data, namespace, room=rooms, skip_sid=skip_sid, callback=callback)
            return
        arguments = list(data) if isinstance(data, tuple) else [] if data is None else [data]
        text = self.server.packet_class(packet.EVENT, namespace=namespace, data=[event, *arguments]).encode()
        if not isinstance(text, str):
            raise ValueError("binary data is not sent to rooms")
        self._send(eio_packet.Packet(eio_packet.MESSAGE, text), self._recipients(rooms, namespace, skip_sid))

    def _recipients(self, rooms: list[str], namespace: str, skip_sid: Any) -> Iterable[str]:
        skipped = set(_listed(skip_sid))
        inside = self.rooms.get(namespace, {})
        found = {sid: eio_sid for room in rooms for sid, eio_sid in inside.get(room, {}).items()}
        return [eio_sid for sid, eio_sid in found.items() if sid not in skipped]

    def _send(self, message: eio_packet.Packet, eio_sids: Iterable[str]) -> None:
        sockets = self.server.eio.sockets
        for eio_sid in eio_sids:
            socket = sockets.get(eio_sid)
            if socket is not None and not socket.closed:
                socket.queue.put_nowait(message)


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)
