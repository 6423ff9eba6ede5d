"""How rows that changed since a rev are found."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import ColumnElement

from chatrooms.storage.tables import Synced


class Newer(NamedTuple):
    """A way to find rows newer than a rev, in an index's order, which is that of ``rev``."""

    where: tuple[ColumnElement[bool], ...]
    rev: ColumnElement[int]


def ways(at: Synced, known: ColumnElement[int]) -> list[Newer]:
    """Return the ways to find the rows of a table newer than ``known``; each row is found in one of them."""
    if at.born is None:
        return [Newer((at.rev > known,), at.rev)]
    unchanged = Newer((at.born > known, at.rev == at.born), at.born)
    return [unchanged, Newer((at.rev > known, at.rev > at.born), at.rev)]
