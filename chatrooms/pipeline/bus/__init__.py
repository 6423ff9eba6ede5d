"""How nodes tell each other what they broadcast: at most once and in no order.

The database is the truth and the bus only a hint: nothing depends on it for being right.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from chatrooms.events import Event


class Bus(Protocol):
    """A way to the other nodes; ``alone`` if there are none."""

    alone: bool

    async def publish(self, events: Sequence[Event]) -> None:
        """Hand ``events`` to the other nodes without waiting for them."""


class Local:
    """The bus of a single node: `Broadcast` has reached every socket already."""

    alone = True

    async def publish(self, events: Sequence[Event]) -> None:
        """Do nothing."""
