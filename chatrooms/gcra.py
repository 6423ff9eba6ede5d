"""Rate limits: a burst of so many at once, then so many per span of time.

This is the generic cell rate algorithm (ITU-T I.371, annex A). For each key it stores a single number: the time at
which everything so far would have been due if it had arrived evenly.
"""

from __future__ import annotations

import re
import time
from collections.abc import Hashable

SPANS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
WRITTEN = re.compile(r"([1-9]\d{0,8})/(?:([1-9]\d{0,5}) )?(second|minute|hour|day)s?")
FEWEST_TO_SWEEP = 1000


class Quota:
    """Allow ``amount`` at once, refilled evenly over ``seconds``."""

    def __init__(self, amount: int, seconds: float) -> None:
        self._span, self._step = seconds, seconds / amount
        self._due: dict[Hashable, float] = {}
        self._sweep_at = FEWEST_TO_SWEEP

    def wait(self, who: Hashable) -> float:
        """Return the seconds until ``who`` is allowed one more; 0 if that is now."""
        now = time.monotonic()
        return max(0.0, self._next(who, now) - self._span - now)

    def take(self, who: Hashable, count: int = 1) -> None:
        """Count ``count`` more for ``who``."""
        now = time.monotonic()
        self._due[who] = self._next(who, now) + (count - 1) * self._step
        if len(self._due) > self._sweep_at:
            self._due = {each: due for each, due in self._due.items() if due > now}
            self._sweep_at = max(FEWEST_TO_SWEEP, 2 * len(self._due))

    def __len__(self) -> int:
        return len(self._due)

    def _next(self, who: Hashable, now: float) -> float:
        return max(self._due.get(who, now), now) + self._step


def parse(text: str, times: int = 1) -> tuple[Quota, ...]:
    """Return the quotas in a text like ``120/minute;15/second`` or ``1/3 seconds``, ``times`` as large.

    Raises ``ValueError``.
    """
    found = [WRITTEN.fullmatch(part.strip()) for part in text.split(";")]
    if not all(found):
        raise ValueError("A rate looks like 120/minute;15/second.")
    return tuple(Quota(times * int(each[1]), int(each[2] or 1) * SPANS[each[3]]) for each in found if each)
