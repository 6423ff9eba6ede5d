"""Inserts for rows that may exist already: SQLAlchemy has them for each dialect alone."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from sqlalchemy import Connection

from chatrooms.storage.statements import Prepared


class Upsert:
    """A prepared insert with ``on_conflict_do_nothing`` or ``on_conflict_do_update``.

    ``make`` returns it from the ``insert`` of a dialect, which is imported when it is first used.
    """

    def __init__(self, make: Callable[[Any], Any]) -> None:
        self._make = make
        self._prepared: dict[str, Prepared] = {}

    def run(self, db: Connection, values: dict[str, Any]) -> int:
        """Execute it; return how many rows were inserted or updated."""
        return self.of(db.dialect.name).run(db, values)

    def of(self, dialect: str) -> Prepared:
        """Return the statement for a dialect."""
        if dialect not in self._prepared:
            self._prepared[dialect] = Prepared(self._make(insert_of(dialect)))
        return self._prepared[dialect]


def insert_of(dialect: str) -> Any:
    """Return the ``insert`` of a dialect."""
    return import_module(f"sqlalchemy.dialects.{dialect}").insert
