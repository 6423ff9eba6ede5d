"""Results of queries as the rows that clients receive."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar, cast

from sqlalchemy import Result, Row

T = TypeVar("T")


def one(kind: type[T], found: Result[Any]) -> T | None:
    """Return the only row of a result as a ``kind``, a type of `storage.rows`, or None."""
    row = found.one_or_none()
    return None if row is None else _plain(kind, row)


def many(kind: type[T], found: Iterable[Row[Any]]) -> list[T]:
    """Return the rows of a result, each as a ``kind``, a type of `storage.rows`."""
    return [_plain(kind, row) for row in found]


def _plain(_kind: type[T], row: Row[Any]) -> T:
    """Return a row with plain strings as keys; SQLAlchemy's own keys cannot be serialized."""
    return cast(T, {str(key): value for key, value in row._mapping.items()})  # noqa: SLF001 - a documented attribute
