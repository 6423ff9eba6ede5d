"""What waits for all clients of one network address together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable


class Crowd:
    """The clients of an address; ``waiting`` is how many bytes waited for them when measured, and were queued since.

    It may be too high until the next `measure`.
    """

    __slots__ = ("__weakref__", "waiting")

    def __init__(self) -> None:
        self.waiting = 0


def measure(found: Iterable[tuple[Crowd, int]]) -> None:
    """Note how many bytes wait, from the crowd of each client and what waits for that client."""
    waiting = Counter[Crowd]()
    for crowd, size in found:
        crowd.waiting = 0
        waiting[crowd] += size
    for crowd, size in waiting.items():
        crowd.waiting = size
