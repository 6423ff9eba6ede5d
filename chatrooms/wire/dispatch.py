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
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any

from chatrooms.wire import calling, failures, packets
from chatrooms.wire.admission import NAMESPACE, Admission
from chatrooms.wire.answer import Answer, Pending
from chatrooms.wire.attachments import Assembly
from chatrooms.wire.ending import MISTAKEN
from chatrooms.wire.engine import Engine
from chatrooms.wire.hooks import Hooks
from chatrooms.wire.limits import Limits
from chatrooms.wire.manager import Manager
from chatrooms.wire.message import Bundle
from chatrooms.wire.packets import ACK, CONNECT, DISCONNECT, EVENT, MAX_DIGITS, Malformed, Received
from chatrooms.wire.requests import Environ
from chatrooms.wire.socket import Rooms, Socket
from chatrooms.wire.tally import Tally
from chatrooms.wire.workers import Workers

UNFIT = "not the arguments of its handler"

log = logging.getLogger(__name__)


class Dispatcher(Admission):
    """python-socketio's server with its own handling of packets; `Server` is its front."""

    def __init__(self, limits: Limits, join_timeout: float, **options: Any) -> None:
        self.hooks = Hooks()
        super().__init__(join_timeout, client_manager=Manager(self.hooks), limits=limits, **options)
        self.limits = limits
        self._assembly = Assembly(limits, self._attachments_late)
        self._workers = Workers(self.eio.start, limits.handlers)
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
        return self.session_of(sid, namespace or NAMESPACE)

    def session_of(self, sid: str, namespace: str = NAMESPACE) -> dict[str, Any]:
        """Return the same without waiting."""
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

    def _receive(self, socket: Socket, data: str | bytes) -> Pending | None:
        """Handle a message; return what the client's next one has to wait for, if anything."""
        try:
            if isinstance(data, bytes) or socket.sid in self._assembly.unfinished:
                packet = self._assembly.add(socket.sid, data)
            else:
                packet = packets.decode(data, self.limits)
                if packet.attachments:
                    self._assembly.begin(socket.sid, packet, len(data.encode()))
                    return None
            return self._dispatch(socket, packet) if packet is not None else None
        except Malformed as mistake:
            self._refuse(socket, mistake)
        except Exception:
            failures.report("a handler failed")
        return None

    def _refuse(self, socket: Socket, mistake: Malformed) -> None:
        if self.hooks.malformed is None or not self.manager.namespaces_of(socket.sid):
            socket.end(MISTAKEN)
        else:
            self._reject(socket, mistake)

    def _attachments_late(self, eio_sid: str) -> None:
        self._assembly.forget(eio_sid)
        if self._alive(eio_sid):
            self.eio.sockets[eio_sid].end(MISTAKEN)

    def _dispatch(self, socket: Socket, packet: Received) -> Pending | None:
        sid = socket.sids.get(packet.namespace)
        if packet.type == EVENT and sid is not None:
            if self.async_handlers:
                return self._later(socket, self._workers.run(socket.sid, self._answer_beside(socket, sid, packet)))
            return self._answer_event(socket, sid, packet)
        return self._later(socket, self._handle(socket, packet))

    def _later(self, socket: Socket, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        return asyncio.get_running_loop().create_task(self._guarded(socket, work))

    async def _guarded(self, socket: Socket, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Malformed as mistake:
            self._refuse(socket, mistake)
        except Exception:
            failures.report("a handler failed")

    async def _handle(self, socket: Socket, packet: Received) -> None:
        """Handle what is no event; raises `Malformed`."""
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
            taking = self._take_ack(socket, known, packet)
            await (self._workers.run(socket.sid, taking) if self.async_handlers else taking)
        else:
            socket.count_noise()

    def _answer_event(self, socket: Socket, sid: str, event: Received) -> Pending | None:
        """Call the handler of an event; return what is to be waited for until it has acknowledged it."""
        try:
            result = self._begin(event.data[0], event.namespace, sid, *event.data[1:])
        except calling.WrongArguments:
            self._reject(socket, event.mistake(UNFIT))
            return None
        if isinstance(result, Answer):
            result.add_done_callback(lambda answer: self._acknowledge(socket, event, answer.value))
            return result if result.ordered else None
        if inspect.isawaitable(result):
            return self._later(socket, self._answer_with(socket, event, result))
        self._acknowledge(socket, event, result)
        return None

    async def _answer_with(self, socket: Socket, event: Received, result: Awaitable[Any]) -> None:
        try:
            value = await result
        except calling.WrongArguments:
            self._reject(socket, event.mistake(UNFIT))
        else:
            self._acknowledge(socket, event, value)

    async def _answer_beside(self, socket: Socket, sid: str, event: Received) -> None:
        try:
            value = await self._call_handler(event.data[0], event.namespace, sid, *event.data[1:])
        except calling.WrongArguments:
            self._reject(socket, event.mistake(UNFIT))
        else:
            await socket.wait_for_room()  # many handlers may answer at the same time
            self._acknowledge(socket, event, value)

    def _acknowledge(self, socket: Socket, event: Received, value: Any) -> None:
        if value is self.not_handled:
            socket.count_noise()
        elif event.id is not None:
            data = [] if value is None else list(value) if isinstance(value, tuple) else [value]
            socket.send(Bundle(packets.encode(ACK, data, event.namespace, event.id)))

    async def _take_ack(self, socket: Socket, sid: str, ack: Received) -> None:
        try:
            if not await self.manager.trigger_callback(sid, int(ack.id or 0), ack.data):
                socket.count_noise()
        except calling.WrongArguments:
            socket.count_noise()
            self._tally.note(logging.INFO, "packet refused: not the arguments of the callback")

    async def _call_handler(self, event: str, namespace: str, *args: Any) -> Any:
        """Call the handler of an event; return its result."""
        result = self._begin(event, namespace, *args)
        return await result if inspect.isawaitable(result) else result

    def _begin(self, event: str, namespace: str, *args: Any) -> Any:
        """Call the handler of an event, that of a namespace class if there is no other; return what it returns."""
        handler, given = self._get_event_handler(event, namespace, args)
        if handler is None:
            instance, given = self._get_namespace_handler(namespace, args)
            return self.not_handled if instance is None else instance.trigger_event(event, *given)
        if event in self.reserved_events:
            given = calling.trimmed(handler, *given)
        if not calling.takes(handler, len(given)):
            raise calling.WrongArguments
        return handler(*given)

    def _reject(self, socket: Socket, mistake: Malformed) -> None:
        socket.count_noise()
        self._tally.note(logging.INFO, f"packet refused: {mistake}")
        if mistake.id is not None and self.hooks.malformed is not None:
            answer = [self.hooks.malformed(str(mistake))]
            socket.send(Bundle(packets.encode(ACK, answer, mistake.namespace, mistake.id)))

    def _relieved(self, socket: Socket, missed: set[Rooms]) -> None:
        for sid in socket.sids.values():
            self.eio.start(self._catch_up(sid, missed))

    async def _catch_up(self, sid: str, missed: set[Rooms]) -> None:
        try:
            await self.hooks.caught_up(sid, missed)
        except Exception:
            failures.report("a handler of clients that have caught up failed")

    def _forget_leftovers(self) -> None:
        """Forget sockets whose session is gone; there are some only after a fault of ours."""
        for eio_sid in self.manager.sessions():
            if eio_sid not in self.eio.sockets:
                log.warning("a socket without a session was found")
                for namespace in self.manager.namespaces_of(eio_sid):
                    self.manager.forget(self.manager.sid_from_eio_sid(eio_sid, namespace), namespace)
        for eio_sid in [eio_sid for eio_sid in self.environ if eio_sid not in self.eio.sockets]:
            del self.environ[eio_sid]
