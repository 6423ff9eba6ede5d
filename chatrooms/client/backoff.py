"""Delays between retries, with full jitter, so that many clients do not reconnect at the same moment."""

from __future__ import annotations

import random


class Backoff:
    """Random delays between 0 and a ceiling that doubles from ``first`` to ``most`` seconds."""

    def __init__(self, first: float = 0.2, most: float = 5.0) -> None:
        self._first, self._most = first, most
        self._ceiling = first

    def next(self) -> float:
        """Return the next delay, in seconds."""
        ceiling, self._ceiling = self._ceiling, min(self._ceiling * 2, self._most)
        return random.uniform(0, ceiling)  # noqa: S311 - spreads load, guards nothing

    def reset(self) -> None:
        """Start over with the shortest delay."""
        self._ceiling = self._first
