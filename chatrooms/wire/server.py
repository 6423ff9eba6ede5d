"""The Socket.IO server: python-socketio's, with what it lets through or leaves behind mended."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any

import socketio
import structlog
from socketio import packet

from chatrooms.wire import json
from chatrooms.wire.manager import Manager

NAMESPACE = "/"
MAX_PACKET = 128 * 1024
RESERVED_EVENTS = frozenset(
    {"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener", "*"}
)

log = structlog.get_logger()

_quiet = logging.getLogger("chatrooms.wire")

_numbered_event = re.compile(r"2(?:/[^,]*,)?(\d+)")


class Server(socketio.AsyncServer):  # type: ignore[misc]
    """An ASGI Socket.IO server whose rooms are the only address.

    ``connected`` is awaited with the id of a socket right after the client was told that it is connected.
    ``malformed`` answers an event that could not be read, if the client asked for an acknowledgement.
    A socket that does not connect to the namespace within ``join_timeout`` seconds is closed.
    """

    def __init__(self, *, ping_interval: float, ping_timeout: float, join_timeout: float) -> None:
        super().__init__(
            async_mode="asgi",
            client_manager=Manager(),
            json=json,
            async_handlers=False,
            cors_allowed_origins=[],
            max_http_buffer_size=MAX_PACKET,
            ping_interval=ping_interval,
            ping_timeout=ping_timeout,
            http_compression=False,
            logger=_quiet,
            engineio_logger=_quiet,
        )
        self.join_timeout = join_timeout
        self.connected: Callable[[str], Awaitable[None]] = _nothing
        self.malformed: Callable[[], Any] = lambda: None

    async def close(self, eio_sid: str) -> None:
        """End a connection with its transport, whatever it is doing."""
        socket = self.eio.sockets.get(eio_sid)
        if socket is not None:
            await socket.close(wait=False, reason=self.reason.SERVER_DISCONNECT)
            socket.queue.put_nowait(None)

    async def _handle_eio_connect(self, eio_sid: str, environ: dict[str, Any]) -> None:
        await super()._handle_eio_connect(eio_sid, environ)
        asyncio.get_running_loop().call_later(self.join_timeout, self._expect_joined, eio_sid)

    def _expect_joined(self, eio_sid: str) -> None:
        if eio_sid in self.eio.sockets and self.manager.sid_from_eio_sid(eio_sid, NAMESPACE) is None:
            self.start_background_task(self.close, eio_sid)

    async def _handle_connect(self, eio_sid: str, namespace: str | None, data: Any) -> None:
        await super()._handle_connect(eio_sid, namespace, data)
        sid = self.manager.sid_from_eio_sid(eio_sid, namespace or NAMESPACE)
        if sid is None or not self.manager.is_connected(sid, namespace or NAMESPACE):
            return
        socket = self.eio.sockets.get(eio_sid)
        if socket is None or socket.closed:
            await self._handle_disconnect(eio_sid, namespace or NAMESPACE, self.reason.TRANSPORT_CLOSE)
        else:
            await self.connected(sid)

    async def _handle_event(self, eio_sid: str, namespace: str | None, id: int | None, data: Any) -> None:
        name = data[0] if isinstance(data, list) and data else None
        if not isinstance(name, str) or name in RESERVED_EVENTS:
            await self._refuse(eio_sid, namespace, id)
            return
        await super()._handle_event(eio_sid, namespace, id, data)

    async def _handle_eio_message(self, eio_sid: str, data: Any) -> None:
        try:
            pkt = self.packet_class(encoded_packet=data) if isinstance(data, str) else None
        except (ValueError, TypeError, IndexError):
            numbered = _numbered_event.match(data)
            await self._refuse(eio_sid, NAMESPACE, int(numbered[1]) if numbered else None)
            return
        if pkt is None or pkt.packet_type not in (
            packet.CONNECT,
            packet.DISCONNECT,
            packet.EVENT,
            packet.ACK,
        ):
            log.info("packet refused", reason="binary or unknown")
            return
        await self._dispatch(eio_sid, pkt)

    async def _dispatch(self, eio_sid: str, pkt: packet.Packet) -> None:
        if pkt.packet_type == packet.CONNECT:
            if self.manager.sid_from_eio_sid(eio_sid, pkt.namespace or NAMESPACE) is None:
                await self._handle_connect(eio_sid, pkt.namespace, pkt.data)
        elif pkt.packet_type == packet.DISCONNECT:
            await self._handle_disconnect(eio_sid, pkt.namespace, self.reason.CLIENT_DISCONNECT)
        elif pkt.packet_type == packet.EVENT:
            await self._handle_event(eio_sid, pkt.namespace, pkt.id, pkt.data)
        elif isinstance(pkt.data, list):
            await self._handle_ack(eio_sid, pkt.namespace, pkt.id, pkt.data)

    async def _refuse(self, eio_sid: str, namespace: str | None, id: int | None) -> None:
        log.info("packet refused", reason="malformed")
        if id is not None:
            answer = self.packet_class(packet.ACK, namespace=namespace, id=id, data=[self.malformed()])
            await self._send_packet(eio_sid, answer)


async def _nothing(_sid: str) -> None:
    return None
