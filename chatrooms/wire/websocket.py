"""A WebSocket as an Engine.IO transport: one packet a frame (Engine.IO protocol, "WebSocket" and "Upgrade")."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING

from chatrooms.wire.ending import LEFT, Ending
from chatrooms.wire.limits import SECONDS_TO_CLOSE
from chatrooms.wire.message import PONG_PROBE, Bundle, Message
from chatrooms.wire.receive_queue import packet
from chatrooms.wire.requests import Request
from chatrooms.wire.socket import Socket

if TYPE_CHECKING:
    from chatrooms.wire.websocket_protocol import WebSocketProtocol  # at run time it needs a uvicorn that it works with

BATCH = 64
POLICY = 1008


class WebSocket(ABC):
    """A session's WebSocket.

    ``carry`` sends messages and returns True, or returns False if they cannot be sent now. ``buffered`` returns how
    many bytes of these have not left.
    """

    name = "websocket"
    carry: Callable[[Bundle], bool]
    buffered: Callable[[], int]

    def __init__(self, socket: Socket) -> None:
        self.socket = socket

    @property
    @abstractmethod
    def ready(self) -> bool:
        """Return whether more can be sent now."""

    @abstractmethod
    def write(self, messages: list[Message]) -> None:
        """Send messages."""

    @abstractmethod
    def finish(self, code: int, last: list[Message]) -> None:
        """Close politely after the last messages, without waiting."""

    @abstractmethod
    def abort(self) -> None:
        """Cut off."""

    @abstractmethod
    async def read(self) -> str | bytes | None:
        """Return the next packet; None if there are no more."""

    @abstractmethod
    async def listen(self) -> None:
        """Receive packets; return when there are no more, or at once if that needs no task."""

    @abstractmethod
    async def finished(self) -> None:
        """Wait, but not long, until the end was sent to the client."""

    def flush(self) -> None:
        """Send what waits, until the client does not keep up."""
        queue = self.socket.queue
        while queue and self.ready:
            self.write(queue.take(BATCH))

    def drained(self) -> None:
        """Go on sending: the client keeps up again."""
        if self.socket.transport is self:
            self.flush()
            self.socket.relieve()

    def end(self, ending: Ending) -> None:
        """End the connection, after what waits if the client keeps up."""
        if ending.abort:
            self.abort()
            return
        queue = self.socket.queue if self.socket.transport is self else None
        self.finish(ending.code, queue.take(BATCH) if queue else [])

    async def probe(self) -> bool:
        """Return whether the client upgrades to this: it probes, receives an answer, and confirms."""
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


def websocket(socket: Socket, request: Request) -> WebSocket:
    """Return the WebSocket of a request: the fast one if uvicorn's transport is in reach."""
    if request.exchange is not None:
        return Direct(socket, request.exchange)
    return Plain(socket, request)


class Direct(WebSocket):
    """Frames that uvicorn's protocol writes by itself, and messages that it hands to the session."""

    def __init__(self, socket: Socket, protocol: WebSocketProtocol) -> None:
        super().__init__(socket)
        self._protocol = protocol
        protocol.use(drained=self.drained, noise=socket.count_noise)
        # The functions themselves: each event calls them once per recipient
        self.carry = protocol.carry
        self.buffered = protocol.buffered

    @property
    def ready(self) -> bool:
        """Return whether the transport's buffer has room."""
        return self._protocol.ready

    def abort(self) -> None:
        """Cut the client off."""
        self._protocol.abort()

    def write(self, messages: list[Message]) -> None:
        """Send messages in one write."""
        self._protocol.write(b"".join([message.frame for message in messages]))

    def finish(self, code: int, last: list[Message]) -> None:
        """Close; a client that does not keep up does not get the last messages."""
        if self.ready:
            self.write(last)
        self._protocol.finish(code)

    async def read(self) -> str | bytes | None:
        """Return the next packet."""
        return packet(await self._protocol.receive())

    async def finished(self) -> None:
        """Return: the end was written when it was sent."""

    async def listen(self) -> None:
        """Let the protocol hand what arrives to the session."""
        self._protocol.attach(self.socket)


class Plain(WebSocket):
    """A WebSocket of any ASGI server: a task sends, because sending may have to wait."""

    def __init__(self, socket: Socket, request: Request) -> None:
        super().__init__(socket)
        self._request = request
        self._sending: asyncio.Task[None] | None = None
        self._ended = asyncio.get_running_loop().create_future()
        self._closing: asyncio.Task[None] | None = None
        self._pending = 0

    @property
    def ready(self) -> bool:
        """Return whether everything written was sent."""
        return self._sending is None and not self._ended.done()

    def carry(self, bundle: Bundle) -> bool:  # noqa: ARG002
        """Return False: what is sent may have to wait, in the queue."""
        return False

    def buffered(self) -> int:
        """Return how many bytes are being sent."""
        return self._pending

    def write(self, messages: list[Message]) -> None:
        """Send messages, one after another."""
        self._pending = sum(message.size for message in messages)
        self._sending = asyncio.ensure_future(self._send(messages))

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
        """Return the next packet, or None as soon as this side has ended."""
        receiving = asyncio.ensure_future(self._request.receive())
        try:
            await asyncio.wait({receiving, self._ended}, return_when=asyncio.FIRST_COMPLETED)
            return None if self._ended.done() else packet(receiving.result())
        finally:
            receiving.cancel()

    async def listen(self) -> None:
        """Read until there is nothing to come."""
        try:
            while not self.socket.closed:
                if pending := self.socket.receive(await self.read()):
                    await pending
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
