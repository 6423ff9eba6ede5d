"""The bus between the nodes of a database: it delivers messages at most once and in any order.

The database is the source of truth and the bus only a hint: correctness never depends on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from chatrooms.pipeline.bus.database_clock import DatabaseClock
from chatrooms.pipeline.bus.messages import Message
from chatrooms.storage.facts import Facts


class Listener(Protocol):
    """What a node does with what it hears."""

    def hear(self, node: str, messages: Sequence[Message]) -> None:
        """Take the messages of another node, in the order in which it published them."""

    def miss(self) -> None:
        """Notice that messages were lost, or may have been."""


class Bus(Protocol):
    """The connection of the node ``node`` to the others; they date what they send by ``clock``, which the node sets."""

    node: str
    clock: DatabaseClock

    def running(self, facts: Facts, listener: Listener) -> AbstractAsyncContextManager[None]:
        """Be connected to the nodes of the database with these facts, inside this context."""

    def publish(self, messages: Sequence[Message]) -> None:
        """Publish messages to the other nodes, soon and without waiting; drop them if too many wait."""

    def silent(self) -> float:
        """Return for how many seconds nothing has come over the bus, not even what this node published."""
