"""Handles the packets of clients: connects them to namespaces, calls handlers, sends acknowledgements.

`Dispatcher` extends python-socketio's server, whose public methods are what programs use. Of what that server has
inside, it uses or replaces this, and no more (``tests/wire/test_library.py`` compares the list with the code):

- ``_engineio_server_class``: the only way to give it another Engine.IO server.
- ``_get_event_handler``, ``_get_namespace_handler``: the rules by which catch-all handlers and namespaces are found.

It also relies on the attributes ``eio``, ``manager``, ``environ``, ``handlers``, ``namespace_handlers``,
``namespaces``, ``not_handled``, ``reason`` and ``reserved_events``. The library's own ``_handle_...`` and ``_send_...``
methods are never called: `Engine` calls the methods here.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from socketio import exceptions

from chatrooms.wire import calling, failures, packets
from chatrooms.wire.attachments import Assembly
from chatrooms.wire.engine import Engine
from chatrooms.wire.hooks import Hooks
from chatrooms.wire.limits import Limits
from chatrooms.wire.manager import Manager
from chatrooms.wire.message import Bundle
from chatrooms.wire.pacing import Pacer
from chatrooms.wire.packets import ACK, CONNECT, CONNECT_ERROR, DISCONNECT, EVENT, MAX_DIGITS, Malformed, Received
from chatrooms.wire.registering import Registering
from chatrooms.wire.requests import Environ
from chatrooms.wire.socket import CLOSED_BY_SERVER, MISTAKEN, Rooms, Socket
from chatrooms.wire.tally import Tally
from chatrooms.wire.workers import Workers

NAMESPACE = "/"
CONNECTS_AT_ONCE = 32
"""Clients that are connected to a namespace in one round of the event loop."""

log = logging.getLogger(__name__)


class Dispatcher(Registering):
    """python-socketio's server with its own handling of packets; `Server` is its front."""

    def __init__(self, limits: Limits, join_timeout: float, **options: Any) -> None:
        self.hooks = Hooks()
        super().__init__(client_manager=Manager(self.hooks), limits=limits, **options)
        self.limits, self.join_timeout = limits, join_timeout
        self._assembly = Assembly(limits, self._attachments_late)
        self._workers = Workers(self.eio.start, limits.handlers)
        self._connecting: dict[str, asyncio.Future[None]] = {}
        self._expecting: dict[str, asyncio.TimerHandle] = {}
        self._pacer = Pacer(CONNECTS_AT_ONCE)
        self._tally = Tally(log)

    def _engineio_server_class(self) -> Callable[..., Engine]:
        return partial(
            Engine,
            opened=self._opened,
            received=self._receive,
            closed=self._closed,
            caught_up=self._relieved,
            swept=self._forget_leftovers,
        )

    async def get_session(self, sid: str, namespace: str | None = None) -> dict[str, Any]:
        """Return what is kept for a socket in a namespace; raises ``KeyError`` if the socket is gone."""
        namespace = namespace or NAMESPACE
        socket = self.eio.sockets.get(self.manager.eio_sid_from_sid(sid, namespace))
        if socket is None:
            raise KeyError("Session not found")
        session: dict[str, Any] = socket.session.setdefault(namespace, {})
        return session

    def _opened(self, eio_sid: str, environ: Environ) -> None:
        self.environ[eio_sid] = environ
        self._expect(eio_sid)

    async def _closed(self, eio_sid: str, reason: str) -> None:
        self._assembly.forget(eio_sid)
        self._expect_no_more(eio_sid)
        if eio_sid in self._connecting:
            await asyncio.wait({self._connecting[eio_sid]})
        for namespace in self.manager.namespaces_of(eio_sid):
            await self._disconnect_from(eio_sid, namespace, reason)
        self.environ.pop(eio_sid, None)

    async def _receive(self, socket: Socket, data: str | bytes) -> None:
        """Handle a message; raises `Malformed` if the connection is to end."""
        try:
            if isinstance(data, bytes) or socket.sid in self._assembly.unfinished:
                packet = self._assembly.add(socket.sid, data)
            else:
                packet = packets.decode(data, self.limits)
                if packet.attachments:
                    self._assembly.begin(socket.sid, packet, len(data.encode()))
                    return
            if packet is not None:
                await self._dispatch(socket, packet)
        except Malformed as mistake:
            if self.hooks.malformed is None or not self.manager.namespaces_of(socket.sid):
                raise
            self._reject(socket, mistake)
        except Exception:
            failures.report("a handler failed")

    def _attachments_late(self, eio_sid: str) -> None:
        self._assembly.forget(eio_sid)
        if self._alive(eio_sid):
            self.eio.sockets[eio_sid].end(MISTAKEN)

    async def _dispatch(self, socket: Socket, packet: Received) -> None:
        sid = socket.sids.get(packet.namespace)
        if packet.type == EVENT and sid is not None:
            await self._work(socket, self._answer_event(socket, sid, packet))
            return
        known = self.manager.sid_from_eio_sid(socket.sid, packet.namespace)
        if (known is None) != (packet.type == CONNECT):
            raise Malformed("not the time for it", packet.namespace)
        if packet.type == CONNECT:
            if self.hooks.malformed is None and not isinstance(packet.data, dict | None):
                raise Malformed("not an object")
            socket.count_noise()
            await self._connect_to(socket.sid, packet.namespace, packet.data)
        elif packet.type == DISCONNECT:
            await self._disconnect_from(socket.sid, packet.namespace, self.reason.CLIENT_DISCONNECT)
            self._expect(socket.sid)
        elif packet.type == ACK and packet.id is not None and len(packet.id) <= MAX_DIGITS:
            await self._work(socket, self._take_ack(socket, known, packet))
        else:
            socket.count_noise()

    def _work(self, socket: Socket, work: Coroutine[Any, Any, None]) -> Coroutine[Any, Any, None]:
        return self._workers.run(socket.sid, work) if self.async_handlers else work

    async def _connect_to(self, eio_sid: str, namespace: str, data: Any) -> None:
        sid = await self.manager.pre_connect(eio_sid, namespace) if self._serves(namespace) else None
        if sid is None:
            self._send(eio_sid, CONNECT_ERROR, {"message": "Invalid namespace"}, namespace)
            return
        answered = self._connecting[eio_sid] = asyncio.get_running_loop().create_future()
        try:
            await self._pacer.wait()
            refusal = await self._admit(eio_sid, sid, namespace, data)
            await self._answer(eio_sid, sid, namespace, refusal)
        finally:
            del self._connecting[eio_sid]
            answered.set_result(None)
        if refusal is None and self._alive(eio_sid):
            await calling.call_trimmed(self.hooks.connected, sid, namespace, data)

    async def _admit(self, eio_sid: str, sid: str, namespace: str, data: Any) -> dict[str, Any] | None:
        """Call the connect handler; return why it rejects the socket, or None."""
        limit = asyncio.timeout(self.join_timeout)
        try:
            async with limit:
                verdict = await self._call_handler("connect", namespace, sid, self.environ[eio_sid], data or None)
        except exceptions.ConnectionRefusedError as refusal:
            reasons: dict[str, Any] = refusal.error_args
            return reasons
        except ConnectionRefusedError:
            return {"message": "Connection refused by server"}
        except Exception:
            if limit.expired():
                timed_out: dict[str, Any] = self.hooks.timed_out
                return timed_out
            if self._alive(eio_sid):
                failures.report("a connect handler failed")
            return {"message": "Internal server error"}
        return {"message": "Connection rejected by server"} if verdict is False else None

    async def _answer(self, eio_sid: str, sid: str, namespace: str, refusal: dict[str, Any] | None) -> None:
        if refusal is not None:
            self._send(eio_sid, CONNECT_ERROR, refusal, namespace)
            await self.manager.disconnect(sid, namespace)
            self._expect(eio_sid)
        elif self.manager.is_pre_connected(sid, namespace):
            self._send(eio_sid, CONNECT, {"sid": sid}, namespace)
            await self.manager.connect(sid, namespace)
            self._expect_no_more(eio_sid)

    async def _disconnect_from(self, eio_sid: str, namespace: str, reason: str) -> None:
        sid = self.manager.sid_from_eio_sid(eio_sid, namespace)
        if self.manager.is_connected(sid, namespace):
            self.manager.pre_disconnect(sid, namespace)
            await self._left(sid, namespace, reason)

    async def _left(self, sid: str, namespace: str, reason: str) -> None:
        try:
            await self._call_handler("disconnect", namespace, sid, reason)
        except Exception:
            failures.report("a disconnect handler failed")
        finally:
            await self.manager.disconnect(sid, namespace)

    async def _answer_event(self, socket: Socket, sid: str, event: Received) -> None:
        try:
            result = await self._call_handler(event.data[0], event.namespace, sid, *event.data[1:])
        except calling.WrongArguments:
            self._reject(socket, event.mistake("not the arguments of its handler"))
            return
        if result is self.not_handled:
            socket.count_noise()
        elif event.id is not None:
            if self.async_handlers:
                await socket.wait_for_room()  # many handlers may answer at the same time
            answer = [] if result is None else list(result) if isinstance(result, tuple) else [result]
            socket.send(Bundle(packets.encode(ACK, answer, event.namespace, event.id)))

    async def _take_ack(self, socket: Socket, sid: str, ack: Received) -> None:
        try:
            if not await self.manager.trigger_callback(sid, int(ack.id or 0), ack.data):
                socket.count_noise()
        except calling.WrongArguments:
            socket.count_noise()
            self._tally.note(logging.INFO, "packet refused: not the arguments of the callback")

    async def _call_handler(self, event: str, namespace: str, *args: Any) -> Any:
        """Call the handler of an event; that of a namespace class, if there is no other."""
        handler, given = self._get_event_handler(event, namespace, args)
        if handler is None:
            instance, given = self._get_namespace_handler(namespace, args)
            return self.not_handled if instance is None else await instance.trigger_event(event, *given)
        if event in self.reserved_events:
            given = calling.trimmed(handler, *given)
        # The same as `calling.call`, without another coroutine in each event
        if not calling.takes(handler, len(given)):
            raise calling.WrongArguments
        result = handler(*given)
        return await result if inspect.isawaitable(result) else result

    def _send(self, eio_sid: str, type: int, data: Any, namespace: str) -> None:
        self.eio.post(eio_sid, Bundle(packets.encode(type, data, namespace)))

    def _reject(self, socket: Socket, mistake: Malformed) -> None:
        socket.count_noise()
        self._tally.note(logging.INFO, f"packet refused: {mistake}")
        if mistake.id is not None and self.hooks.malformed is not None:
            answer = [self.hooks.malformed(str(mistake))]
            socket.send(Bundle(packets.encode(ACK, answer, mistake.namespace, mistake.id)))

    def _serves(self, namespace: str) -> bool:
        return "*" in self.namespaces or namespace in (*self.handlers, *self.namespace_handlers, *self.namespaces)

    def _relieved(self, socket: Socket, missed: set[Rooms]) -> None:
        for sid in socket.sids.values():
            self.eio.start(self._catch_up(sid, missed))

    async def _catch_up(self, sid: str, missed: set[Rooms]) -> None:
        try:
            await self.hooks.caught_up(sid, missed)
        except Exception:
            failures.report("a handler of clients that have caught up failed")

    def _alive(self, eio_sid: str) -> bool:
        socket = self.eio.sockets.get(eio_sid)
        return socket is not None and not socket.closed

    def _expect(self, eio_sid: str) -> None:
        """End the session in `join_timeout` seconds, unless it is in a namespace by then."""
        self._expect_no_more(eio_sid)
        loop = asyncio.get_running_loop()
        self._expecting[eio_sid] = loop.call_later(self.join_timeout, self._expect_joined, eio_sid)

    def _expect_no_more(self, eio_sid: str) -> None:
        if timer := self._expecting.pop(eio_sid, None):
            timer.cancel()

    def _expect_joined(self, eio_sid: str) -> None:
        self._expecting.pop(eio_sid, None)
        if eio_sid in self.eio.sockets and not self.manager.namespaces_of(eio_sid):
            self.eio.sockets[eio_sid].end(CLOSED_BY_SERVER)

    def _forget_leftovers(self) -> None:
        """Forget sockets whose session is gone; there are some only after a fault of ours."""
        for eio_sid in self.manager.sessions():
            if eio_sid not in self.eio.sockets:
                log.warning("a socket without a session was found")
                for namespace in self.manager.namespaces_of(eio_sid):
                    self.manager.forget(self.manager.sid_from_eio_sid(eio_sid, namespace), namespace)
        for eio_sid in [eio_sid for eio_sid in self.environ if eio_sid not in self.eio.sockets]:
            del self.environ[eio_sid]
