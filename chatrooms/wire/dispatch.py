"""What becomes of the packets that clients send: who joins a namespace, which handler is called, what is answered."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from socketio import exceptions

from chatrooms.wire import failures, handlers, packets
from chatrooms.wire.attachments import Assembly
from chatrooms.wire.engine import Engine
from chatrooms.wire.limits import Limits
from chatrooms.wire.manager import Manager
from chatrooms.wire.message import Bundle
from chatrooms.wire.packets import ACK, CONNECT, CONNECT_ERROR, DISCONNECT, EVENT, MAX_DIGITS, Malformed, Received
from chatrooms.wire.registering import Registering
from chatrooms.wire.socket import CLOSED_BY_SERVER, MISTAKEN, Rooms
from chatrooms.wire.tally import Tally
from chatrooms.wire.turns import Turns
from chatrooms.wire.workers import Workers

NAMESPACE = "/"
JOINS_AT_ONCE = 32
"""Clients that are let into a namespace in one round of the event loop."""

log = logging.getLogger(__name__)


def _nothing() -> None:
    return None


async def _nobody(_sid: str, _missed: set[Rooms]) -> None:
    return None


class Dispatcher(Registering):
    """python-socketio's server, with what it lets through or leaves behind mended; `Server` is its front."""

    def __init__(self, limits: Limits, join_timeout: float, **how: Any) -> None:
        super().__init__(client_manager=Manager(), serializer=packets.Packet, limits=limits, **how)
        self.limits, self.join_timeout = limits, join_timeout
        self.connected: Callable[..., Any] = _nothing
        self.timed_out: dict[str, Any] = {"message": "Connecting took too long"}
        self.caught_up: Callable[[str, set[Rooms]], Awaitable[None]] = _nobody
        self.malformed: Callable[[str], Any] | None = None
        self.eio.caught_up = self._relieved
        self.eio.patrol.haunted = self._lay_ghosts
        self._assembly = Assembly(limits, self._attachments_late)
        self._workers = Workers(self.eio.start, limits.handlers)
        self._connecting: dict[str, asyncio.Future[None]] = {}
        self._turns = Turns(JOINS_AT_ONCE)
        self._tally = Tally(log)

    def _engineio_server_class(self) -> type[Engine]:
        return Engine

    async def _handle_eio_connect(self, eio_sid: str, environ: Mapping[str, Any]) -> None:
        await super()._handle_eio_connect(eio_sid, environ)
        self._expect(eio_sid)

    async def _handle_eio_message(self, eio_sid: str, data: str | bytes) -> None:
        try:
            packet = self._assembly.take(eio_sid, data)
            if packet is not None:
                await self._dispatch(eio_sid, packet)
        except Malformed as mistake:
            self._mistaken(eio_sid, mistake)

    async def _handle_eio_disconnect(self, eio_sid: str, reason: str) -> None:
        self._assembly.forget(eio_sid)
        if eio_sid in self._connecting:
            await asyncio.wait({self._connecting[eio_sid]})
        for namespace in self.manager.namespaces_of(eio_sid):
            await self._handle_disconnect(eio_sid, namespace, reason)
        self.environ.pop(eio_sid, None)

    def _attachments_late(self, eio_sid: str) -> None:
        self._assembly.forget(eio_sid)
        if self._alive(eio_sid):
            self.eio.sockets[eio_sid].end(MISTAKEN)

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
        elif packet.type == EVENT and self.manager.is_connected(sid, packet.namespace):
            event = self._answer_event(eio_sid, sid, packet)
            await (self._workers.run(eio_sid, event) if self.async_handlers else event)
        elif packet.type == ACK and packet.id is not None and len(packet.id) <= MAX_DIGITS:
            ack = self._take_ack(sid, packet)
            await (self._workers.run(eio_sid, ack) if self.async_handlers else ack)

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
            await handlers.call_trimmed(self.connected, sid, namespace, data)

    async def _admit(self, eio_sid: str, sid: str, namespace: str, data: Any) -> dict[str, Any] | None:
        """Why the connect handler does not let a socket in, if it does not."""
        limit = asyncio.timeout(self.join_timeout)
        try:
            async with limit:
                verdict = await self._trigger_event("connect", namespace, sid, self.environ[eio_sid], data or None)
        except exceptions.ConnectionRefusedError as refusal:
            reasons: dict[str, Any] = refusal.error_args
            return reasons
        except ConnectionRefusedError:
            return {"message": "Connection refused by server"}
        except Exception:
            if limit.expired():
                return self.timed_out
            if self._alive(eio_sid):
                failures.report("a connect handler failed")
            return {"message": "Internal server error"}
        return {"message": "Connection rejected by server"} if verdict is False else None

    async def _answer(self, eio_sid: str, sid: str, namespace: str, refusal: dict[str, Any] | None) -> None:
        if refusal is not None:
            self._say(eio_sid, CONNECT_ERROR, refusal, namespace)
            await self.manager.disconnect(sid, namespace)
            self._expect(eio_sid)
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

    async def _answer_event(self, eio_sid: str, sid: str, event: Received) -> None:
        try:
            result = await self._trigger_event(event.data[0], event.namespace, sid, *event.data[1:])
        except handlers.Unfit:
            self._refuse(eio_sid, event.mistake("not the arguments of its handler"))
            return
        if event.id is not None and result is not self.not_handled:
            told = [] if result is None else list(result) if isinstance(result, tuple) else [result]
            self._say(eio_sid, ACK, told, event.namespace, event.id)

    async def _take_ack(self, sid: str, ack: Received) -> None:
        try:
            await self.manager.trigger_callback(sid, int(ack.id or 0), ack.data)
        except handlers.Unfit:
            self._tally.note(logging.INFO, "packet refused: not the arguments of the callback")

    async def _trigger_event(self, event: str, namespace: str, *args: Any) -> Any:
        """Call the handler of an event; one of a namespace class, if there is no other."""
        handler, given = self._get_event_handler(event, namespace, args)
        if handler is None:
            return await super()._trigger_event(event, namespace, *args)
        call = handlers.call_trimmed if event in self.reserved_events else handlers.call
        return await call(handler, *given)

    def _say(self, eio_sid: str, type: int, data: Any, namespace: str, id: str | None = None) -> None:
        self.eio.post(eio_sid, Bundle(packets.encode(type, data, namespace, id)))

    async def _send_packet(self, eio_sid: str, pkt: Any) -> None:
        self._say(eio_sid, pkt.packet_type, pkt.data, pkt.namespace or NAMESPACE, pkt.id)

    def _mistaken(self, eio_sid: str, mistake: Malformed) -> None:
        if self.malformed is None or not self.manager.namespaces_of(eio_sid):
            raise mistake
        self._refuse(eio_sid, mistake)

    def _refuse(self, eio_sid: str, mistake: Malformed) -> None:
        self._tally.note(logging.INFO, f"packet refused: {mistake}")
        if mistake.id is not None and self.malformed is not None:
            self._say(eio_sid, ACK, [self.malformed(str(mistake))], mistake.namespace, mistake.id)

    def _serves(self, namespace: str) -> bool:
        return "*" in self.namespaces or namespace in (*self.handlers, *self.namespace_handlers, *self.namespaces)

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
