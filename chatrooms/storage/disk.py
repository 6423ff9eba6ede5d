"""Whether the database has space for what is written, as far as its answers tell: its disk may be another machine's."""

from __future__ import annotations

import time

SECONDS_TO_REMEMBER = 60.0
"""How long a failure counts although other writes succeed: some need no more space than there is."""
DISK_FULL = "53100"
"""https://www.postgresql.org/docs/current/errcodes-appendix.html"""
SQLITE_FULL = "SQLITE_FULL"


class Disk:
    """What the writer found; ``full`` is whether a write failed for want of space, and none succeeded long after."""

    def __init__(self) -> None:
        self.full = False
        self._failed_at = 0.0

    def note(self, error: BaseException) -> None:
        """Note why a write failed."""
        original = getattr(error, "orig", None)
        state, name = getattr(original, "sqlstate", ""), getattr(original, "sqlite_errorname", "")
        if state == DISK_FULL or name == SQLITE_FULL:
            self.full, self._failed_at = True, time.monotonic()

    def wrote(self) -> None:
        """Note that something was stored."""
        if self.full and time.monotonic() - self._failed_at > SECONDS_TO_REMEMBER:
            self.full = False
