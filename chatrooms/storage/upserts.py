"""Inserts for rows that may exist already: SQLAlchemy has them for each dialect alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from chatrooms.storage.statements import Prepared


class Upsert:
    """A prepared insert with ``on_conflict_do_nothing`` or ``on_conflict_do_update``.

    ``make`` returns it from the ``insert`` of a dialect.
    """

    def __init__(self, make: Callable[[Any], Any]) -> None:
        self._prepared = {"sqlite": Prepared(make(sqlite.insert)), "postgresql": Prepared(make(postgresql.insert))}

    def run(self, db: Connection, values: dict[str, Any]) -> int:
        """Execute it; return how many rows were inserted or updated."""
        return self._prepared[db.dialect.name].run(db, values)
