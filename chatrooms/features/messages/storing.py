"""Storing a message with the numbers that its room comes to next: with PostgreSQL by one statement."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Connection, Integer, String, bindparam, select, update

from chatrooms.storage.statements import Prepared, Upsert, insert_of
from chatrooms.storage.synced import MESSAGE
from chatrooms.storage.tables import messages, rooms

_COLUMNS = (*MESSAGE, "rev")
_revs = bindparam("revs", type_=Integer)
_rev = rooms.c.counter + _revs
_NUMBERS = {"room": rooms.c.name, "seq": _rev, "rev": _rev, "number": rooms.c.posted + 1}
_row = select(
    *(_NUMBERS.get(name, bindparam(name, type_=messages.c[name].type)).label(name) for name in _COLUMNS)
).where(rooms.c.name == bindparam("room"))
_counted = {"counter": rooms.c.counter + _revs, "posted": rooms.c.posted + 1}


def _insert(insert: Any) -> Any:
    return insert(messages).from_select(_COLUMNS, _row).on_conflict_do_nothing(index_elements=["id"])


_INSERT = Upsert(_insert)
_COUNT = Prepared(
    update(rooms)
    .where(rooms.c.name == bindparam("room", type_=String))
    .values(_counted)
    .returning(rooms.c.counter, rooms.c.posted)
)


@cache
def both() -> Prepared:
    """Return the statement that stores and counts, of PostgreSQL."""
    stored = _insert(insert_of("postgresql")).returning(messages.c.room).cte("stored")
    counted = update(rooms).where(rooms.c.name == stored.c.room).values(_counted)
    return Prepared(counted.returning(rooms.c.counter, rooms.c.posted))


def store(db: Connection, message: dict[str, Any], revs: int) -> tuple[int, int] | None:
    """Store a message and count it; return the rev that its room came to, and its number there, from 1.

    The room's rev grows by ``revs``. Return None if the message's id is known.
    """
    values = {**message, "revs": revs}
    if db.dialect.name == "postgresql":
        row = both().one(db, values)
    else:
        given = {"room": message["room"], "revs": revs}
        row = _COUNT.one(db, given) if _INSERT.run(db, values) else None
    return (row["counter"], row["posted"]) if row else None
