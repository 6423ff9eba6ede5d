"""One Engine.IO session: its heartbeat, what waits to be sent, and how it ends."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from chatrooms.wire.limits import Limits
from chatrooms.wire.message import CLOSE, NOOP, PING, Bundle, Message, Outbox
from chatrooms.wire.packets import Malformed


@dataclass(frozen=True)
class Ending:
    """How a session ends: why, with which WebSocket close code, and what answers a poll.

    patient: a polling client that is not polling now is answered when it comes again.
    abort: the transport is cut off, without a word.
    """

    reason: str
    code: int = 1000
    poll: Message = NOOP
    patient: bool = False
    abort: bool = False


LEFT = Ending("transport close")
CLOSED_BY_CLIENT = Ending("client disconnect", patient=True)
CLOSED_BY_SERVER = Ending("server disconnect", poll=CLOSE, patient=True)
RESTART = Ending("server disconnect", code=1012)
SILENT = Ending("ping timeout", poll=CLOSE)
MISTAKEN = Ending("transport error", code=1002, poll=CLOSE)
TOO_LARGE = Ending("transport error", code=1009, poll=CLOSE)
SLOW = Ending("transport error", abort=True)

PINGS = Bundle([PING])


class Transport(Protocol):
    """What carries a session: polling, or a WebSocket."""

    name: str

    def carry(self, bundle: Bundle) -> bool:
        """Send messages past the empty outbox, if they can be sent now; else say no."""

    def flush(self) -> None:
        """Send what waits in the session's outbox, as far as it can be sent now."""

    def buffered(self) -> int:
        """How many bytes were handed to the transport and have not left it."""

    def end(self, ending: Ending) -> None:
        """End the transport, without waiting for the client."""


class Nowhere:
    """The transport of a session that is over: the session and what carried it let go of each other at once."""

    name = "none"

    def carry(self, bundle: Bundle) -> bool:  # noqa: ARG002
        """Never."""
        return False

    def flush(self) -> None:
        """Send nothing."""

    def buffered(self) -> int:
        """Nothing."""
        return 0

    def end(self, ending: Ending) -> None:
        """It has ended."""


NOWHERE = Nowhere()


class Socket:
    """One Engine.IO session on whichever transport carries it now."""

    def __init__(self, sid: str, ping: tuple[float, float], limits: Limits, hear: Hear, ended: Ended) -> None:
        self.sid, self.limits = sid, limits
        self.session: dict[str, Any] = {}
        self.outbox = Outbox()
        self.ending: Ending | None = None
        self.ended_at = 0.0
        self.transport: Transport
        self.upgrade: Transport | None = None
        self._ping_interval, self._ping_timeout = ping
        self._hear, self._ended = hear, ended
        self._loop = asyncio.get_running_loop()
        self._stalled: tuple[float, int] = (self._loop.time(), 0)
        self._sent = 0
        self._overflowed = False
        self._timer = self._loop.call_later(self._ping_interval, self._ping)

    @property
    def closed(self) -> bool:
        """Whether the session has ended."""
        return self.ending is not None

    @property
    def upgraded(self) -> bool:
        """Whether a WebSocket carries the session."""
        return self.transport.name == "websocket"

    def send(self, bundle: Bundle) -> None:
        """Send messages, after all that were sent before them; who has too much waiting is told nothing any more.

        That client is dropped by the patrol: many at once would hold up the event loop here.
        """
        if self.ending is not None or self._overflowed:
            return
        self._sent += bundle.size
        if self.outbox or not self.transport.carry(bundle):
            self._queue(bundle)

    def _queue(self, bundle: Bundle) -> None:
        now = self._loop.time()
        for message in bundle.messages:
            self.outbox.put(message, now)
        self.transport.flush()
        if self.waiting() > self.limits.queued:
            self._overflowed = True
            self.outbox.clear()

    def waiting(self) -> int:
        """How many bytes wait to be sent, those in the transport included."""
        return self.outbox.size + self.transport.buffered()

    def late(self, now: float) -> bool:
        """Whether something has waited too long, or too much; to be asked from time to time.

        A mark remembers how much had been sent at some time; it moves on when all of that has left.
        """
        if self._overflowed:
            return True
        since, mark = self._stalled
        if self._sent - self.waiting() >= mark:
            self._stalled = (now, self._sent)
            return False
        return now - min(since, self.outbox.since or now) > self.limits.unread

    async def receive(self, data: str | bytes) -> None:
        """Take in one packet of the client; raises `Malformed`."""
        if isinstance(data, bytes):
            await self._hear(self, data)
        elif data[:1] == "4":
            await self._hear(self, data[1:])
        elif data[:1] == "b":
            await self._hear(self, _binary(data[1:]))
        elif data == "3":
            self._pong()
        elif data == "1":
            self.end(CLOSED_BY_CLIENT)
        elif data[:1] not in ("0", "5", "6"):
            raise Malformed("unknown type")

    def end(self, ending: Ending) -> None:
        """End the session now; only the first end counts."""
        if self.ending is not None:
            return
        self.ending, self.ended_at = ending, self._loop.time()
        self._timer.cancel()
        self.transport.end(ending)
        if self.upgrade is not None:
            self.upgrade.end(ending)
        self.outbox.clear()
        self._ended(self, ending)

    def _ping(self) -> None:
        self._timer = self._loop.call_later(self._ping_timeout, self.end, SILENT)
        self.send(PINGS)

    def _pong(self) -> None:
        if not self.closed:
            self._timer.cancel()
            self._timer = self._loop.call_later(self._ping_interval, self._ping)


Hear = Callable[[Socket, str | bytes], Awaitable[None]]
Ended = Callable[[Socket, Ending], None]


def _binary(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise Malformed("not base64") from None
