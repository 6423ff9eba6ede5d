"""Applications that send back every message, and the ways in which uvicorn serves them."""

from __future__ import annotations

from typing import Any

from chatrooms.cli.serve import uvicorn_options
from chatrooms.wire.message import Message
from chatrooms.wire.requests import EXTENSION
from tests.servers import PLAIN

LARGEST = 1 << 26
"""Bytes of a message: the suite sends 16 MiB."""


async def plain(scope, receive, send) -> None:
    """Send back through ASGI."""
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        await send(event | {"type": "websocket.send"})


async def attached(scope, receive, send) -> None:
    """Send back as sessions do: the protocol hands over messages, and frames are written to it."""
    await receive()
    await send({"type": "websocket.accept"})
    protocol = scope["extensions"][EXTENSION]
    protocol.attach(Session(protocol))


class Session:
    """What receives the messages of a connection, and sends them back."""

    def __init__(self, protocol: Any) -> None:
        self._protocol = protocol

    @property
    def closed(self) -> bool:
        return self._protocol.disconnected

    def receive(self, message: str | bytes | None) -> None:
        if message is not None:
            is_binary = isinstance(message, bytes)
            data = message if isinstance(message, bytes) else message.encode()
            self._protocol.write(Message(data, binary=is_binary).frame)


SERVED: dict[str, tuple[Any, dict[str, Any]]] = {
    "session": (attached, uvicorn_options()),
    "asgi": (plain, uvicorn_options()),
    "asgi-compressed": (plain, uvicorn_options() | {"ws_per_message_deflate": True}),
    "uvicorn": (plain, uvicorn_options() | PLAIN),
}
"""By name: our protocols as sessions use them, as any application does, with compression; and uvicorn's own."""
OURS = ("session", "asgi")
"""Those whose frames we read: the others' are read by websockets."""
