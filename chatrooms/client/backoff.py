"""How long to wait before trying again: full jitter, so that many clients do not come back at the same moment."""

from __future__ import annotations

import random


class Backoff:
    """Delays in seconds, each drawn between 0 and a ceiling that doubles from ``first`` to ``most``."""

    def __init__(self, first: float = 0.2, most: float = 5.0) -> None:
        self._first, self._most = first, most
        self._ceiling = first

    def next(self) -> float:
        """The next delay."""
        ceiling, self._ceiling = self._ceiling, min(self._ceiling * 2, self._most)
        return random.uniform(0, ceiling)  # noqa: S311 - spreads load, guards nothing

    def reset(self) -> None:
        """Start anew: all is well."""
        self._ceiling = self._first
