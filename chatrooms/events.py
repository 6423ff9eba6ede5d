"""The events that leave the server: `Broadcast` delivers them to sockets and publishes them on the bus."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias


@dataclass
class Change:
    """The changes of one commit in ``room``: the current rows, by table.

    ``rev`` is exactly one more than in the room's previous change.
    """

    room: str
    rev: int
    rows: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Signal:
    """A live event that is never stored; ``room`` is the room that it belongs to."""

    room: str
    sender: str
    type: str
    data: Any


@dataclass(frozen=True)
class Align:
    """The memberships of ``username`` changed: move their sockets into and out of rooms."""

    username: str


@dataclass(frozen=True)
class End:
    """Disconnect the sockets in ``room``, for instance because their session was revoked.

    Unless ``at_once``, they first get a moment to receive the acknowledgement of what ended them.
    """

    room: str
    at_once: bool = False


Event: TypeAlias = Change | Signal | Align | End
