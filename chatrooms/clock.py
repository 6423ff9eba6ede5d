"""The time as it is stored and told: ISO 8601, UTC, milliseconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def now() -> str:
    """Such as ``2026-11-22T20:46:00.000Z``; as text these sort by time."""
    return _format(datetime.now(UTC))


def ago(**span: float) -> str:
    """The time that lies ``span`` (as for `timedelta`) back."""
    return _format(datetime.now(UTC) - timedelta(**span))


def later(span: timedelta) -> str:
    """Return the time that lies ``span`` ahead."""
    return _format(datetime.now(UTC) + span)


def seconds_until(moment: str) -> float:
    """Return how far ahead ``moment`` is; negative if it is past."""
    return (datetime.fromisoformat(moment) - datetime.now(UTC)).total_seconds()


def _format(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
