"""What waits for clients together: those of one network address, and all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable


class Crowd:
    """Some clients; ``waiting`` is how many bytes waited for them when measured, and were queued since.

    It may be too high until the next `measure`.
    """

    __slots__ = ("__weakref__", "waiting")

    def __init__(self) -> None:
        self.waiting = 0


def measure(found: Iterable[tuple[Crowd, int]], everyone: Crowd) -> None:
    """Note how many bytes wait, from the crowd of each client and what waits for that client."""
    waiting = Counter[Crowd]()
    for crowd, size in found:
        waiting[crowd] += size
    for crowd, size in waiting.items():
        crowd.waiting = size
    everyone.waiting = waiting.total()
