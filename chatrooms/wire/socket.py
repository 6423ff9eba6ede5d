"""One Engine.IO session: its heartbeat, what waits to be sent, and how it ends."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from typing import Any, Protocol

from chatrooms.wire.answer import Pending
from chatrooms.wire.connection_limits import Slot
from chatrooms.wire.crowd import Crowd
from chatrooms.wire.ending import CLOSED_BY_CLIENT, LEFT, MISTAKEN, NOISY, SILENT, TOO_LARGE, Ending
from chatrooms.wire.limits import SECONDS_OF_NOISE, Limits
from chatrooms.wire.message import PING, Bundle, Delivery, SendQueue

PINGS = Bundle([PING])


class Transport(Protocol):
    """What carries a session: polling, or a WebSocket."""

    name: str

    def carry(self, bundle: Bundle) -> bool:
        """Send messages now, past the empty queue; return False if that is not possible."""

    def flush(self) -> None:
        """Send what waits in the session's queue, as far as it can be sent now."""

    def buffered(self) -> int:
        """Return how many bytes were handed to the transport and have not left it."""

    def end(self, ending: Ending) -> None:
        """End the transport, without waiting for the client."""


class _Closed:
    """The transport of a closed session: the session and what carried it release each other at once."""

    name = "none"

    def carry(self, bundle: Bundle) -> bool:  # noqa: ARG002
        """Send nothing."""
        return False

    def flush(self) -> None:
        """Send nothing."""

    def buffered(self) -> int:
        """Return 0."""
        return 0

    def end(self, ending: Ending) -> None:
        """Do nothing: it has ended."""


CLOSED = _Closed()


class Socket:
    """One Engine.IO session on whichever transport carries it now.

    ``sids`` are the ids under which it is connected to Socket.IO namespaces, by namespace. ``received`` is called with
    each message, and returns what the next one has to wait for, if anything; ``ended`` and ``caught_up`` are called.
    ``everyone`` are the clients of all sessions.
    """

    def __init__(
        self,
        sid: str,
        ping: tuple[float, float],
        limits: Limits,
        *,
        slot: Slot,
        everyone: Crowd,
        received: Receiver,
        ended: Ended,
        caught_up: CaughtUp,
    ) -> None:
        self.sid, self.limits, self.slot, self._everyone = sid, limits, slot, everyone
        self.sids: dict[str, str] = {}
        self.session: dict[str, Any] = {}
        self.queue = SendQueue()
        self.ending: Ending | None = None
        self.ended_at = 0.0
        self.transport: Transport
        self.upgrade: Transport | None = None
        self._ping_interval, self._ping_timeout = ping
        self._received, self._ended, self._caught_up = received, ended, caught_up
        self._loop = asyncio.get_running_loop()
        self._sent = self._left = self._most = 0
        self._left_at = self._loop.time()
        self._overflowed = False
        self._noise = 0.0
        self._missed: set[Rooms] | None = None
        self._room: asyncio.Future[None] | None = None
        self._timer = self._loop.call_later(self._ping_interval, self._ping)

    @property
    def closed(self) -> bool:
        """Return whether the session has ended."""
        return self.ending is not None

    @property
    def upgraded(self) -> bool:
        """Return whether a WebSocket carries the session."""
        return self.transport.name == "websocket"

    def send(self, bundle: Bundle) -> None:
        """Send messages, after all that were sent before them, or leave them out if too much waits already.

        A client that is too slow for what must not be left out is dropped by the reaper, and gets nothing until then:
        ending many sessions at once here would block the event loop.
        """
        if self.ending is not None or self._overflowed:
            return
        if self.queue.messages is None and self.transport.carry(bundle):
            self._sent += bundle.size
        else:
            self._queue(bundle)

    def _queue(self, bundle: Bundle) -> None:
        behind = self.queue.messages is not None
        if not behind:
            self._most = self.transport.buffered()
        if self._leaves_out(bundle):
            return
        self._sent += bundle.size
        self._most += bundle.size
        self.queue.put(bundle)
        self.slot.crowd.waiting += bundle.size
        self._everyone.waiting += bundle.size
        if not behind:  # else the transport goes on when the client does
            self.transport.flush()
        if self.queue.size > self.limits.queued and bundle.delivery is Delivery.RELIABLE:
            self._overflowed = True
            self.queue.clear()

    def _leaves_out(self, bundle: Bundle) -> bool:
        if bundle.delivery is Delivery.RELIABLE:
            return False
        if bundle.delivery is Delivery.VOLATILE:
            return self._waits_more_than(min(self.limits.volatile, self._enough))
        if self._missed is None and not self._waits_more_than(self._enough):
            return False
        self._missed = self._missed or set()
        self._missed.add(bundle.to)
        return True

    def _waits_more_than(self, limit: int) -> bool:
        """Return whether more bytes wait, and ask the transport only if that may be: this is called per recipient."""
        if self._most > limit:
            self._most = self.waiting()
        return self._most > limit

    @property
    def _enough(self) -> int:
        """Return how many bytes may wait before what can be left out is, and the client is not received from."""
        limits = self.limits
        fits = self.slot.crowd.waiting <= limits.together and self._everyone.waiting <= limits.overall
        return limits.skippable if fits else limits.crowded

    def relieve(self) -> int:
        """Check whether the client has read enough to learn that it missed something, and to be received from again.

        Return how many bytes wait.
        """
        waiting = self.waiting()
        if self._missed and waiting <= self.limits.volatile and not self.closed:
            missed, self._missed = self._missed, None
            self._caught_up(self, missed)
        if self._room is not None and (waiting <= self._enough or self.closed):
            self._room.set_result(None)
            self._room = None
        return waiting

    async def wait_for_room(self) -> None:
        """Wait until there is room for an answer to the client, or the session has ended.

        From a client that does not read its answers, nothing more is received.
        """
        while self.waiting() > self._enough and not self.closed:
            self._room = self._room or self._loop.create_future()
            await asyncio.shield(self._room)

    def waiting(self) -> int:
        """Return how many bytes wait to be sent, those in the transport included."""
        return self.queue.size + self.transport.buffered()

    def late(self, now: float) -> bool:
        """Return whether nothing has left for too long although something waits; to be called from time to time.

        What has left is counted a little short while frames wait in the transport, by their headers.
        """
        waiting = self.waiting()
        left = self._sent - waiting
        if left > self._left or not waiting:
            self._left, self._left_at = left, now
        return self._overflowed or now - self._left_at > self.limits.unread

    def receive(self, data: str | bytes | None) -> Pending | None:
        """Handle a packet, or None at the end of the transport; return what the next has to wait for, if anything."""
        if self.ending is not None:
            return None
        if data is None:
            self.end(LEFT)
        elif (len(data) if isinstance(data, bytes) or data.isascii() else len(data.encode())) > self.limits.packet:
            self.end(TOO_LARGE)
        else:
            return self._handle(data)
        return None

    def _handle(self, data: str | bytes) -> Pending | None:
        if isinstance(data, bytes):
            return self._take(data)
        if data[:1] == "4":
            return self._take(data[1:])
        if data[:1] == "b" and (message := _binary(data[1:])) is not None:
            return self._take(message)
        if data == "3":
            self.count_noise()
            self._pong()
        elif data == "1":
            self.end(CLOSED_BY_CLIENT)
        elif data[:1] not in ("0", "5", "6"):
            self.end(MISTAKEN)
        else:
            self.count_noise()
        return None

    def count_noise(self) -> None:
        """Count a packet or frame of no use; end the session of a client that sends too many of them.

        Of no use are pings, pongs, short fragments, packets that do nothing, and what the server refuses.
        """
        now = self._loop.time()
        self._noise = max(self._noise, now) + 1 / (self.limits.noise if self.sids else self.limits.noise_before)
        if self._noise > now + SECONDS_OF_NOISE:
            self.end(NOISY)

    def _take(self, message: str | bytes) -> Pending | None:
        if self.waiting() > self._enough:
            return self._loop.create_task(self._take_later(message))
        return self._received(self, message)

    async def _take_later(self, message: str | bytes) -> None:
        await self.wait_for_room()
        if self.ending is None and (pending := self._received(self, message)):
            await pending

    def end(self, ending: Ending) -> None:
        """End the session now; only the first end counts."""
        if self.ending is not None:
            return
        self.ending, self.ended_at = ending, self._loop.time()
        self._timer.cancel()
        self.transport.end(ending)
        if self.upgrade is not None:
            self.upgrade.end(ending)
        self.queue.clear()
        self.relieve()
        self._ended(self, ending)

    def _ping(self) -> None:
        self._expect_pong()
        self.send(PINGS)

    def _expect_pong(self) -> None:
        left = self._sent - self.waiting()
        self._timer = self._loop.call_later(self._ping_timeout, self._unanswered, left)

    def _unanswered(self, left: int) -> None:
        """End the session, unless the client reads so slowly that the ping may not have reached it."""
        waiting = self.waiting()
        if waiting and self._sent - waiting > left:
            self._expect_pong()
        else:
            self.end(SILENT)

    def _pong(self) -> None:
        if not self.closed:
            self._timer.cancel()
            self._timer = self._loop.call_later(self._ping_interval, self._ping)


Receiver = Callable[[Socket, str | bytes], Pending | None]
Ended = Callable[[Socket, Ending], None]
Rooms = tuple[str, ...]
CaughtUp = Callable[[Socket, set[Rooms]], None]


def _binary(text: str) -> bytes | None:
    """Return the bytes of a message in base64; None if it is not."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return None
