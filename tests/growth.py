"""How the work that a text makes grows with its length, whatever machine does it."""

from __future__ import annotations

import time
from collections.abc import Callable

TIMES = 4
QUADRATIC = 10
"""Four times the length takes four times as long, or sixteen times where the work is quadratic."""


def growth(work: Callable[[str], object], text: Callable[[int], str], count: int) -> float:
    """Return how many times as much of the processor a text of ``TIMES * count`` pieces takes as one of ``count``."""
    short, long = text(count), text(TIMES * count)
    return min(_seconds(work, long) / _seconds(work, short) for _ in range(3))


def _seconds(work: Callable[[str], object], text: str) -> float:
    """Return the least processor time of several tries, each long enough to be measured."""
    tries, taken = 1, 0.0
    while taken < 0.02:
        tries *= 2
        begun = time.process_time()
        for _ in range(tries):
            work(text)
        taken = time.process_time() - begun
    return taken / tries
