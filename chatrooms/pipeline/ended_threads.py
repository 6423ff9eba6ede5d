"""Threads below a deleted message have ended: people read them, and take away what they have there, but add nothing.

This is one rule for all commands. Those that work there nevertheless say ``after_end`` in their declaration.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, select

from chatrooms import names
from chatrooms.errors import Conflict
from chatrooms.pipeline import scopes
from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import messages

NAMED = ("room", "to", "id")
"""The parameters by which commands name what is in a room, the first one that they have."""
_above = Prepared(
    select(messages.c.deleted).where(messages.c.room == bindparam("room"), messages.c.seq == bindparam("seq"))
)


def require_not(db: Connection, found: Any, p: Any) -> None:
    """Raise `Conflict` if what a permission has found, for these parameters, is in a thread that has ended."""
    if _is_ended(db, found):
        field = next(name for name in NAMED if hasattr(p, name))
        raise Conflict("The message above was deleted, so this thread has ended.", field=field)


def _is_ended(db: Connection, found: Any) -> bool:
    """Return what is known of it, or look it up."""
    known = getattr(found, "ended", None)
    if known is not None:
        return bool(known)
    room = scopes.room_of(found)
    if room is None or names.kind(room) != "thread":
        return False
    above = _above.one(db, {"room": names.base(room), "seq": names.seq_above(room)})
    return above is not None and bool(above["deleted"])
