"""A minimal Socket.IO client over WebSocket, cheap enough for thousands of clients in one process."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Callable
from typing import Any

import orjson
from picows import WSListener, WSMsgType, ws_connect

PATIENCE = 60
Heard = Callable[[bytes], None]


class Wire(WSListener):
    """One WebSocket that joins by itself; ``heard`` gets each payload after the welcome."""

    def __init__(self, join: bytes, heard: Heard) -> None:
        super().__init__()
        self.welcome: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self.ended = asyncio.Event()
        self._join, self._heard = join, heard

    def on_ws_connected(self, transport: Any) -> None:
        self.transport = transport

    def on_ws_frame(self, transport: Any, frame: Any) -> None:
        if frame.msg_type != WSMsgType.TEXT:
            if frame.msg_type == WSMsgType.CLOSE:
                transport.disconnect()
            return
        payload = frame.get_payload_as_bytes()
        if payload == b"2":
            self.say(b"3")
        elif payload[:1] == b"0":
            self.say(self._join)
        elif payload.startswith(b'42["welcome"') and not self.welcome.done():
            self.welcome.set_result(payload)
        else:
            self._heard(payload)

    def on_ws_disconnected(self, transport: Any) -> None:
        self.ended.set()
        if not self.welcome.done():
            self.welcome.set_exception(ConnectionError("ended before the welcome"))
            self.welcome.exception()

    def say(self, payload: bytes) -> None:
        """Send a packet, if connected."""
        if not self.transport.underlying_transport.is_closing():
            self.transport.send(WSMsgType.TEXT, payload)

    def cut(self) -> None:
        """End the connection without a close packet."""
        self.transport.disconnect(False)


async def connect(
    port: int, username: str, heard: Heard = lambda _: None, patience: float = PATIENCE, *, address: str = "127.0.0.1"
) -> Wire:
    """A WebSocket from ``address`` that was welcomed; raises ``OSError`` or ``TimeoutError``."""
    url = f"ws://127.0.0.1:{port}/socket.io/?EIO=4&transport=websocket"
    wire: Any = None
    try:
        async with asyncio.timeout(patience):
            _, wire = await ws_connect(
                lambda: Wire(join(username), heard),
                url,
                websocket_handshake_timeout=None,
                proxy=None,
                local_addr=(address, 0),
            )
            await wire.welcome
    except Exception as error:
        if wire:
            wire.cut()
        raise error if isinstance(error, OSError) else ConnectionError(str(error)) from error
    return wire


def join(username: str) -> bytes:
    """The packet that joins by name."""
    return b"40" + orjson.dumps({"username": username})


def command(number: int, name: str, /, **params: Any) -> bytes:
    """The packet of a command that wants to be acknowledged with ``number``."""
    return b"42%d" % number + orjson.dumps([name, params])


def answer(payload: bytes) -> tuple[int, Any] | None:
    """The number and the answer, if this is an acknowledgement."""
    if payload[:2] != b"43":
        return None
    start = payload.index(b"[")
    return int(payload[2:start]), orjson.loads(payload[start:])[0]


def raise_file_limit() -> None:
    """As many sockets as this process may have; servers inherit it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
