"""Rate limits: a burst of so many at once, then so many per span of time.

This is the generic cell rate algorithm (ITU-T I.371, annex A). For each key it stores a single number: the time at
which everything so far would have been due if it had arrived evenly.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Hashable

SPANS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
WRITTEN = re.compile(r"([1-9]\d{0,8})/(?:([1-9]\d{0,5}) )?(second|minute|hour|day)s?")
FEWEST_TO_SWEEP = 1000


class Quota:
    """Allow ``amount`` at once, refilled evenly over ``seconds``.

    ``due`` says of each key when everything so far is due, on the clock that ``now`` is of.
    """

    def __init__(self, amount: int, seconds: float) -> None:
        self.span, self._step = seconds, seconds / amount
        self.due: dict[Hashable, float] = {}
        self._sweep_at = FEWEST_TO_SWEEP

    def wait(self, who: Hashable, now: float) -> float:
        """Return the seconds until ``who`` is allowed one more; 0 if that is ``now``."""
        due = self.due.get(who, now)
        return self.wait_after(due, now) if due > now else 0.0

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
        self.due[who] = self.due_after(self.due.get(who, now), now, count)
        if len(self.due) > self._sweep_at:
            self.due = {each: due for each, due in self.due.items() if due > now}
            self._sweep_at = max(FEWEST_TO_SWEEP, 2 * len(self.due))

    def __len__(self) -> int:
        return len(self.due)


def spend(counted: Collection[tuple[Quota, Hashable]], now: float, count: int) -> float:
    """Count ``count`` in each quota, for the key beside it, if all of them allow one more.

    Return the seconds to wait: 0 if it was counted.
    """
    wait = 0.0
    for quota, who in counted:
        if (due := quota.due.get(who, now)) > now:
            wait = max(wait, quota.wait_after(due, now))
    if not wait:
        for quota, who in counted:
            quota.take(who, now, count)
    return wait


def parse(text: str, times: int = 1) -> tuple[Quota, ...]:
    """Return the quotas in a text like ``120/minute;15/second`` or ``1/3 seconds``, ``times`` as large.

    Raises ``ValueError``.
    """
    found = [WRITTEN.fullmatch(part.strip()) for part in text.split(";")]
    if not all(found):
        raise ValueError("A rate looks like 120/minute;15/second.")
    return tuple(Quota(times * int(each[1]), int(each[2] or 1) * SPANS[each[3]]) for each in found if each)
