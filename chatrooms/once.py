"""Warnings that are logged once, however often their reason occurs."""

from __future__ import annotations

from logging import Logger

MOST = 20
"""How many different warnings there can be, because strangers choose the values in them."""
SHOWN = 100
"""How many characters of a value are logged."""


class Once:
    """Logs each warning once, and at most `MOST` of them."""

    def __init__(self, log: Logger) -> None:
        self._log = log
        self._logged: set[tuple[str, ...]] = set()

    def warn(self, text: str, *values: str) -> None:
        """Log a warning with these values, unless it was logged before."""
        shown = tuple(value[:SHOWN] for value in values)
        if shown not in self._logged and len(self._logged) < MOST:
            self._logged.add(shown)
            self._log.warning(text, *shown)
