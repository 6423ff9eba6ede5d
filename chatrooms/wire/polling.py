"""HTTP long-polling: GETs that wait for messages, POSTs that bring some (Engine.IO protocol, "HTTP long-polling")."""

from __future__ import annotations

import asyncio

from chatrooms.wire.ending import LEFT, MISTAKEN, RESTART, Ending
from chatrooms.wire.message import NOOP, Bundle, payload
from chatrooms.wire.packets import Malformed
from chatrooms.wire.requests import BAD_REQUEST, OK, PLAIN, TOO_LARGE, Gone, Request, Response, TooLarge
from chatrooms.wire.socket import Socket

SECONDS_TO_UPGRADE = 0.1
KINDS = frozenset("0134b56")


class Polling:
    """A session's polls and posts, one of each at a time."""

    name = "polling"

    def __init__(self, socket: Socket) -> None:
        self.socket = socket
        self._poll: asyncio.Future[None] | None = None
        self._posting = False
        self._answered: Request | None = None
        self.last_answer: bytes | None = None

    def carry(self, bundle: Bundle) -> bool:  # noqa: ARG002 - the queue is used
        """Return False: what is sent waits for a poll."""
        return False

    def flush(self) -> None:
        """Let the poll that waits, if one does, be answered."""
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(None)

    def buffered(self) -> int:
        """Return how many bytes of the last answer have not left."""
        exchange = self._answered.exchange if self._answered else None
        return exchange.buffered() if exchange else 0

    def end(self, ending: Ending) -> None:
        """Answer the poll that waits; if none does, the next one may get the last answer."""
        if ending.abort and self.buffered() and self._answered:
            self._answered.exchange.abort()
        last = [] if ending.abort else self.socket.queue.take(self.socket.limits.polled - 1)
        self.last_answer = payload([*last, ending.poll])
        self.flush()

    @property
    def waited_for(self) -> bool:
        """Return whether a poll waits to be answered."""
        return self._poll is not None

    async def get(self, request: Request) -> Response | None:
        """Answer with messages as soon as there are some; None if the client left.

        A client that polls twice at once loses its session, as the protocol demands. A client completes an upgrade
        with no poll open, so a poll that arrives during an upgrade is too late.
        """
        if self._poll is not None:
            self.socket.end(MISTAKEN)
            return BAD_REQUEST
        self._poll = poll = asyncio.get_running_loop().create_future()
        upgrading = self.socket.upgrade is not None
        try:
            if not self.socket.queue and not await self._news(request, poll):
                self.socket.end(LEFT)
                return None
            if upgrading and self.socket.upgraded:
                return BAD_REQUEST
            self._answered = request
            return Response(200, self._answer())
        finally:
            self._poll = None

    async def post(self, request: Request) -> Response | None:
        """Receive packets; a client that posts twice at once, or no packets, loses its session."""
        if self._posting:
            self.socket.end(MISTAKEN)
            return BAD_REQUEST
        self._posting = True
        try:
            return await self._receive(request)
        finally:
            self._posting = False

    async def _news(self, request: Request, poll: asyncio.Future[None]) -> bool:
        """Wait for something to send; return False if the client left."""
        gone = asyncio.ensure_future(request.gone())
        if request.exchange:
            request.exchange.ending = lambda: self.socket.end(RESTART)
        patience = SECONDS_TO_UPGRADE if self.socket.upgrade else None
        try:
            await asyncio.wait({gone, poll}, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
        return poll.done() or not gone.done()

    def _answer(self) -> bytes:
        if self.last_answer is not None:
            return self.last_answer
        if self.socket.transport is not self:
            return NOOP.polled
        return payload(self.socket.queue.take(self.socket.limits.polled) or [NOOP])

    async def _receive(self, request: Request) -> Response | None:
        try:
            async with asyncio.timeout(self.socket.limits.upgrade):
                packets = self._packets(await request.body(self.socket.limits.packet))
            for packet in packets:
                if pending := self.socket.receive(packet):
                    await pending
                if self.socket.closed:
                    break
        except (Gone, TimeoutError):
            self.socket.end(LEFT)
            return None
        except TooLarge:
            self.socket.end(MISTAKEN)
            return TOO_LARGE
        except (Malformed, UnicodeDecodeError):
            self.socket.end(MISTAKEN)
        if await request.left():
            self.socket.end(LEFT)
        return BAD_REQUEST if self.socket.ending is MISTAKEN else OK

    def _packets(self, body: str) -> list[str]:
        packets = body.split("\x1e")
        if len(packets) > self.socket.limits.packets or not all(packet[:1] in KINDS for packet in packets if packet):
            raise Malformed("no payload")
        if not all(packets):
            raise Malformed("empty packet")
        return packets


def last_answer(body: bytes) -> Response:
    """Return the answer to the poll of a client whose session the server has ended."""
    return Response(200, body, PLAIN)
