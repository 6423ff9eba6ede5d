"""Indexes of some rows of a table, which SQLAlchemy declares for each dialect alone."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Index, event


def partial_index(name: str, *columns: ColumnElement[Any], where: ColumnElement[bool]) -> None:
    """Declare an index of the rows of a table that meet a condition.

    The dialect of the database gets the condition when it creates the table: to name a dialect imports it.
    """
    index = Index(name, *columns)

    def limit(_table: object, db: Connection, **_how: object) -> None:
        index.dialect_kwargs[f"{db.dialect.name}_where"] = where

    event.listen(index.table, "before_create", limit)
