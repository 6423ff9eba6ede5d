"""Emits to many sockets take turns: together they have a budget for each round of the event loop."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from chatrooms.wire.message import Bundle, Delivery, Hurry

RECIPIENTS = 2000
"""Recipients of all emits of a lane in one round; it takes about a millisecond to collect something for each."""
WRITE = 8
"""How many recipients a recipient counts as that is written to at once."""
STEP = 2 * 1024 * 1024
"""Bytes for all of these together."""

Recipient = tuple[str, str]
Send = Callable[[Bundle, Iterable[Recipient]], None]


class Emission:
    """A bundle that still has to be sent to ``left`` recipients; ``done`` is resolved when it was sent to all."""

    __slots__ = ("_recipients", "_send", "bundle", "done", "left")

    def __init__(self, send: Send, bundle: Bundle, recipients: dict[str, str]) -> None:
        self._send, self.bundle, self.left = send, bundle, len(recipients)
        self._recipients: Iterator[Recipient] = iter(recipients.items())
        self.done = asyncio.get_running_loop().create_future()

    def go_on(self, count: int) -> None:
        """Send to the next ``count`` recipients."""
        try:
            self._send(self.bundle, islice(self._recipients, count))
        except Exception as error:
            self.done.set_exception(error)
            return
        self.left -= count
        if not self.left:
            self.done.set_result(None)


class Lane:
    """The emits that wait, in order, and what they may still send in this round."""

    def __init__(self) -> None:
        self._waiting: deque[Emission] = deque()
        self._recipients, self._bytes, self.fresh = RECIPIENTS, STEP, True

    def grant(self, wanted: int, bundle: Bundle) -> int:
        """Return how many of ``wanted`` recipients get a bundle now: at least one in each round."""
        cost = WRITE if bundle.hurry is Hurry.NOW else 1
        least = int(self.fresh)
        granted = min(wanted, self._recipients // cost or least, self._bytes // max(1, bundle.size) or least)
        self._recipients = max(0, self._recipients - granted * cost)
        self._bytes = max(0, self._bytes - granted * bundle.size)
        self.fresh = self.fresh and not granted
        return granted

    def begin(self, wanted: int, bundle: Bundle) -> int:
        """Return how many recipients a new emit may send to now: none if others wait."""
        return 0 if self._waiting else self.grant(wanted, bundle)

    def wait(self, emission: Emission) -> None:
        """Let an emit wait behind the others."""
        self._waiting.append(emission)

    def next_round(self) -> None:
        """Go on with the emits that wait."""
        self._recipients, self._bytes, self.fresh = RECIPIENTS, STEP, True
        while self._waiting:
            emission = self._waiting[0]
            if not emission.done.done():  # done is also what was cancelled
                granted = self.grant(emission.left, emission.bundle)
                if not granted:
                    return
                emission.go_on(granted)
            if emission.done.done():
                self._waiting.popleft()


class Turns:
    """The budgets of a server's emits: one for volatile events, and one for all others, which never wait for those."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None

    async def spread(self, send: Send, bundle: Bundle, recipients: dict[str, str]) -> None:
        """Call ``send`` with the bundle and its recipients: with all now, or with some in each of the next rounds."""
        lane = self._lane(asyncio.get_running_loop(), bundle.delivery)
        granted = lane.begin(len(recipients), bundle)
        if granted == len(recipients):
            send(bundle, recipients.items())
            return
        emission = Emission(send, bundle, recipients)
        if granted:
            emission.go_on(granted)
        lane.wait(emission)
        await emission.done

    def _lane(self, loop: asyncio.AbstractEventLoop, delivery: Delivery) -> Lane:
        if loop is not self._loop:
            self._loop, self._counting = loop, False
            self._volatile, self._others = Lane(), Lane()
        if not self._counting:
            self._counting = True
            loop.call_soon(self._next_round, loop)
        return self._volatile if delivery is Delivery.VOLATILE else self._others

    def _next_round(self, loop: asyncio.AbstractEventLoop) -> None:
        for lane in (self._others, self._volatile):
            lane.next_round()
        self._counting = not (self._others.fresh and self._volatile.fresh)
        if self._counting:
            loop.call_soon(self._next_round, loop)
