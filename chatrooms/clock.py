"""Time as it is stored and sent: ISO 8601, UTC, milliseconds."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache

_began = datetime.now(UTC), time.monotonic()


def now() -> str:
    """Return the time now, such as ``2026-11-22T20:46:00.000Z``; as text these sort by time."""
    second, milliseconds = divmod(time.time_ns() // 1_000_000, 1000)
    return f"{_written(second)}.{milliseconds:03}Z"


@lru_cache(maxsize=2)
def _written(second: int) -> str:
    """Return a second without an end; all messages of the same one share it."""
    return datetime.fromtimestamp(second, UTC).isoformat(timespec="seconds").removesuffix("+00:00")


def ago(**span: float) -> str:
    """Return the time ``span`` ago; takes the arguments of `timedelta`."""
    return _format(datetime.now(UTC) - timedelta(**span))


def steady() -> datetime:
    """Return the time by the clock as it was when the process began: setting the clock does not change it."""
    at, elapsed_at = _began
    return at + timedelta(seconds=time.monotonic() - elapsed_at)


def steadily_ago(**span: float) -> str:
    """Return the `steady` time ``span`` ago; takes the arguments of `timedelta`."""
    return _format(steady() - timedelta(**span))


def moved(moment: str, span: timedelta) -> str:
    """Return a stored time moved by ``span``."""
    return _format(datetime.fromisoformat(moment) + span)


def later(span: timedelta) -> str:
    """Return the time ``span`` from now."""
    return _format(datetime.now(UTC) + span)


def utc(moment: str) -> str:
    """Return an ISO 8601 time with an offset as it is stored; raises ``ValueError``."""
    parsed = datetime.fromisoformat(moment)
    if parsed.tzinfo is None:
        raise ValueError("A time needs an offset from UTC, such as `Z`.")
    try:
        return _format(parsed.astimezone(UTC))
    except OverflowError as error:
        raise ValueError("This time is too far away.") from error


def seconds_until(moment: str) -> float:
    """Return the seconds until ``moment``; negative if it has passed."""
    return (datetime.fromisoformat(moment) - datetime.now(UTC)).total_seconds()


def _format(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
