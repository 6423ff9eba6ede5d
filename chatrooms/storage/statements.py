"""Statements of the hot path: compiled once, then given to the driver itself.

SQLAlchemy Core spends several times what the driver takes on each execution; a message that is posted goes through
four of these and somebody who connects through three, everything else through Core.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Connection, Dialect, Executable
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import ClauseElement


class Prepared:
    """An SQLAlchemy statement whose named parameters are given with each call."""

    def __init__(self, statement: Executable) -> None:
        self._statement: ClauseElement = statement  # type: ignore[assignment]
        self._compiled: dict[str, tuple[str, list[str] | None, dict[str, Any]]] = {}
        self._columns = [(str(column.key), isinstance(column.type, Boolean)) for column in _columns(statement)]

    def one(self, db: Connection, values: dict[str, Any]) -> dict[str, Any] | None:
        """The first row that is found, by the names of its columns; None if there is none."""
        row = self._execute(db, values).fetchone()
        return None if row is None else self._named(row)

    def all(self, db: Connection, values: dict[str, Any]) -> list[dict[str, Any]]:
        """All rows that are found."""
        return [self._named(row) for row in self._execute(db, values)]

    def run(self, db: Connection, values: dict[str, Any]) -> None:
        """Execute it for its effect."""
        self._execute(db, values).close()

    def _named(self, row: Any) -> dict[str, Any]:
        return {name: bool(value) if flag else value for (name, flag), value in zip(self._columns, row, strict=True)}

    def _execute(self, db: Connection, values: dict[str, Any]) -> Any:
        """A cursor of the driver. Its errors are raised as SQLAlchemy would."""
        sql, order, constants = self._compiled.get(db.dialect.name) or self._compile(db.dialect)
        named = {**constants, **values} if constants else values
        given = named if order is None else [named[name] for name in order]
        driver: Any = db.connection.driver_connection
        try:
            return driver.execute(sql, given)
        except db.dialect.loaded_dbapi.Error as error:
            raise DBAPIError.instance(
                sql, given, error, db.dialect.loaded_dbapi.Error, hide_parameters=True, dialect=db.dialect
            ) from error

    def _compile(self, dialect: Dialect) -> tuple[str, list[str] | None, dict[str, Any]]:
        """The SQL, the order of the parameters if they have no names, and the values that stand in the statement."""
        compiled: Any = self._statement.compile(dialect=dialect)
        constants = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
        found = self._compiled[dialect.name] = (str(compiled), compiled.positiontup, constants)
        return found


def _columns(statement: Any) -> Any:
    """What the statement gives: the columns of a SELECT, or what a change returns."""
    return getattr(statement, "selected_columns", None) or getattr(statement, "_returning", ())
