"""The outcome of a command, and the events that it leads to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from chatrooms import names
from chatrooms.events import Align, Change, End, Event, Signal

R = TypeVar("R")

MOVING = frozenset({"memberships", "follows"})
"""The tables of a person's own room that decide which rooms their sockets are in."""
KEEPING = frozenset({"messages", "reads"})
"""The tables that decide nobody's standing in a room (see `storage.ahead`)."""


@dataclass
class Outcome(Generic[R]):
    """The outcome of a command."""

    result: R
    changes: list[Change]
    signals: list[Signal]
    ended: list[str]
    queued: bool
    barred: list[str]

    @property
    def keeps_standings(self) -> bool:
        """Return whether everybody's standing in the rooms is what it was before."""
        return bool(self.changes) and all(change.rows.keys() <= KEEPING for change in self.changes)

    def events(self) -> Iterator[Event]:
        """Yield the events to broadcast, in order: sockets move before the change that moved them is sent."""
        yield from (End(username, at_once=True, bars=True) for username in self.barred)
        yield from (End(names.session(session)) for session in self.ended)
        yield from (Align(change.room) for change in self.changes if change.rows.keys() & MOVING)
        yield from self.changes
        yield from self.signals
