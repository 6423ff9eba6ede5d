"""A bus over a service that carries texts, such as PostgreSQL or Redis: its queue, and how it comes back.

What is published while the service is away is lost. The `Carrier` speaks to the service; what is here is the same for
all of them: publishing waits in a queue that drops, listening starts again after each failure, and both are measured.
"""

from __future__ import annotations

import asyncio
import logging
import random
import secrets
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Protocol

from chatrooms import histogram
from chatrooms.histogram import Histogram
from chatrooms.once import Once
from chatrooms.pipeline.bus import Listener
from chatrooms.pipeline.bus.database_clock import DatabaseClock
from chatrooms.pipeline.bus.envelopes import OfCopy, OtherVersion, Receiver
from chatrooms.pipeline.bus.messages import Beat, Message
from chatrooms.storage.facts import Facts
from chatrooms.wire import failures

WAITING = 20_000
"""How many messages may wait to be published; when more come, all are dropped."""
AT_ONCE = 1000
"""How many of them are published together."""
SECONDS_TO_CONNECT = 3.0
SECONDS_TO_PUBLISH = 2.0
SECONDS_TO_END = 0.5
SECONDS_TO_CANCEL = 0.1
LEAST_TO_RETRY, MOST_TO_RETRY = 0.2, 2.0
"""Seconds between attempts to connect, which double."""
SILENCE = 4.0
"""After how many seconds without anything, not even of this node's own, the listening connection is replaced."""
SECONDS_TO_AGREE = 60.0
"""After how many seconds nodes that name another clock are of a copy: those of this database know of a restart."""

log = logging.getLogger(__name__)

Take = Callable[[Receiver, str | bytes], None]


class Carrier(Protocol):
    """The connections of one node to a service: one that publishes, and one that listens."""

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """The exceptions that mean that the service is away."""

    @property
    def number(self) -> int:
        """The number of the last envelope that was published to all nodes."""

    def begin(self, facts: Facts, node: str, clock: DatabaseClock) -> None:
        """Speak for this node of the database with these facts and this clock."""

    async def publish(self, messages: Sequence[Message]) -> None:
        """Publish messages, and connect before that if need be; raises `errors`."""

    async def close(self) -> None:
        """Close the connection that publishes."""

    def skip(self) -> None:
        """Let the others notice, with the next message, that some are missing."""

    async def listen(self, take: Take, listener: Listener) -> None:
        """Pass on what comes until the connection is lost; raises `errors`."""

    def follow(self, rooms: Collection[str]) -> None:
        """See `Bus.follow`."""

    def unfollow(self, is_needless: Callable[[str], bool]) -> None:
        """See `Bus.unfollow`."""


class CarriedBus:
    """The bus of one node over a carrier.

    ``lag`` is how long heartbeats of this node took through its queue, the service, and back: as long as those of
    others take to come here, without comparing clocks. ``dropped`` and ``ignored`` count messages that were not
    published, and texts that no node has sent.
    """

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier
        self._away: tuple[type[Exception], ...] = (OSError, TimeoutError, *carrier.errors)
        self.node = ""
        """Empty while it does not run."""
        self.clock = DatabaseClock()
        self.lag = Histogram(histogram.SECONDS)
        self.dropped = self.ignored = 0
        self._waiting: deque[Message] = deque()
        self._heard_at = 0.0
        self._missed: set[str] = set()
        self._strange: dict[str, float] = {}

    @asynccontextmanager
    async def running(self, facts: Facts, listener: Listener) -> AsyncIterator[None]:
        """Be connected to the nodes of the database with these facts, inside this context."""
        self.node = secrets.token_hex(4)
        self._carrier.begin(facts, self.node, self.clock)
        self._listener, self._once = listener, Once(log)
        self._waiting.clear()
        self._news, self._done = asyncio.Event(), asyncio.Event()
        self._done.set()
        self._beat_at: float | None = None
        self._beat_is: int | None = None
        self._heard_at = _now()
        self._missed.clear()
        listening, publishing = asyncio.create_task(self._listen()), asyncio.create_task(self._publish_all())
        try:
            yield
        finally:
            with suppress(TimeoutError):
                async with asyncio.timeout(SECONDS_TO_END):
                    await self._done.wait()
            await end(listening, publishing)
            self.node = ""

    def publish(self, messages: Sequence[Message]) -> None:
        """Publish messages to the other nodes, soon and without waiting; drop them if too many wait."""
        if not self.node:
            return
        if len(self._waiting) > WAITING:
            self.dropped += len(self._waiting)
            self._waiting.clear()
            self._carrier.skip()
            self._once.warn("the bus takes too long; other nodes read the database instead")
        if self._beat_at is None and any(isinstance(each, Beat) for each in messages):
            self._beat_at = _now()
        self._waiting.extend(messages)
        self._done.clear()
        self._news.set()

    def silent(self) -> float:
        """Return for how many seconds nothing has come over the bus, not even what this node published."""
        return _now() - self._heard_at if self.node else 0.0

    def follow(self, rooms: Collection[str]) -> None:
        """Hear what concerns these rooms, too; `Listener.tuned` is called once that is so."""
        self._carrier.follow(rooms)

    def unfollow(self, is_needless: Callable[[str], bool]) -> None:
        """Hear no longer what concerns the rooms of which this is true."""
        self._carrier.unfollow(is_needless)

    async def _listen(self) -> None:
        waits = _backoff()
        while True:
            begun = _now()
            try:
                await self._listen_once(begun)
            except self._away as error:
                self._miss(f"is away ({failures.summary(error)})")
            except Exception:
                failures.report("listening failed")
            if self._heard_at > begun:
                waits = _backoff()
            await asyncio.sleep(next(waits))

    async def _listen_once(self, begun: float) -> None:
        """Listen until the connection is lost, or silent for too long."""
        listening = asyncio.create_task(self._carrier.listen(self._take, self._listener))
        try:
            while not listening.done() and min(self.silent(), _now() - begun) < SILENCE:
                await asyncio.wait([listening], timeout=1)
            if not listening.done():
                self._miss("is silent")
        finally:
            await end(listening)
        if not listening.cancelled():
            listening.result()

    def _miss(self, how: str) -> None:
        """Log that nothing comes over the bus, once for each reason until something does."""
        if how not in self._missed:
            self._missed.add(how)
            log.warning("the bus %s; this node reads the database instead", how)

    def _hear(self) -> None:
        """Note that something came."""
        self._heard_at = _now()
        if self._missed:
            self._missed.clear()
            log.info("the bus is back")

    def _take(self, receiver: Receiver, text: str | bytes) -> None:
        echoed = receiver.echoed
        try:
            parcel = receiver.take(text.decode() if isinstance(text, bytes) else text)
        except OtherVersion:
            self._once.warn(
                "servers of another version use the bus, and cannot be heard; both read the database instead"
            )
            return
        except OfCopy as error:
            self._doubt(str(error))
            return
        except (ValueError, TypeError):
            self.ignored += 1
            self._once.warn("the bus has messages that no server of this chat has sent; they are ignored")
            return
        if parcel or receiver.echoed > echoed:
            self._hear()
        if receiver.whole:
            self._note_lag(receiver.echoed)
        if parcel:
            if parcel.messages:
                self._listener.hear(parcel.node, parcel.messages)
            if parcel.missed:
                self._listener.miss()

    def _doubt(self, clock: str) -> None:
        """Have this node ask which clock is its own; if that remains another one, say so."""
        if clock not in self._strange:
            self._strange[clock] = _now()
            self._listener.miss()
        elif _now() - self._strange[clock] > SECONDS_TO_AGREE:
            self._once.warn(
                "servers of a copy of the database use the same bus, and are ignored; give them another one, "
                "or stop them and run chatrooms restored on the copy"
            )

    def _note_lag(self, echoed: int) -> None:
        """Note how long a heartbeat took if it is this envelope of our own, or an earlier one."""
        if self._beat_at is not None and self._beat_is is not None and echoed >= self._beat_is:
            self.lag.note(_now() - self._beat_at)
            self._beat_at = self._beat_is = None

    async def _publish_all(self) -> None:
        waits = _backoff()
        try:
            while True:
                await self._news.wait()
                self._news.clear()
                while self._waiting:
                    some = [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]
                    if await self._publish_some(some):
                        waits = _backoff()
                    else:
                        await asyncio.sleep(next(waits))
                self._done.set()
        finally:
            await self._close()

    async def _publish_some(self, some: Sequence[Message]) -> bool:
        """Return whether messages were published; otherwise they may be lost."""
        if self._beat_is is None and any(isinstance(each, Beat) for each in some):
            self._beat_is = self._carrier.number + 1
        try:
            async with asyncio.timeout(SECONDS_TO_PUBLISH):
                await self._carrier.publish(some)
        except self._away:
            pass
        except Exception:
            failures.report("publishing failed")
        else:
            return True
        self.dropped += len(some)
        self._carrier.skip()
        await self._close()
        return False

    async def _close(self) -> None:
        with suppress(*self._away):
            async with asyncio.timeout(SECONDS_TO_END):
                await self._carrier.close()


async def end(*tasks: asyncio.Task[None]) -> None:
    """Cancel tasks until they have ended: redis-py can swallow a cancellation while it disconnects."""
    while going := [task for task in tasks if not task.done()]:
        for task in going:
            task.cancel()
        await asyncio.wait(going, timeout=SECONDS_TO_CANCEL)


def _backoff() -> Iterator[float]:
    """Yield the seconds to wait after each failure; at random, so that nodes do not come back together."""
    most = LEAST_TO_RETRY
    while True:
        yield random.uniform(most / 2, most)  # noqa: S311 - no secret
        most = min(2 * most, MOST_TO_RETRY)


def _now() -> float:
    return asyncio.get_running_loop().time()
