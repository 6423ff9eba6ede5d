"""Search for people by their usernames and display names, in SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import JSON, ColumnElement, Connection, Select, String, and_, case, cast, func, literal, or_, select

from chatrooms import names
from chatrooms.storage.tables import users


@dataclass(frozen=True)
class Found:
    """Conditions for people to find, and their order."""

    where: Sequence[ColumnElement[bool]]
    order: Sequence[ColumnElement[Any]]


def people(db: Connection, query: str, after: str) -> Found:
    """Find people after the username ``after`` by part of a name.

    First come those of whom a word begins with ``query``, then those who have it anywhere, each by username.
    """
    key = names.words(query).strip()
    if not key:
        return Found([users.c.username > after], [users.c.username])
    place = func.strpos if db.dialect.name == "postgresql" else func.instr
    rank = case((place(users.c.words, f" {key}") > 0, 0), else_=1)
    last = (after and db.scalar(select(rank).where(users.c.username == after))) or 0
    later = or_(rank > last, and_(rank == last, users.c.username > after))
    return Found([place(users.c.words, key) > 0, later], [rank, users.c.username])


def listed(db: Connection, usernames: Iterable[str]) -> Select[Any]:
    """Return a query of any number of usernames, which would be too many parameters."""
    return unpacked(literal(orjson.dumps(list(usernames)).decode(), String), db.dialect.name)


def unpacked(given: ColumnElement[str], dialect: str) -> Select[Any]:
    """Return a query of the usernames in a JSON list."""
    rows = func.json_array_elements_text(cast(given, JSON)) if dialect == "postgresql" else func.json_each(given)
    return select(rows.table_valued("value").c.value)
