"""A WebSocket as an Engine.IO transport: one packet a frame (Engine.IO protocol, "WebSocket" and "Upgrade")."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from chatrooms.wire.inbox import Event
from chatrooms.wire.limits import AHEAD, LARGE, SECONDS_TO_CLOSE
from chatrooms.wire.message import PONG_PROBE, Bundle, Message
from chatrooms.wire.packets import Malformed
from chatrooms.wire.requests import Request
from chatrooms.wire.socket import LEFT, MISTAKEN, TOO_LARGE, Ending, Socket

if TYPE_CHECKING:
    from chatrooms.wire.websocket_protocol import WebSocketProtocol  # at run time it needs a uvicorn that it works with

BATCH = 64
POLICY = 1008


class WebSocket(ABC):
    """A session's WebSocket."""

    name = "websocket"

    def __init__(self, socket: Socket) -> None:
        self.socket = socket

    @property
    @abstractmethod
    def ready(self) -> bool:
        """Whether more can be sent now."""

    @abstractmethod
    def carry(self, bundle: Bundle) -> bool:
        """Send messages at once if that can be; else say no."""

    @abstractmethod
    def write(self, messages: list[Message]) -> None:
        """Send messages."""

    @abstractmethod
    def buffered(self) -> int:
        """How many bytes were written and have not left."""

    @abstractmethod
    def finish(self, code: int, last: list[Message]) -> None:
        """Close politely after the last messages, without waiting."""

    @abstractmethod
    def abort(self) -> None:
        """Cut off."""

    @abstractmethod
    async def read(self) -> str | bytes | None:
        """The next packet; None if there are no more."""

    @abstractmethod
    async def listen(self) -> None:
        """Take in packets; returns when there are no more, or at once if that needs no task."""

    @abstractmethod
    async def finished(self) -> None:
        """Wait, but not long, until the client was told of the end."""

    def flush(self) -> None:
        """Send what waits, until the client does not keep up."""
        outbox = self.socket.outbox
        while outbox and self.ready:
            self.write(outbox.take(BATCH))

    def drained(self) -> None:
        """The client keeps up again."""
        if self.socket.transport is self:
            self.flush()
            self.socket.relieve()

    def end(self, ending: Ending) -> None:
        """End the connection, after what waits if the client keeps up."""
        if ending.abort:
            self.abort()
            return
        outbox = self.socket.outbox if self.socket.transport is self else None
        self.finish(ending.code, outbox.take(BATCH) if outbox else [])

    async def probe(self) -> bool:
        """Whether the client upgrades to this: it probes, is answered, and then says so."""
        try:
            async with asyncio.timeout(self.socket.limits.upgrade):
                if await self.read() != "2probe":
                    return False
                self.write([PONG_PROBE])
                self.socket.transport.flush()
                return await self.read() == "5"
        except TimeoutError:
            return False

    def refuse(self) -> None:
        """Close the connection alone; the session, if there is one, stays what it is."""
        self.finish(POLICY, [])

    async def take(self, packet: str | bytes | None) -> bool:
        """Take in the next packet, None at the end of the connection; False if there is nothing to come any more."""
        if packet is None:
            self.socket.end(LEFT)
        elif _size(packet) > self.socket.limits.packet:
            self.socket.end(TOO_LARGE)
        elif not self.socket.closed:
            try:
                await self.socket.receive(packet)
            except Malformed:
                self.socket.end(MISTAKEN)
        return not self.socket.closed


def websocket(socket: Socket, request: Request) -> WebSocket:
    """The WebSocket of a request: the fast one if uvicorn's transport is in reach."""
    if request.exchange is not None:
        return Direct(socket, request.exchange)
    return Plain(socket, request)


class Direct(WebSocket):
    """Frames straight to uvicorn's transport, and from it to a task that lives as long as there is work."""

    def __init__(self, socket: Socket, protocol: WebSocketProtocol) -> None:
        super().__init__(socket)
        self._protocol = protocol
        self._packets: list[str | bytes | None] = []
        self._working = False
        protocol.drained = self.drained
        self.carry = protocol.carry  # type: ignore[method-assign]  # called for every socket that is told something

    @property
    def ready(self) -> bool:
        """Whether the transport takes more."""
        return self._protocol.ready

    def carry(self, bundle: Bundle) -> bool:
        """Send messages in one write, if the client keeps up."""
        return self._protocol.carry(bundle)

    def buffered(self) -> int:
        """How many bytes wait in the transport."""
        return self._protocol.buffered()

    def abort(self) -> None:
        """Cut the client off."""
        self._protocol.abort()

    def write(self, messages: list[Message]) -> None:
        """Send messages in one write."""
        self._protocol.put(b"".join([message.frame for message in messages]))

    def finish(self, code: int, last: list[Message]) -> None:
        """Close; a client that does not keep up is not told the last."""
        if self.ready:
            self.write(last)
        self._protocol.finish(code)

    async def read(self) -> str | bytes | None:
        """The next packet."""
        return _packet(await self._protocol.receive())

    async def finished(self) -> None:
        """The end was told when it was written."""

    async def listen(self) -> None:
        """Be called with what comes from now on."""
        self._protocol.attach(self._hear)

    def _hear(self, event: Event) -> None:
        packet = _packet(event)
        self._packets.append(packet)
        if not self._working:
            self._working = True
            self._protocol.start(self._work())
        elif len(self._packets) >= AHEAD or (packet and len(packet) >= LARGE):
            self._protocol.pause()

    async def _work(self) -> None:
        """Take in what has come, one packet after the other."""
        try:
            while self._packets:
                if not await self.take(self._packets.pop(0)):
                    self._packets.clear()
                    self._protocol.end()
        finally:
            self._working = False
        self._protocol.read_on()


class Plain(WebSocket):
    """The ASGI way: a task for what is sent, because that may have to wait."""

    def __init__(self, socket: Socket, request: Request) -> None:
        super().__init__(socket)
        self._request = request
        self._sending: asyncio.Task[None] | None = None
        self._ended = asyncio.get_running_loop().create_future()
        self._closing: asyncio.Task[None] | None = None
        self._pending = 0

    @property
    def ready(self) -> bool:
        """Whether everything written was sent."""
        return self._sending is None and not self._ended.done()

    def carry(self, bundle: Bundle) -> bool:  # noqa: ARG002 - the outbox serves
        """Never: what is sent may have to wait."""
        return False

    def write(self, messages: list[Message]) -> None:
        """Send messages, one after the other."""
        self._pending = sum(map(len, messages))
        self._sending = asyncio.ensure_future(self._send(messages))

    def buffered(self) -> int:
        """How much is being sent."""
        return self._pending

    def finish(self, code: int, last: list[Message]) -> None:
        """Close, once what is being sent was sent; after a while without."""
        if not self._ended.done():
            self._ended.set_result(None)
            self._closing = asyncio.ensure_future(self._close(code, last))

    def abort(self) -> None:
        """Send nothing more; the application ends, and so does the connection."""
        if self._sending and self._sending is not asyncio.current_task():
            self._sending.cancel()
        if not self._ended.done():
            self._ended.set_result(None)

    async def read(self) -> str | bytes | None:
        """The next packet, or None as soon as this side ended."""
        receiving = asyncio.ensure_future(self._request.receive())
        try:
            await asyncio.wait({receiving, self._ended}, return_when=asyncio.FIRST_COMPLETED)
            return None if self._ended.done() else _packet(receiving.result())
        finally:
            receiving.cancel()

    async def listen(self) -> None:
        """Read until there is nothing to come."""
        try:
            while await self.take(await self.read()):
                pass
        finally:
            self.socket.end(LEFT)

    async def finished(self) -> None:
        """Wait until the closing was sent, or given up."""
        if self._closing:
            await self._closing
        self.abort()

    async def _send(self, messages: list[Message]) -> None:
        try:
            for message in messages:
                what = {"bytes": message.data} if message.binary else {"text": message.data.decode()}
                await self._request.send({"type": "websocket.send", **what})
        except Exception:
            return  # the client is gone: `read` comes to that, after what the client sent before
        finally:
            self._sending, self._pending = None, 0
        self.drained()

    async def _close(self, code: int, last: list[Message]) -> None:
        try:
            async with asyncio.timeout(SECONDS_TO_CLOSE):
                if self._sending:
                    await asyncio.wait({self._sending})
                await self._send(last)
                await self._request.send({"type": "websocket.close", "code": code})
        except Exception:
            return


def _size(packet: str | bytes) -> int:
    return len(packet) if isinstance(packet, bytes) or packet.isascii() else len(packet.encode())


def _packet(event: Mapping[str, Any]) -> str | bytes | None:
    if event["type"] != "websocket.receive":
        return None
    text, data = event.get("text"), event.get("bytes")
    return text if isinstance(text, str) else data if isinstance(data, bytes) else ""
