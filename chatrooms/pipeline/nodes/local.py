"""What a node uses of the server that it is: its rates and sessions, and questions to the database."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection

from chatrooms.events import Change
from chatrooms.pipeline.act import Caller
from chatrooms.pipeline.rates import Rates
from chatrooms.pipeline.session_use import SessionUse


class Changes(Protocol):
    """See `Local`."""

    def __call__(self, db: Connection, known: Mapping[str, int]) -> Sequence[Change]:
        """Return the changes of rooms since their revs in ``known``."""


class Ended(Protocol):
    """See `Local`."""

    def __call__(self, db: Connection, callers: Collection[Caller]) -> Sequence[Caller]:
        """Return those who are here no longer."""


@dataclass(frozen=True)
class Local:
    """The server of a node; `Others` are the other nodes.

    It rejects the commands of ``sessions`` that were ended at another node, and counts in ``rates`` what others did.
    ``changes`` and ``ended`` run on a thread of the readers. ``changes`` returns the change of each room since a rev,
    with its current rows; it is bare if these are too many. ``ended`` returns those of some callers whose session was
    ended, or who may no longer be here. ``renew`` reads again what the server keeps in memory of its database.
    """

    sessions: SessionUse
    rates: Rates
    changes: Changes
    ended: Ended
    renew: Callable[[], Awaitable[None]]
