"""Rate limits: a burst of so many at once, then so many per span of time.

This is the generic cell rate algorithm (ITU-T I.371, annex A). For each key it stores a single number: the time at
which everything so far would have been due if it had arrived evenly.
"""

from __future__ import annotations

import re
import time
from collections.abc import Hashable
from math import ceil
from threading import Lock

from chatrooms.errors import RateLimited

SPANS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
WRITTEN = re.compile(r"([1-9]\d{0,8})/(?:([1-9]\d{0,5}) )?(second|minute|hour|day)s?")
FEWEST_TO_SWEEP = 1000


class Quota:
    """Allow ``amount`` at once, refilled evenly over ``seconds``."""

    def __init__(self, amount: int, seconds: float) -> None:
        self.span, self._step = seconds, seconds / amount
        self._due: dict[Hashable, float] = {}
        self._sweep_at = FEWEST_TO_SWEEP

    def wait(self, who: Hashable, now: float) -> float:
        """Return the seconds until ``who`` is allowed one more; 0 if that is ``now``."""
        return self.wait_after(self._due.get(who, now), now)

    def wait_after(self, due: float, now: float) -> float:
        """Return the seconds until one more is allowed where everything so far was due at ``due``."""
        return max(
            0.0, due - now + self._step - self.span
        )  # in this order: 0 where `now` is due, whatever it rounds to

    def due_after(self, due: float, now: float, count: int = 1) -> float:
        """Return when ``count`` more are due."""
        return max(now, due) + count * self._step

    def take(self, who: Hashable, now: float, count: int = 1) -> None:
        """Count ``count`` more for ``who``."""
        self._due[who] = self.due_after(self._due.get(who, now), now, count)
        if len(self._due) > self._sweep_at:
            self._due = {each: due for each, due in self._due.items() if due > now}
            self._sweep_at = max(FEWEST_TO_SWEEP, 2 * len(self._due))

    def __len__(self) -> int:
        return len(self._due)


Counted = tuple[tuple[tuple[Quota, ...], str], ...]
"""Quotas, and who is counted in these."""


def parse(text: str, times: int = 1) -> tuple[Quota, ...]:
    """Return the quotas in a text like ``120/minute;15/second`` or ``1/3 seconds``, ``times`` as large.

    Raises ``ValueError``.
    """
    found = [WRITTEN.fullmatch(part.strip()) for part in text.split(";")]
    if not all(found):
        raise ValueError("A rate looks like 120/minute;15/second.")
    return tuple(Quota(times * int(each[1]), int(each[2] or 1) * SPANS[each[3]]) for each in found if each)


class Limit:
    """A rate such as ``120/minute;15/second`` that is counted by person and by network address; from any thread.

    All people of one address may have ``crowd`` times as much. With ``crowd`` 0 the address alone counts, as one
    person; only where it is unknown, the person does.
    """

    def __init__(self, text: str, crowd: int = 1) -> None:
        self._each, self._together = parse(text), parse(text, times=max(1, crowd))
        self._by_address = crowd == 0
        self._lock = Lock()

    def spend(self, person: str, network: str = "", weight: int = 1) -> None:
        """Count ``weight`` for a person and for their address, if that is known; raises `RateLimited`.

        If anything is allowed now, any weight is; the wait afterwards is longer.
        """
        with self._lock:
            now, counted = time.monotonic(), self._counted(person, network)
            wait = max([quota.wait(who, now) for quotas, who in counted for quota in quotas])
            if wait:
                raise RateLimited(retry_after=ceil(wait))
            _take(counted, now, weight)

    def wait(self, person: str) -> int:
        """Return the seconds until a person may do something again; 0 if that is now."""
        with self._lock:
            now = time.monotonic()
            return ceil(max(quota.wait(person, now) for quota in self._each))

    def charge(self, person: str, network: str, weight: int) -> None:
        """Count ``weight`` more of what `spend` allowed, however much that is."""
        with self._lock:
            _take(self._counted(person, network), time.monotonic(), weight)

    def _counted(self, person: str, network: str) -> Counted:
        if not network:
            return ((self._each, person),)
        if self._by_address:
            return ((self._together, network),)
        return (self._each, person), (self._together, network)


def _take(counted: Counted, now: float, weight: int) -> None:
    for quotas, who in counted:
        for quota in quotas:
            quota.take(who, now, weight)


class NoLimit(Limit):
    """A limit that allows everything."""

    def spend(self, person: str, network: str = "", weight: int = 1) -> None:
        """Count nothing."""

    def wait(self, person: str) -> int:  # noqa: ARG002
        """Return 0."""
        return 0

    def charge(self, person: str, network: str, weight: int) -> None:
        """Count nothing."""
