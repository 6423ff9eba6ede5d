"""Prepared statements for the hot path: compiled once, then passed directly to the driver.

SQLAlchemy Core takes several times as long as the driver for each execution. What runs for
each message, connection or catch-up is prepared; everything else goes through Core.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from importlib import import_module
from operator import itemgetter
from typing import Any, TypeAlias, cast

import orjson
from sqlalchemy import (
    JSON,
    Boolean,
    ColumnElement,
    Connection,
    Dialect,
    Executable,
    SelectBase,
    TextClause,
    UpdateBase,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler


class Prepared:
    """An SQLAlchemy statement whose named parameters are passed with each call."""

    def __init__(self, statement: Executable) -> None:
        if not isinstance(statement, SelectBase | UpdateBase | TextClause):
            raise TypeError(f"a {type(statement).__name__} cannot be prepared")
        self._statement: ClauseElement = statement
        self._compiled: dict[str, _Compiled] = {}

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(str(column.key) for column in self._columns)

    @cached_property
    def _readings(self) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
        readings = ((str(column.key), _reading(column.type)) for column in self._columns)
        return tuple((name, read) for name, read in readings if read)

    @cached_property
    def _columns(self) -> Sequence[ColumnElement[Any]]:
        """The columns of a SELECT or of a RETURNING clause; those of a text are unknown, so that it can only run."""
        statement = self._statement
        return list(statement.exported_columns) if isinstance(statement, SelectBase | UpdateBase) else ()

    def one(self, db: Connection, values: dict[str, Any]) -> dict[str, Any] | None:
        """Return the first row by column name, or None."""
        row = self._execute(db, values).fetchone()
        return None if row is None else self._named(row)

    def all(self, db: Connection, values: dict[str, Any]) -> list[dict[str, Any]]:
        """Return all rows by column name."""
        return list(map(self._named, self._execute(db, values)))

    def tuples(self, db: Connection, values: dict[str, Any]) -> list[Any]:
        """Return all rows as the driver has them, in less time: for many rows of texts and integers."""
        return list(self._execute(db, values))

    def run(self, db: Connection, values: dict[str, Any]) -> int:
        """Execute the statement; return how many rows it changed."""
        cursor = self._execute(db, values)
        changed: int = cursor.rowcount
        cursor.close()
        return changed

    def _rows(self, cursor: Any) -> list[dict[str, Any]]:
        return list(map(self._named, cursor)) if self._names else []

    def _named(self, row: Any) -> dict[str, Any]:
        named = dict(zip(self._names, row, strict=True))
        for name, read in self._readings:
            named[name] = read(named[name])
        return named

    def _execute(self, db: Connection, values: dict[str, Any]) -> Any:
        """Return the driver's cursor; raises the driver's errors as SQLAlchemy's."""
        sql, parameters = self._compiled.get(db.dialect.name) or self._compile(db.dialect)
        driver: Any = db.connection.dbapi_connection
        try:
            return driver.execute(sql, parameters(values))
        except db.dialect.loaded_dbapi.Error as error:
            raise _raised(db, sql, error) from error

    def _given(self, db: Connection, values: dict[str, Any]) -> tuple[str, Any]:
        """Return the SQL and its parameters as the driver takes them."""
        sql, parameters = self._compiled.get(db.dialect.name) or self._compile(db.dialect)
        return sql, parameters(values)

    def _compile(self, dialect: Dialect) -> _Compiled:
        compiled = cast(SQLCompiler, self._statement.compile(dialect=dialect))
        if compiled.positional and compiled.positiontup is None:
            raise TypeError(f"{compiled} has positional parameters without an order")
        constants = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
        found = self._compiled[dialect.name] = str(compiled), _parameters(constants, compiled.positiontup)
        return found


_Compiled: TypeAlias = tuple[str, Callable[[dict[str, Any]], Any]]
"""The SQL of a dialect, and what returns its parameters as the driver takes them, from their values by name."""


def _parameters(constants: dict[str, Any], order: Sequence[str] | None) -> Callable[[dict[str, Any]], Any]:
    """Return what adds the statement's ``constants`` to values, and puts them in ``order`` if the driver needs one."""
    if order is None:
        return lambda values: {**constants, **values}
    if not order:
        return lambda _: ()
    if len(order) == 1:  # an `itemgetter` of one returns no tuple
        (only,) = order
        return lambda values: (values[only] if only in values else constants[only],)
    pick: Callable[[dict[str, Any]], Any] = itemgetter(*order)
    return pick if constants.keys().isdisjoint(order) else lambda values: pick({**constants, **values})


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
        found = self._prepared.get(dialect)
        if found is None:
            found = self._prepared[dialect] = Prepared(self._make(insert_of(dialect)))
        return found


def insert_of(dialect: str) -> Any:
    """Return the ``insert`` of a dialect."""
    return import_module(f"sqlalchemy.dialects.{dialect}").insert


Asked: TypeAlias = tuple[Prepared, dict[str, Any]]
"""A statement and its parameters."""


def together(db: Connection, asked: Sequence[Asked]) -> list[list[dict[str, Any]]]:
    """Return the rows of several statements that do not depend on each other.

    With PostgreSQL that is one round trip, including the one that begins the transaction.
    """
    if db.dialect.name == "sqlite" or not asked:
        return [prepared.all(db, values) for prepared, values in asked]
    driver: Any = db.connection.driver_connection
    try:
        with driver.pipeline():
            cursors = [driver.execute(*prepared._given(db, values)) for prepared, values in asked]  # noqa: SLF001 - ours
        return [prepared._rows(cursor) for (prepared, _), cursor in zip(asked, cursors, strict=True)]  # noqa: SLF001
    except db.dialect.loaded_dbapi.Error as error:
        still_in_it = bool(driver.pgconn.pipeline_status)  # the server ended the session in between
        raise _raised(db, "several statements", error, is_lost=still_in_it) from error


def _raised(db: Connection, sql: str, error: Any, *, is_lost: bool = False) -> DBAPIError:
    """Return an error of the driver as SQLAlchemy's; a connection that is lost is not used again."""
    known, driver = db.dialect.loaded_dbapi.Error, db.connection.driver_connection
    raised: Any = DBAPIError.instance(sql, None, error, known, hide_parameters=True, dialect=db.dialect)
    if is_lost or db.dialect.is_disconnect(error, cast(Any, driver), None):
        raised.connection_invalidated = True
        db.invalidate(error)
        db.engine.dispose()  # the others are no younger
    return cast(DBAPIError, raised)


def _reading(kind: Any) -> Callable[[Any], Any] | None:
    """Return the function that makes a value of a column's type from that of a driver, if they differ."""
    if isinstance(kind, Boolean):
        return bool
    return _decoded if isinstance(kind, JSON) else None


def _decoded(value: Any) -> Any:
    """Return a JSON array or object, which only PostgreSQL's driver decodes."""
    return orjson.loads(value) if isinstance(value, str) else value
