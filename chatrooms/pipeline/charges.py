"""What callers are charged for, besides each command: slow parameters, long queries, and much that is broadcast."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from chatrooms.events import Change, Signal
from chatrooms.pipeline.act import Caller
from chatrooms.pipeline.broadcast import Broadcast
from chatrooms.pipeline.commands import Command
from chatrooms.pipeline.rates import Rates

SECONDS_OF_ONE = 0.005
"""A query that takes this much processor time counts as one more command, and so on up to `MOST_COUNTED`."""
MOST_COUNTED = 30


class Charges:
    """Counts what callers do in their rates; the host application is never charged."""

    def __init__(self, rates: Rates, broadcast: Broadcast) -> None:
        self._rates, self._broadcast = rates, broadcast

    def spend(self, rate: str, me: Caller, weight: int = 1) -> None:
        """Count as many commands as ``weight`` before they run; raises `RateLimited`."""
        if not me.host:
            self._rates.spend(rate, me.username, me.network, weight)

    def charge(self, command: Command[Any], me: Caller, more: int) -> None:
        """Count a command as so many more."""
        if more and not me.host:
            self._rates.charge(command.rate, me.username, me.network, more)

    def time(self, command: Command[Any], me: Caller, seconds: float) -> None:
        """Count a query that took long as several commands, so that reading much delays no one else for long."""
        self.charge(command, me, min(int(seconds / SECONDS_OF_ONE), MOST_COUNTED))

    def events(self, events: Iterable[Change | Signal], me: Caller, rates: Rates | None = None) -> None:
        """Count the size of what is broadcast, in ``rates`` if given; raises `RateLimited`."""
        if not me.host and (kilobytes := sum(map(self._broadcast.kilobytes, events))):
            (rates or self._rates).spend("broadcast", me.username, me.network, kilobytes)
