"""Which of several copies of a program works: the one that says so, until it is silent.

The copies hear each other by live signals to their own room. `Lease` decides from what it hears and from the time in
seconds, so that it can be tested without either.
"""

from __future__ import annotations

from math import inf

BEAT = 2.0
"""Seconds between the signs of life of the copy that works."""
PATIENCE = 5.0
"""Seconds of silence after which another one takes over."""
GREETING = 1.0
"""Seconds that a new copy waits for one that works."""


class Lease:
    """The part of one copy, known to the others by ``id``; ``leads`` says whether it is the one that works."""

    def __init__(self, id: str) -> None:
        self.id = id
        self.leads = False
        self._due = inf

    def begin(self, now: float) -> None:
        """Ask for the lease, because there is a connection."""
        self.leads, self._due = False, now + GREETING

    def lose(self) -> None:
        """Give it up, because there is no connection: others may take it."""
        self.leads, self._due = False, inf

    def hear(self, id: str, now: float, *, leads: bool) -> bool:
        """Hear another copy, which leads or asks; return whether it has to hear us at once."""
        if id == self.id or self._due == inf:
            return False
        if self.leads:
            self.leads = not (leads and id < self.id)  # of two that lead after a lost connection, one yields
            self._due = now if self.leads else now + PATIENCE
            return self.leads
        if leads:
            self._due = now + PATIENCE
        elif id < self.id:
            self._due = max(self._due, now + GREETING + BEAT)
        return False

    def take(self, now: float) -> bool:
        """Take the lease if no one else has it; return whether this copy leads."""
        self.leads = self.leads or now >= self._due
        return self.leads

    @property
    def pause(self) -> float:
        """Seconds until the next sign of life, or until it is worth looking again."""
        return BEAT if self.leads else GREETING / 4
