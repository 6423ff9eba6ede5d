"""The bus between nodes: it delivers events at most once and in any order.

The database is the source of truth and the bus only a hint: correctness never depends on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from chatrooms.events import Event


class Bus(Protocol):
    """The connection to the other nodes; ``alone`` if there are none.

    `Local` is the only bus so far. Buses over PostgreSQL and Redis follow with several nodes; what a `Broadcast` needs
    from them is fixed here, so that delivery does not change with them.
    """

    alone: bool

    async def publish(self, events: Sequence[Event]) -> None:
        """Publish ``events`` to the other nodes without waiting for them."""


class Local:
    """The bus of a single node, which does nothing: `Broadcast` has already reached every socket."""

    alone = True

    async def publish(self, events: Sequence[Event]) -> None:
        """Do nothing."""
