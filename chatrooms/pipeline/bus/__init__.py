"""The bus between the nodes of a database: it delivers messages at most once and in any order.

The database is the source of truth and the bus only a hint: correctness never depends on it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from chatrooms.histogram import Histogram
from chatrooms.pipeline.bus.database_clock import DatabaseClock
from chatrooms.pipeline.bus.messages import Message
from chatrooms.storage.facts import Facts


class Listener(Protocol):
    """What a node does with what it hears."""

    def hear(self, node: str, messages: Sequence[Message]) -> None:
        """Take the messages of another node, in the order in which it published them."""

    def miss(self) -> None:
        """Notice that messages were lost, or may have been."""

    def tuned(self, rooms: Collection[str]) -> None:
        """Notice that what concerns these rooms is heard only from now on."""


class Bus(Protocol):
    """The connection of the node ``node`` to the others; they date what they send by ``clock``, which the node sets.

    ``lag`` is how long what this node publishes took to come back to it, as what others publish takes to come here.
    ``dropped`` counts messages that were not published, ``ignored`` those that no node has sent.
    """

    node: str
    clock: DatabaseClock
    lag: Histogram
    dropped: int
    ignored: int

    def running(self, facts: Facts, listener: Listener) -> AbstractAsyncContextManager[None]:
        """Be connected to the nodes of the database with these facts, inside this context."""

    def publish(self, messages: Sequence[Message]) -> None:
        """Publish messages to the other nodes, soon and without waiting; drop them if too many wait."""

    def silent(self) -> float:
        """Return for how many seconds nothing has come over the bus, not even what this node published."""

    def follow(self, rooms: Collection[str]) -> None:
        """Hear what concerns these rooms, too; `Listener.tuned` is called once that is so, if it was not so already."""

    def unfollow(self, is_needless: Callable[[str], bool]) -> None:
        """Hear no longer what concerns the rooms of which this is true."""
