"""The Socket.IO server: what a program asks of python-socketio's."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Unpack

import socketio
from starlette.types import Receive, Scope, Send

from chatrooms.wire import namespaces as classes
from chatrooms.wire import options, origins
from chatrooms.wire.admission import NAMESPACE
from chatrooms.wire.dispatch import Dispatcher
from chatrooms.wire.hooks import HookArguments
from chatrooms.wire.limits import MAX_PACKET, Limits
from chatrooms.wire.message import Delivery
from chatrooms.wire.origins import Origins
from chatrooms.wire.packets import DISCONNECT
from chatrooms.wire.rooms import EVERYBODY
from chatrooms.wire.session_limits import SessionLimits

__all__ = ["MAX_PACKET", "NAMESPACE", "Delivery", "Limits", "Server"]

quiet = logging.getLogger("chatrooms.wire.socketio")
quiet.setLevel(logging.CRITICAL)  # python-socketio logs what is sent, and errors with all that they quote


class Server(Dispatcher):
    """python-socketio's ``AsyncServer`` on the transports of this package; an ASGI application by itself, too.

    Handlers, namespace classes and methods are those of python-socketio. Constructor arguments that mean the same:
    ``async_handlers``, ``namespaces``, ``ping_interval``, ``ping_timeout`` (seconds), ``transports``,
    ``allow_upgrades``, ``cors_allowed_origins``, ``cors_credentials``, ``max_http_buffer_size``, ``logger`` and
    ``engineio_logger``. The others raise ``ValueError`` and say what to do instead.

    ``limits`` bounds what one client may ask for, ``sessions`` how many sessions each address may have (any number, by
    default). A client that is in no namespace ``join_timeout`` seconds after it came is closed. A connect handler that
    takes longer is cancelled.

    With ``async_handlers=False`` the handlers of a client run one after the other, in the order of its events.

    The arguments of `use` may be given here, too.
    """

    def __init__(
        self,
        *,
        ping_interval: float = 25.0,
        ping_timeout: float = 20.0,
        join_timeout: float = 10.0,
        limits: Limits | None = None,
        sessions: SessionLimits | None = None,
        namespaces: str | list[str] | None = None,
        async_handlers: bool = True,
        cors_allowed_origins: origins.Allowed = None,
        cors_credentials: bool = True,
        transports: str | Iterable[str] | None = None,
        allow_upgrades: bool = True,
        max_http_buffer_size: int | None = None,
        logger: Any = False,
        engineio_logger: Any = False,
        **others: Any,
    ) -> None:
        hooks: Any = {name: others.pop(name) for name in HookArguments.__annotations__ if name in others}
        options.refuse(others)
        limits = limits or Limits()
        if max_http_buffer_size is not None:
            limits = replace(limits, packet=max_http_buffer_size)
        super().__init__(
            limits,
            options.seconds("join_timeout", join_timeout),
            async_handlers=async_handlers,
            namespaces=namespaces,
            logger=logger or quiet,
            sessions=sessions,
            ping=(options.seconds("ping_interval", ping_interval), options.seconds("ping_timeout", ping_timeout)),
            origins=Origins(cors_allowed_origins, credentials=cors_credentials),
            transports=origins.transports(transports),
            allow_upgrades=allow_upgrades,
            engineio_logger=engineio_logger or quiet,
        )
        self.use(**hooks)

    def use(self, **hooks: Unpack[HookArguments]) -> None:
        """Set callbacks in addition to the event handlers; those not given stay as they are.

        Raises ``ValueError`` for one of `EXCLUSIVE` that is set already.

        connected: called with the id of a socket, its namespace and its ``auth``, or with the first of these that it
            takes, right after the packet that confirms the connection.
        caught_up: awaited with the id of a socket that was left out of skippable events, and the rooms of each of these
            (what was given as ``to``), once it has read most of what it was sent.
        malformed: called with the reason why an event was not accepted; returns its acknowledgement. Such mistakes then
            end nothing; while it is None, a malformed packet ends the connection, as the protocol demands.
        timed_out: an object with ``message`` and perhaps ``data``, sent to a client whose connect handler takes longer
            than ``join_timeout``.
        occupied, vacated: called with the name of a room that got its first or lost its last socket.
        """
        self.hooks.use(hooks)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request at any path, or run the lifespan."""
        if scope["type"] != "lifespan":
            await self.handle_request(scope, receive, send)
            return
        await receive()
        self.begin()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.shutdown()
        await send({"type": "lifespan.shutdown.complete"})

    async def emit(  # noqa: PLR0917 - python-socketio's signature
        self,
        event: str,
        data: Any = None,
        to: Any = EVERYBODY,
        room: Any = EVERYBODY,
        skip_sid: Any = None,
        namespace: str | None = None,
        callback: Callable[..., Any] | None = None,
        ignore_queue: bool = False,  # noqa: ARG002, FBT001, FBT002
        *,
        volatile: bool = False,
    ) -> None:
        """Emit an event to a socket, a room or a list of these, each socket once.

        Without ``to`` and ``room`` it goes to everyone in the namespace. An empty ``to`` (None, ``""``, ``[]``)
        goes to no one; python-socketio would send it to everyone. A ``volatile`` event, as in Socket.IO for
        JavaScript, is not sent to clients that are slow to read what they were sent before (`Limits.volatile`).
        """
        named = [address for address in (to, room) if address is not EVERYBODY]
        where = next(filter(None, named), None) if named else EVERYBODY
        await self.manager.emit(event, data, namespace or NAMESPACE, where, skip_sid, callback, volatile=volatile)

    async def send(self, data: Any, to: Any = EVERYBODY, room: Any = EVERYBODY, **how: Any) -> None:
        """Emit a ``message`` event, addressed like `emit`."""
        await self.emit("message", data, to, room, **how)

    async def call(  # noqa: PLR0917 - python-socketio's signature
        self,
        event: str,
        data: Any = None,
        to: str | None = None,
        sid: str | None = None,
        namespace: str | None = None,
        timeout: float | None = 60,  # noqa: ASYNC109
        ignore_queue: bool = False,  # noqa: FBT001, FBT002
    ) -> Any:
        """Emit an event to one socket and return what it acknowledges.

        Raises ``socketio.exceptions.TimeoutError`` after ``timeout`` seconds, ``ValueError`` without an id, and
        ``RuntimeError`` with ``async_handlers=False``, as the acknowledgement would wait for the handler that calls.
        """
        if not (to or sid):
            raise ValueError("call() needs the id of a socket.")
        return await super().call(event, data, to or sid, None, namespace, timeout, ignore_queue)

    def register_namespace(self, namespace_handler: socketio.AsyncNamespace) -> None:
        """Serve a namespace by the methods of an object."""
        super().register_namespace(namespace_handler)
        classes.adopt(namespace_handler)

    def attach(self, app: Any, socketio_path: str = "socket.io") -> None:
        """Raise ``NotImplementedError``: python-socketio's way for other frameworks than ASGI."""
        raise NotImplementedError("Mount the server, or socketio.ASGIApp(server, app), in your ASGI application.")

    def instrument(self, *_: Any, **__: Any) -> None:
        """Raise ``NotImplementedError``: the Admin UI of Socket.IO is not supported."""
        raise NotImplementedError("The Admin UI of Socket.IO is not supported.")

    def count_refusal(self, sid: str, namespace: str = NAMESPACE) -> None:
        """Count an event that a handler refused; end the session of a socket with too many (`Limits.noise`)."""
        session = self.eio.sockets.get(self.connection_of(sid, namespace))
        if session is not None:
            session.count_noise()

    def begin(self) -> None:
        """Accept sessions, after the start or after `shutdown`."""
        self.eio.begin()

    def sockets_in(self, room: str, namespace: str = NAMESPACE) -> list[str]:
        """Return the ids of the sockets in ``room``."""
        inside: list[str] = self.manager.members(room, namespace)
        return inside

    def count(self, room: str, namespace: str = NAMESPACE) -> int:
        """Return how many sockets are in ``room``; safe in any thread."""
        inside: int = self.manager.count(room, namespace)
        return inside

    def sockets(self, namespace: str = NAMESPACE) -> int:
        """Return how many sockets there are; safe in any thread."""
        return len(self.manager.rooms.get(namespace, {}).get(None, ()))

    def occupied_rooms(self, namespace: str = NAMESPACE) -> int:
        """Return how many rooms have sockets, besides the own one of each socket; safe in any thread."""
        return max(0, len(self.manager.rooms.get(namespace, ())) - 1 - self.sockets(namespace))

    @property
    def endings(self) -> Mapping[str, int]:
        """How many connections have ended, by why."""
        endings: Mapping[str, int] = self.eio.endings
        return endings

    def connection_of(self, sid: str, namespace: str = NAMESPACE) -> str | None:
        """Return the id of the connection that a socket uses; None if it is gone."""
        eio_sid: str | None = self.manager.eio_sid_from_sid(sid, namespace)
        return eio_sid

    async def close(self, eio_sid: str) -> None:
        """End a connection with its transport, whatever it is doing, without waiting."""
        await self.eio.disconnect(eio_sid)

    async def disconnect(self, sid: str, namespace: str | None = None, ignore_queue: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - python-socketio's signature
        """Disconnect a socket from a namespace, and its transport if it is in no other."""
        namespace = namespace or NAMESPACE
        if not self.manager.is_connected(sid, namespace):
            return
        eio_sid = self.manager.pre_disconnect(sid, namespace)
        self._send(eio_sid, DISCONNECT, None, namespace)
        await self._left(sid, namespace, self.reason.SERVER_DISCONNECT)
        if not self.manager.namespaces_of(eio_sid):
            await self.eio.disconnect(eio_sid)
