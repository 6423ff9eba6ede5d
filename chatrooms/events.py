"""What leaves the server: the events that `Broadcast` delivers to sockets and hands to the bus."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias


@dataclass
class Change:
    """What one commit changed in ``room``: the rows as they are now, by table.

    ``rev`` is exactly one more than that of the change before.
    """

    room: str
    rev: int
    rows: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Signal:
    """Something live that is never stored; ``room`` is the room that it belongs to."""

    room: str
    sender: str
    type: str
    data: Any


@dataclass(frozen=True)
class Align:
    """The memberships of ``username`` changed: their sockets enter and leave rooms accordingly."""

    username: str


@dataclass(frozen=True)
class End:
    """The sockets in ``room`` are disconnected, as when their session is revoked."""

    room: str


Event: TypeAlias = Change | Signal | Align | End
