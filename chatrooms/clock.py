"""The time as it is stored and told: ISO 8601, UTC, milliseconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def now() -> str:
    """Such as ``2026-11-22T20:46:00.000Z``; as text these sort by time."""
    return _format(datetime.now(UTC))


def ago(**span: float) -> str:
    """The time that lies ``span`` (as for `timedelta`) back."""
    return _format(datetime.now(UTC) - timedelta(**span))


def _format(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
