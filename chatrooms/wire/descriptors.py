"""File descriptors: as many as this process may have, some of them kept for other things than connections."""

from __future__ import annotations

import resource
from contextlib import suppress

KEPT = 100
"""For files, databases and what the event loop needs; half of them all if there are few."""


def for_connections() -> int:
    """Raise the limit of this process as far as it may; return how many connections it is enough for."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):  # macOS takes no "unlimited" here
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        soft = hard
    if soft == resource.RLIM_INFINITY:
        return 1 << 20
    return max(soft - KEPT, soft // 2)
