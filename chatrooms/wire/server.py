"""The Socket.IO server: python-socketio's, with what it lets through or leaves behind mended."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

import socketio
import structlog
from socketio import exceptions

from chatrooms.wire import failures, handlers, packets
from chatrooms.wire.engine import Engine, quiet
from chatrooms.wire.limits import MAX_PACKET, Limits
from chatrooms.wire.manager import Manager
from chatrooms.wire.message import Bundle, Delivery
from chatrooms.wire.packets import ACK, CONNECT, CONNECT_ERROR, DISCONNECT, EVENT, Malformed, Received
from chatrooms.wire.socket import CLOSED_BY_SERVER, Rooms
from chatrooms.wire.turns import Turns

__all__ = ["MAX_PACKET", "NAMESPACE", "Delivery", "Limits", "Server"]

NAMESPACE = "/"
JOINS_AT_ONCE = 32
"""Clients that are let into a namespace in one round of the event loop."""

log = structlog.get_logger()


class Server(socketio.AsyncServer):  # type: ignore[misc]
    """An ASGI Socket.IO server whose rooms are the only address.

    Handlers are those of python-socketio; they run one after the other for each client. Whoever hands requests in
    has checked their origin.

    ``connected`` is awaited with the id of a socket right after the client was told that it is connected, and
    ``caught_up`` with that of one that was left out of skippable events, and the rooms of each of these (what was given
    as ``to``), once it has read most of what it was sent.
    ``malformed`` answers an event that could not be read, if the client asked for an acknowledgement, and such
    mistakes end nothing; as long as it is None, a packet that is no packet ends the connection, as the protocol asks.
    A client that is in no namespace ``join_timeout`` seconds after it came is closed.
    """

    def __init__(
        self,
        *,
        ping_interval: float = 25.0,
        ping_timeout: float = 20.0,
        join_timeout: float = 10.0,
        limits: Limits | None = None,
        namespaces: list[str] | None = None,
    ) -> None:
        self.limits = limits or Limits()
        super().__init__(
            client_manager=Manager(),
            serializer=packets.Packet,
            async_handlers=False,
            namespaces=namespaces,
            logger=quiet,
            ping_interval=ping_interval,
            ping_timeout=ping_timeout,
            limits=self.limits,
        )
        self.join_timeout = join_timeout
        self.connected: Callable[[str], Awaitable[None]] = _nothing
        self.caught_up: Callable[[str, set[Rooms]], Awaitable[None]] = _nothing
        self.malformed: Callable[[], Any] | None = None
        self.eio.patrol.haunted = self._lay_ghosts
        self.eio.caught_up = self._relieved
        self._connecting: dict[str, asyncio.Future[None]] = {}
        self._turns = Turns(JOINS_AT_ONCE)

    async def close(self, eio_sid: str) -> None:
        """End a connection with its transport, whatever it is doing; waits for nobody."""
        await self.eio.disconnect(eio_sid)

    async def emit(  # noqa: PLR0917 - python-socketio's signature
        self,
        event: str,
        data: Any = None,
        to: str | Iterable[str] | None = None,
        room: str | Iterable[str] | None = None,
        skip_sid: Any = None,
        namespace: str | None = None,
        callback: Callable[..., Any] | None = None,
        ignore_queue: bool = False,  # noqa: ARG002, FBT001, FBT002
        *,
        volatile: bool = False,
    ) -> None:
        """Emit an event as python-socketio does.

        A ``volatile`` one, as in Socket.IO for JavaScript, is not sent to clients that are slow to read what they were
        sent before (`Limits.volatile`).
        """
        await self.manager.emit(
            event,
            data,
            namespace or NAMESPACE,
            room=to or room,
            skip_sid=skip_sid,
            callback=callback,
            volatile=volatile,
        )

    async def emit_all(
        self,
        events: Iterable[tuple[str, Any, list[str]]],
        namespace: str = NAMESPACE,
        delivery: Delivery = Delivery.RELIABLE,
    ) -> None:
        """Emit several events, each to its rooms: every socket gets those of the same rooms in one write.

        Events to the same rooms keep their order; between different rooms there is none. ``delivery`` says what becomes
        of them at clients that are slow to read.
        """
        await self.manager.emit_all(events, namespace, delivery)

    async def disconnect(self, sid: str, namespace: str | None = None, ignore_queue: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - python-socketio's signature
        """Disconnect a socket from a namespace, and its transport if it is in no other."""
        namespace = namespace or NAMESPACE
        if not self.manager.is_connected(sid, namespace):
            return
        eio_sid = self.manager.pre_disconnect(sid, namespace)
        self._say(eio_sid, DISCONNECT, None, namespace)
        await self._left(sid, namespace, self.reason.SERVER_DISCONNECT)
        if not self.manager.namespaces_of(eio_sid):
            await self.eio.disconnect(eio_sid)

    def _engineio_server_class(self) -> type[Engine]:
        return Engine

    async def _handle_eio_connect(self, eio_sid: str, environ: Mapping[str, Any]) -> None:
        await super()._handle_eio_connect(eio_sid, environ)
        self._expect(eio_sid)

    async def _handle_eio_message(self, eio_sid: str, data: str | bytes) -> None:
        try:
            if isinstance(data, bytes):
                raise Malformed("binary")
            await self._dispatch(eio_sid, packets.decode(data, self.limits.depth))
        except Malformed as mistake:
            self._mistaken(eio_sid, mistake)

    async def _handle_eio_disconnect(self, eio_sid: str, reason: str) -> None:
        if eio_sid in self._connecting:
            await asyncio.wait({self._connecting[eio_sid]})
        for namespace in self.manager.namespaces_of(eio_sid):
            await self._handle_disconnect(eio_sid, namespace, reason)
        self.environ.pop(eio_sid, None)

    async def _dispatch(self, eio_sid: str, packet: Received) -> None:
        sid = self.manager.sid_from_eio_sid(eio_sid, packet.namespace)
        if (sid is None) != (packet.type == CONNECT):
            raise Malformed("not the time for it", packet.namespace)
        if packet.type == CONNECT and self.malformed is None and not isinstance(packet.data, dict | None):
            raise Malformed("not an object")
        if packet.type == CONNECT:
            await self._handle_connect(eio_sid, packet.namespace, packet.data)
        elif packet.type == DISCONNECT:
            await self._handle_disconnect(eio_sid, packet.namespace, self.reason.CLIENT_DISCONNECT)
            self._expect(eio_sid)
        elif packet.type == EVENT:
            await self._handle_event(eio_sid, packet.namespace, packet.id, packet.data)
        elif packet.id is not None:
            await self.manager.trigger_callback(sid, packet.id, packet.data)

    async def _handle_connect(self, eio_sid: str, namespace: str, data: Any) -> None:
        sid = await self.manager.pre_connect(eio_sid, namespace) if self._serves(namespace) else None
        if sid is None:
            self._say(eio_sid, CONNECT_ERROR, {"message": "Invalid namespace"}, namespace)
            return
        answered = self._connecting[eio_sid] = asyncio.get_running_loop().create_future()
        try:
            await self._turns.take()
            refusal = await self._admit(eio_sid, sid, namespace, data)
            await self._answer(eio_sid, sid, namespace, refusal)
        finally:
            del self._connecting[eio_sid]
            answered.set_result(None)
        if refusal is None and self._alive(eio_sid):
            await self.connected(sid)

    async def _admit(self, eio_sid: str, sid: str, namespace: str, data: Any) -> dict[str, Any] | None:
        """Why the connect handler does not let a socket in, if it does not."""
        try:
            verdict = await self._trigger_event("connect", namespace, sid, self.environ[eio_sid], data or None)
        except exceptions.ConnectionRefusedError as refusal:
            reasons: dict[str, Any] = refusal.error_args
            return reasons
        except ConnectionRefusedError:
            return {"message": "Connection refused by server"}
        except Exception:
            if self._alive(eio_sid):
                failures.report("a connect handler failed")
            return {"message": "Internal server error"}
        return {"message": "Connection rejected by server"} if verdict is False else None

    async def _answer(self, eio_sid: str, sid: str, namespace: str, refusal: dict[str, Any] | None) -> None:
        if refusal is not None:
            self._say(eio_sid, CONNECT_ERROR, refusal, namespace)
            await self.manager.disconnect(sid, namespace)
        elif self.manager.is_pre_connected(sid, namespace):
            self._say(eio_sid, CONNECT, {"sid": sid}, namespace)
            await self.manager.connect(sid, namespace)

    async def _handle_disconnect(self, eio_sid: str, namespace: str, reason: str | None = None) -> None:
        sid = self.manager.sid_from_eio_sid(eio_sid, namespace)
        if self.manager.is_connected(sid, namespace):
            self.manager.pre_disconnect(sid, namespace)
            await self._left(sid, namespace, reason or self.reason.CLIENT_DISCONNECT)

    async def _left(self, sid: str, namespace: str, reason: str) -> None:
        try:
            await self._trigger_event("disconnect", namespace, sid, reason)
        except Exception:
            failures.report("a disconnect handler failed")
        finally:
            await self.manager.disconnect(sid, namespace)

    async def _handle_event(self, eio_sid: str, namespace: str, id: int | None, data: list[Any]) -> None:
        sid = self.manager.sid_from_eio_sid(eio_sid, namespace)
        if not self.manager.is_connected(sid, namespace):
            return
        try:
            result = await self._trigger_event(data[0], namespace, sid, *data[1:])
        except handlers.Unfit:
            self._refuse(eio_sid, Malformed("not the arguments of its handler", namespace, id))
            return
        if id is not None and result is not self.not_handled:
            told = [] if result is None else list(result) if isinstance(result, tuple) else [result]
            self._say(eio_sid, ACK, told, namespace, id)

    async def _trigger_event(self, event: str, namespace: str, *args: Any) -> Any:
        """Call the handler of an event; one of a namespace class, if there is no other."""
        handler, given = self._get_event_handler(event, namespace, args)
        if handler is None:
            return await super()._trigger_event(event, namespace, *args)
        call = handlers.call_trimmed if event in self.reserved_events else handlers.call
        return await call(handler, *given)

    def _say(self, eio_sid: str, type: int, data: Any, namespace: str, id: int | None = None) -> None:
        self.eio.post(eio_sid, Bundle(packets.encode(type, data, namespace, id)))

    async def _send_packet(self, eio_sid: str, pkt: Any) -> None:
        self._say(eio_sid, pkt.packet_type, pkt.data, pkt.namespace or NAMESPACE, pkt.id)

    def _mistaken(self, eio_sid: str, mistake: Malformed) -> None:
        if self.malformed is None or not self.manager.namespaces_of(eio_sid):
            raise mistake
        self._refuse(eio_sid, mistake)

    def _refuse(self, eio_sid: str, mistake: Malformed) -> None:
        log.info("packet refused", reason=str(mistake))
        if mistake.id is not None and self.malformed is not None:
            self._say(eio_sid, ACK, [self.malformed()], mistake.namespace, mistake.id)

    def _serves(self, namespace: str) -> bool:
        known = (*self.handlers, *self.namespace_handlers, *self.namespaces)
        return namespace in known or "*" in known

    def _relieved(self, eio_sid: str, missed: set[Rooms]) -> None:
        for namespace in self.manager.namespaces_of(eio_sid):
            sid = self.manager.sid_from_eio_sid(eio_sid, namespace)
            if self.manager.is_connected(sid, namespace):
                self.eio.start(self._catch_up(sid, missed))

    async def _catch_up(self, sid: str, missed: set[Rooms]) -> None:
        try:
            await self.caught_up(sid, missed)
        except Exception:
            failures.report("a handler of clients that have caught up failed")

    def _alive(self, eio_sid: str) -> bool:
        socket = self.eio.sockets.get(eio_sid)
        return socket is not None and not socket.closed

    def _expect(self, eio_sid: str) -> None:
        asyncio.get_running_loop().call_later(self.join_timeout, self._expect_joined, eio_sid)

    def _expect_joined(self, eio_sid: str) -> None:
        if eio_sid in self.eio.sockets and not self.manager.namespaces_of(eio_sid):
            self.eio.sockets[eio_sid].end(CLOSED_BY_SERVER)

    def _lay_ghosts(self) -> None:
        """Take out whoever has no session any more."""
        for eio_sid in self.manager.sessions():
            if eio_sid not in self.eio.sockets:
                log.warning("a ghost was found")
                for namespace in self.manager.namespaces_of(eio_sid):
                    self.manager.basic_disconnect(self.manager.sid_from_eio_sid(eio_sid, namespace), namespace)
        for eio_sid in [eio_sid for eio_sid in self.environ if eio_sid not in self.eio.sockets]:
            del self.environ[eio_sid]


async def _nothing(*_: Any) -> None:
    return None
