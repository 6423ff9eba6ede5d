"""Namespaces as classes."""

from __future__ import annotations

from typing import Any

import socketio

from chatrooms.wire import calling
from chatrooms.wire.rooms import EVERYBODY


class Namespace(socketio.AsyncNamespace):  # type: ignore[misc]
    """python-socketio's namespace class, whose ``on_...`` methods get as many arguments as they take.

    A server makes any ``socketio.AsyncNamespace`` that it is given one of these.
    """

    async def trigger_event(self, event: str, *args: Any) -> Any:
        """Call the method for an event; raises `WrongArguments`."""
        method = getattr(self, f"on_{event}", None)
        if method is None:
            return None
        call = calling.call_trimmed if event in self.server.reserved_events else calling.call
        return await call(method, *args)

    async def emit(  # noqa: PLR0917 - python-socketio's signature
        self,
        event: str,
        data: Any = None,
        to: Any = EVERYBODY,
        room: Any = EVERYBODY,
        skip_sid: Any = None,
        namespace: str | None = None,
        callback: Any = None,
        ignore_queue: bool = False,  # noqa: FBT001, FBT002
    ) -> None:
        """Emit an event in this namespace, as `Server.emit` does."""
        await self.server.emit(event, data, to, room, skip_sid, namespace or self.namespace, callback, ignore_queue)

    async def send(self, data: Any, to: Any = EVERYBODY, room: Any = EVERYBODY, **how: Any) -> None:
        """Emit a ``message`` event in this namespace."""
        await self.emit("message", data, to, room, **how)

    async def call(  # noqa: PLR0917 - python-socketio's signature
        self,
        event: str,
        data: Any = None,
        to: str | None = None,
        sid: str | None = None,
        namespace: str | None = None,
        timeout: float = 60,  # noqa: ASYNC109 - python-socketio's signature
        ignore_queue: bool = False,  # noqa: FBT001, FBT002
    ) -> Any:
        """Emit an event to one socket and return its acknowledgement, as `Server.call` does."""
        return await self.server.call(event, data, to, sid, namespace or self.namespace, timeout, ignore_queue)


def adopt(namespace: socketio.AsyncNamespace) -> None:
    """Give an instance the methods of `Namespace`, behind those of its own class."""
    if not isinstance(namespace, Namespace):
        own = type(namespace)
        namespace.__class__ = type(own.__name__, (own, Namespace), {})
