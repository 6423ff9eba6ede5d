"""Connects clients to namespaces, if their connect handlers allow it, and disconnects them."""

from __future__ import annotations

import asyncio
import logging
from abc import abstractmethod
from typing import Any

from socketio import exceptions

from chatrooms.wire import calling, failures, packets
from chatrooms.wire.ending import CLOSED_BY_SERVER
from chatrooms.wire.hooks import Hooks
from chatrooms.wire.message import Bundle
from chatrooms.wire.pacing import Pacer
from chatrooms.wire.packets import CONNECT, CONNECT_ERROR
from chatrooms.wire.registering import Registering
from chatrooms.wire.tally import Tally

NAMESPACE = "/"
CONNECTS_AT_ONCE = 32
"""Clients that are connected to a namespace in one round of the event loop."""


class Admission(Registering):
    """What `Dispatcher` does when clients connect to namespaces and leave them."""

    hooks: Hooks
    _tally: Tally

    def __init__(self, join_timeout: float, **options: Any) -> None:
        super().__init__(**options)
        self.join_timeout = join_timeout
        self._connecting: dict[str, asyncio.Future[None]] = {}
        self._expecting: dict[str, asyncio.TimerHandle] = {}
        self._pacer = Pacer(CONNECTS_AT_ONCE)

    @abstractmethod
    async def _call_handler(self, event: str, namespace: str, *args: Any) -> Any:
        """Call the handler of an event; return its result."""

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
                self._tally.note(logging.WARNING, f"a connect handler took longer than {self.join_timeout:g} s")
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

    def _send(self, eio_sid: str, type: int, data: Any, namespace: str) -> None:
        self.eio.post(eio_sid, Bundle(packets.encode(type, data, namespace)))

    def _serves(self, namespace: str) -> bool:
        return "*" in self.namespaces or namespace in (*self.handlers, *self.namespace_handlers, *self.namespaces)

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
