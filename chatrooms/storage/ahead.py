"""Rows that are read ahead: several statements together, so that PostgreSQL answers them in one round trip.

Those that a batch of writes reads with its locks hold until a write changes what they may depend on. So they are
forgotten after each write, unless it says by `keep` that it has changed nothing of that kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias

from sqlalchemy import Connection

from chatrooms.storage.statements import Asked, Prepared, together

_ROWS, _KEPT = "chatrooms_ahead", "chatrooms_ahead_kept"

Ahead: TypeAlias = Callable[[Iterable[str]], Iterable[Asked]]
"""Returns what a write will ask, given the names of what it changes: of `Foreseen` statements."""


def nothing(_names: Iterable[str]) -> Iterable[Asked]:
    """Read nothing ahead."""
    return ()


class Foreseen(Prepared):
    """A statement whose rows may have been read ahead."""

    def one(self, db: Connection, values: dict[str, Any]) -> dict[str, Any] | None:
        """Return the first row by column name, or None."""
        rows = self._read(db, values)
        if rows is None:
            return super().one(db, values)
        return dict(rows[0]) if rows else None

    def all(self, db: Connection, values: dict[str, Any]) -> list[dict[str, Any]]:
        """Return all rows by column name."""
        rows = self._read(db, values)
        return super().all(db, values) if rows is None else [dict(row) for row in rows]

    def tuples(self, db: Connection, values: dict[str, Any]) -> list[Any]:
        """Return all rows."""
        rows = self._read(db, values)
        return super().tuples(db, values) if rows is None else [tuple(row.values()) for row in rows]

    def _read(self, db: Connection, values: dict[str, Any]) -> list[dict[str, Any]] | None:
        rows = db.info.get(_ROWS)
        return rows.get(_key(self, values)) if rows else None


def read(db: Connection, first: Sequence[Asked], asked: Iterable[Asked]) -> list[list[dict[str, Any]]]:
    """Read rows ahead, after ``first`` statements, whose rows are returned."""
    each = {_key(*one): one for one in asked}
    found = together(db, [*first, *each.values()])
    db.info[_ROWS] = dict(zip(each, found[len(first) :], strict=True))
    return found[: len(first)]


@contextmanager
def reading(db: Connection, asked: Sequence[Asked]) -> Iterator[None]:
    """Have what is asked inside of this context read together, if that is faster: not in SQLite."""
    if len(asked) <= 1 or db.dialect.name == "sqlite":
        yield
        return
    before = db.info.get(_ROWS)
    read(db, (), asked)
    try:
        yield
    finally:
        db.info[_ROWS] = before


def keep(db: Connection) -> None:
    """Let the rows hold after this write too."""
    db.info[_KEPT] = True


def written(db: Connection) -> None:
    """Forget the rows after a write, unless it keeps them."""
    if not db.info.pop(_KEPT, False):
        forget(db)


def forget(db: Connection) -> None:
    """Forget the rows."""
    db.info.pop(_ROWS, None)


def _key(prepared: Prepared, values: dict[str, Any]) -> tuple[Any, ...]:
    return prepared, *sorted(values.items())
