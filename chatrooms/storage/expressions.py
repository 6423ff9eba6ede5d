"""Expressions that SQLite and PostgreSQL write differently.

Any number of values as one parameter, and the room that a thread is in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from sqlalchemy import Integer, String, TableValuedAlias, bindparam, column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class _Pairs(FunctionElement[Any]):
    name = "pairs"
    inherit_cache = True


class _Values(FunctionElement[Any]):
    name = "values"
    inherit_cache = True


class Base(FunctionElement[str]):
    """The room whose members may read a room: `names.base`."""

    name = "base"
    type = String()
    inherit_cache = True


def pairs(parameter: str) -> TableValuedAlias:
    """Return the pairs in a parameter, see `packed`, as a table: its columns are ``key`` and ``value``, an integer."""
    given = bindparam(parameter, type_=String)
    return _Pairs(given).table_valued(column("key", String), column("value", Integer), name=parameter)


def values(parameter: str) -> TableValuedAlias:
    """Return the strings in a parameter, see `packed`, as a table with the column ``value``."""
    given = bindparam(parameter, type_=String)
    return _Values(given).table_valued(column("value", String), name=parameter)


def packed(given: Mapping[str, int] | Iterable[str]) -> str:
    """Return pairs or strings as a parameter."""
    return orjson.dumps(given if isinstance(given, Mapping) else list(given)).decode()


@compiles(_Pairs)
@compiles(_Values)
def _sqlite(element: FunctionElement[Any], compiler: Any, **how: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **how)})"


@compiles(_Pairs, "postgresql")
def _postgresql_pairs(element: _Pairs, compiler: Any, **how: Any) -> str:
    given = compiler.process(element.clauses, **how)
    return f"(SELECT key, CAST(value AS INTEGER) AS value FROM json_each_text(CAST({given} AS JSON)))"


@compiles(_Values, "postgresql")
def _postgresql_values(element: _Values, compiler: Any, **how: Any) -> str:
    return f"json_array_elements_text(CAST({compiler.process(element.clauses, **how)} AS JSON))"


@compiles(Base)
def _sqlite_base(element: Base, compiler: Any, **how: Any) -> str:
    room = compiler.process(element.clauses, **how)
    return f"substr({room}, 1, instr({room} || '/', '/') - 1)"


@compiles(Base, "postgresql")
def _postgresql_base(element: Base, compiler: Any, **how: Any) -> str:
    return f"split_part({compiler.process(element.clauses, **how)}, '/', 1)"
