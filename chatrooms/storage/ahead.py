"""Rows that are read ahead: several statements together, so that PostgreSQL answers them in one round trip.

Those that a batch of writes reads with its locks hold until a write changes what they may depend on. So they are
forgotten after each write, unless it says by `keep` that it has changed nothing of that kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias

from sqlalchemy import Connection, Executable

from chatrooms.storage.statements import Asked, Prepared, together

_ROWS, _KEPT = "chatrooms_ahead", "chatrooms_ahead_kept"

_Key: TypeAlias = tuple[Any, ...]
Ahead: TypeAlias = Callable[[Iterable[str]], Iterable[Asked]]
"""Returns what a write will ask, given the names of what it changes: of `Foreseen` statements."""


def nothing(_names: Iterable[str]) -> Iterable[Asked]:
    """Read nothing ahead."""
    return ()


class Foreseen(Prepared):
    """A statement whose rows may have been read ahead.

    With ``many``, all those that are asked are read by one statement. Its parameters are lists of the same length, with
    the names of the parameters here, and its rows have those too.
    """

    def __init__(self, statement: Executable, many: Executable | None = None) -> None:
        super().__init__(statement)
        self.many = None if many is None else Prepared(many)

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
    each, many = dict[_Key, Asked](), dict[Foreseen, dict[_Key, dict[str, Any]]]()
    for prepared, values in asked:
        if isinstance(prepared, Foreseen) and prepared.many:
            many.setdefault(prepared, {})[_key(prepared, values)] = values
        else:
            each[_key(prepared, values)] = prepared, values
    found = together(db, [*first, *each.values(), *(_asked_of_many(prepared, many[prepared]) for prepared in many)])
    rows = dict(zip(each, found[len(first) :], strict=False))
    for (prepared, wanted), answer in zip(many.items(), found[len(first) + len(each) :], strict=True):
        rows |= _shared_out(prepared, wanted, answer)
    db.info[_ROWS] = rows
    return found[: len(first)]


def _asked_of_many(prepared: Foreseen, wanted: Mapping[_Key, dict[str, Any]]) -> Asked:
    assert prepared.many  # noqa: S101 - see `read`
    names = next(iter(wanted.values()))
    return prepared.many, {name: [values[name] for values in wanted.values()] for name in names}


def _shared_out(
    prepared: Foreseen, wanted: Mapping[_Key, dict[str, Any]], answer: Iterable[dict[str, Any]]
) -> dict[_Key, list[dict[str, Any]]]:
    """Return the rows of one statement for many, for each that wanted them."""
    rows: dict[_Key, list[dict[str, Any]]] = {key: [] for key in wanted}
    names = list(next(iter(wanted.values())))
    for row in answer:
        rows[_key(prepared, {name: row.pop(name) for name in names})].append(row)
    return rows


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


def _key(prepared: Prepared, values: dict[str, Any]) -> _Key:
    return prepared, *sorted(values.items())
