"""Warnings that are logged once an hour, however often their reason occurs."""

from __future__ import annotations

import time
from logging import Logger

MOST = 20
"""How many different warnings there can be in `SECONDS`, because strangers choose the values in them."""
SECONDS = 3600.0
SHOWN = 100
"""How many characters of a value are logged."""


class Once:
    """Logs each warning once in `SECONDS`, and at most `MOST` of them."""

    def __init__(self, log: Logger) -> None:
        self._log = log
        self._since = time.monotonic()
        self._logged: set[tuple[str, ...]] = set()

    def warn(self, text: str, *values: str) -> None:
        """Log a warning with these values, unless it was logged a short time ago."""
        now = time.monotonic()
        if now - self._since > SECONDS:
            self._since, self._logged = now, set()
        shown = tuple(value[:SHOWN] for value in values)
        if (text, *shown) not in self._logged and len(self._logged) < MOST:
            self._logged.add((text, *shown))
            self._log.warning(text, *shown)
