"""Storing a message with the numbers that its room comes to next."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Connection, Integer, String, bindparam, select, update

from chatrooms.storage.statements import Prepared, Upsert, insert_of
from chatrooms.storage.synced import MESSAGE
from chatrooms.storage.tables import messages, rooms

_COLUMNS = (*MESSAGE, "rev")
_given = {name: bindparam(name, type_=messages.c[name].type) for name in _COLUMNS}
_here = rooms.c.name == bindparam("room", type_=String)

_NUMBERS = Prepared(select(rooms.c.counter, rooms.c.posted).where(_here))
_INSERT = Upsert(lambda insert: insert(messages).values(_given).on_conflict_do_nothing(index_elements=["id"]))
_COUNT = Prepared(update(rooms).where(_here).values(counter=_given["seq"], posted=_given["number"]))


@cache
def in_one() -> Prepared:
    """Return the statement of PostgreSQL that does it in one round trip; in SQLite it would take twice as long."""
    revs = bindparam("revs", type_=Integer)
    seq = rooms.c.counter + revs
    numbers = {"room": rooms.c.name, "seq": seq, "rev": seq, "number": rooms.c.posted + 1}
    row = select(*(numbers.get(name, given).label(name) for name, given in _given.items())).where(_here)
    insert = insert_of("postgresql")(messages).from_select(_COLUMNS, row)
    stored = insert.on_conflict_do_nothing(index_elements=["id"]).returning(messages.c.room).cte("stored")
    counted = update(rooms).where(rooms.c.name == stored.c.room).values(counter=seq, posted=rooms.c.posted + 1)
    return Prepared(counted.returning(rooms.c.counter, rooms.c.posted))


def store(db: Connection, message: dict[str, Any], revs: int) -> tuple[int, int] | None:
    """Store a message and count it; return the rev that its room came to, and its number there, from 1.

    The room's rev grows by ``revs``. Return None if the message's id is known.
    """
    if db.dialect.name == "postgresql":
        row = in_one().one(db, {**message, "revs": revs})
        return (row["counter"], row["posted"]) if row else None
    now = _NUMBERS.one(db, message)
    if now is None:
        return None
    seq, number = now["counter"] + revs, now["posted"] + 1
    values = {**message, "seq": seq, "rev": seq, "number": number}
    if not _INSERT.run(db, values):
        return None
    _COUNT.run(db, values)
    return seq, number
