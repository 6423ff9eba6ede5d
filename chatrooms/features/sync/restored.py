"""Whether the history that a client knows is that of the database: another one is, after a backup was put back."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field
from sqlalchemy import Connection, select, tuple_

from chatrooms.errors import Diverged
from chatrooms.pipeline.commands import Params
from chatrooms.storage.tables import messages
from chatrooms.types import Id, Seq

MAX_NEWEST = 50
"""The most rooms whose newest message a client names."""


class Newest(Params):
    """The newest message that a client has of a room."""

    seq: Seq
    id: Id = Field(description="Its id.")


def require_history(db: Connection, newest: Mapping[str, Newest]) -> None:
    """Raise `Diverged` if the database does not have these messages."""
    if not newest:
        return
    columns = (messages.c.room, messages.c.seq)
    at = tuple_(*columns).in_([(room, message.seq) for room, message in newest.items()])
    found = {(row.room, row.seq): row.id for row in db.execute(select(*columns, messages.c.id).where(at))}
    if any(found.get((room, message.seq)) != message.id for room, message in newest.items()):
        raise Diverged
