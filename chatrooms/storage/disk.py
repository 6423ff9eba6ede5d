"""Whether the database can store what is written, as far as its answers tell: its disk may be another machine's."""

from __future__ import annotations

import time

SECONDS_TO_REMEMBER = 60.0
"""How long a failure counts although other writes succeed: some need no more space than there is."""
DISK_FULL, IO_ERROR = "53100", "58030"
"""https://www.postgresql.org/docs/current/errcodes-appendix.html"""
SQLITE_FULL = "SQLITE_FULL"
UNWRITABLE = "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN"
"""What the errors of SQLite begin with where a disk is broken, or is mounted to be read alone by now."""


class Disk:
    """What the writer found; the ``problem`` is why a write failed, until some succeed long after, or empty."""

    def __init__(self) -> None:
        self.problem = ""
        self._failed_at = 0.0

    def note(self, error: BaseException) -> None:
        """Note why a write failed."""
        if problem := _problem(error):
            self.problem, self._failed_at = problem, time.monotonic()

    def wrote(self) -> None:
        """Note that something was stored."""
        if self.problem and time.monotonic() - self._failed_at > SECONDS_TO_REMEMBER:
            self.problem = ""


def _problem(error: BaseException) -> str:
    original = getattr(error, "orig", None)
    state, name = getattr(original, "sqlstate", ""), getattr(original, "sqlite_errorname", "")
    if state == DISK_FULL or name == SQLITE_FULL:
        return "it is full"
    return "it cannot be written" if state == IO_ERROR or name.startswith(UNWRITABLE) else ""
