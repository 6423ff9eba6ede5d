"""The programs that the protocols' suites expect, as their documentation shows them for Node."""

from __future__ import annotations

from typing import Any

from chatrooms.wire.message import Bundle, Message
from chatrooms.wire.server import Server
from chatrooms.wire.socket import Socket

PACKET = 1_000_000
HOW: dict[str, Any] = {
    "ping_interval": 0.3,
    "ping_timeout": 0.2,
    "max_http_buffer_size": PACKET,
    "join_timeout": 1.0,
    "cors_allowed_origins": "*",
    "cors_credentials": False,
}


class Echo(Server):
    """Sends each Engine.IO message back."""

    def __init__(self) -> None:
        super().__init__(**HOW | {"join_timeout": 60.0})

    def _receive(self, socket: Socket, data: str | bytes) -> None:
        binary = isinstance(data, bytes)
        socket.send(Bundle([Message(data if binary else b"4" + data.encode(), binary=binary)]))


def program() -> Server:
    """Return a server that sends back the ``auth`` of a handshake, and events with and without acknowledgement."""
    server = Server(**HOW)

    async def connect(sid: str, _environ: Any, auth: Any) -> None:
        await server.emit("auth", auth or {}, to=sid)

    async def connect_custom(sid: str, _environ: Any, auth: Any) -> None:
        await server.emit("auth", auth or {}, to=sid, namespace="/custom")

    async def message(sid: str, *given: Any) -> None:
        await server.emit("message-back", given, to=sid)

    async def message_with_ack(_sid: str, *given: Any) -> Any:
        return given

    server.on("connect", connect)
    server.on("connect", connect_custom, namespace="/custom")
    server.on("message", message)
    server.on("message-with-ack", message_with_ack)
    return server
