"""Search for people by their usernames and display names, in SQLite and PostgreSQL."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select

from chatrooms import names
from chatrooms.storage.tables import users


def find(db: Connection, query: str, after: str, most: int, *where: ColumnElement[bool]) -> list[str]:
    """Return up to ``most`` usernames after ``after`` of the people who meet all conditions and are found by ``query``.

    First come those of whom a word begins with ``query``, then those who have it anywhere, each by username. If that of
    ``after`` is not found any more, because they have another name now, all of the second kind come: none is left out.
    This reads an index alone.
    """
    key = names.words(query).strip()
    if not key:
        by_name = select(users.c.username).where(*where, users.c.username > after).order_by(users.c.username)
        return list(db.scalars(by_name.limit(most)))
    place = func.strpos if db.dialect.name == "postgresql" else func.instr
    rank = case((place(users.c.words, f" {key}") > 0, 0), else_=1)
    is_found = place(users.c.words, key) > 0
    last = (after and db.scalar(select(rank).where(users.c.username == after, is_found))) or 0
    later = or_(rank > last, and_(rank == last, users.c.username > after))
    found = select(users.c.username).where(*where, is_found, later)
    return list(db.scalars(found.order_by(rank, users.c.username).limit(most)))
