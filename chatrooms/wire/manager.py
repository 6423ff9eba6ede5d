"""How sockets come and go, and how a message reaches all sockets of a room.

The names of methods are those of python-socketio's manager, which its server calls.
"""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Any

from chatrooms.wire import calling, packets
from chatrooms.wire.hooks import Hooks
from chatrooms.wire.message import Bundle, Delivery, Hurry, Message, SendQueue, bundles
from chatrooms.wire.rooms import Rooms, listed
from chatrooms.wire.turns import Turns

CROWD = 32
"""Recipients; what more than these receive does not keep anything else waiting."""


class Manager(Rooms):
    """Connects sockets to namespaces, and sends to rooms without a task per recipient."""

    def __init__(self, hooks: Hooks | None = None) -> None:
        super().__init__(hooks or Hooks())
        self.server: Any = None
        self.callbacks: dict[str, dict[int, Callable[..., Any]]] = {}
        self._held: dict[str, SendQueue] = {}
        self._turns = Turns()
        self._ack_ids = itertools.count(1)

    def set_server(self, server: Any) -> None:
        """Send by the sessions of ``server``; python-socketio's server calls this when it is made."""
        self.server = server

    async def pre_connect(self, eio_sid: str, namespace: str) -> str | None:
        """Add a session to a namespace until its connect handler has answered; None if it is in there already."""
        if namespace in self._sids.get(eio_sid, {}):
            return None
        sid: str = self.server.eio.generate_id()
        self._sids.setdefault(eio_sid, {})[namespace] = sid
        self._connecting.setdefault(namespace, set()).add(sid)
        self._enter(sid, namespace, None, eio_sid)
        self._enter(sid, namespace, sid, eio_sid)
        return sid

    async def connect(self, sid: str, namespace: str) -> str:
        """Connect a socket, and send it what was emitted to it meanwhile."""
        self._connecting.get(namespace, set()).discard(sid)
        eio_sid = self.eio_sid_from_sid(sid, namespace)
        held = self._held.pop(sid, None)
        if socket := self.server.eio.sockets.get(eio_sid):
            socket.sids[namespace] = sid
            if held is not None:
                socket.send(Bundle(held.take(len(held))))
        return sid

    def pre_disconnect(self, sid: str, namespace: str) -> str | None:
        """Count a socket as gone, but keep what is known of it for its disconnect handler."""
        self._disconnecting.setdefault(namespace, set()).add(sid)
        eio_sid = self.eio_sid_from_sid(sid, namespace)
        if socket := self.server.eio.sockets.get(eio_sid):
            socket.sids.pop(namespace, None)
        return eio_sid

    async def disconnect(self, sid: str, namespace: str, **_: Any) -> None:
        """Forget a socket, as python-socketio's server asks for it."""
        self.forget(sid, namespace)

    def forget(self, sid: str, namespace: str) -> None:
        """Take a socket out of all its rooms, at the cost of those alone."""
        eio_sid = self.pre_disconnect(sid, namespace)
        for room in sorted(self._rooms_of.get((namespace, sid), ()), key=lambda room: room is None):
            self._leave(sid, namespace, room)
        self.callbacks.pop(sid, None)
        self._held.pop(sid, None)
        for pending in (self._connecting, self._disconnecting):
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

        Each socket gets it once. An empty ``room`` reaches no one (python-socketio would reach everyone). A
        ``volatile`` event is not sent to clients that have more than `Limits.volatile` bytes waiting.
        """
        content = [event, *(data if isinstance(data, tuple) else [] if data is None else [data])]
        skipped = set(listed(skip_sid))
        recipients = self._inside(namespace, listed(room))
        for sid in skipped & recipients.keys():
            del recipients[sid]
        if callback is not None:
            for sid, eio_sid in recipients.items():
                number = self._generate_ack_id(sid, callback)
                self._post(namespace, sid, eio_sid, Bundle(packets.encode(packets.EVENT, content, namespace, number)))
        elif recipients:
            delivery = Delivery.VOLATILE if volatile else Delivery.RELIABLE
            await self._spread(
                Bundle(packets.encode(packets.EVENT, content, namespace), delivery), recipients, namespace
            )

    async def emit_all(
        self,
        events: Iterable[tuple[str, Any, Iterable[str]]],
        namespace: str = "/",
        delivery: Delivery = Delivery.RELIABLE,
    ) -> None:
        """Emit several events, each to its rooms: every socket gets those of the same rooms in one write.

        Events to the same rooms keep their order; between different rooms there is none. ``delivery`` says what becomes
        of them at clients that are slow to read.
        """
        messages_to: dict[tuple[str, ...], list[Message]] = {}
        for event, data, to in events:
            messages_to.setdefault(tuple(to), []).extend(packets.encode(packets.EVENT, [event, data], namespace))
        for rooms, messages in messages_to.items():
            for bundle in bundles(messages, delivery, rooms):
                await self._spread(bundle, self._inside(namespace, rooms), namespace)

    def _spread(self, bundle: Bundle, recipients: dict[str, str], namespace: str) -> Awaitable[None]:
        """Send to all recipients, in turn with other emits, when awaited."""
        if len(recipients) > CROWD:
            bundle.hurry = Hurry.GATHERED if bundle.delivery is Delivery.VOLATILE else Hurry.NOW
        return self._turns.spread(partial(self._send, namespace), bundle, recipients)

    def _send(self, namespace: str, bundle: Bundle, recipients: Iterable[tuple[str, str]]) -> None:
        session, pending = self.server.eio.sockets.get, self._connecting.get(namespace)
        for sid, eio_sid in recipients:
            if pending and sid in pending:
                self._post(namespace, sid, eio_sid, bundle)
            elif (socket := session(eio_sid)) is not None:
                socket.send(bundle)

    async def trigger_callback(self, sid: str, id: int, data: list[Any]) -> bool:
        """Call what waits for an acknowledgement; return False if nothing does. Raises `WrongArguments`."""
        callback = self.callbacks.get(sid, {}).pop(id, None)
        if callback is not None:
            await calling.call(callback, *data)
        return callback is not None

    def _post(self, namespace: str, sid: str, eio_sid: str, bundle: Bundle) -> None:
        """Send to a socket, or hold it back while the socket connects: a rejected one must receive nothing."""
        if sid not in self._connecting.get(namespace, ()):
            self.server.eio.post(eio_sid, bundle)
            return
        held = self._held.setdefault(sid, SendQueue())
        if bundle.delivery is Delivery.VOLATILE and held.size > self.server.limits.volatile:
            return
        held.put(bundle)
        if held.size > self.server.limits.queued:
            self.server.eio.drop(eio_sid)

    def _generate_ack_id(self, sid: str, callback: Callable[..., Any]) -> int:
        number = next(self._ack_ids)
        self.callbacks.setdefault(sid, {})[number] = callback
        return number
