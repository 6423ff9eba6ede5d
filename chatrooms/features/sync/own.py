"""The changes of the caller's own room, in pieces."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import cast

from chatrooms.features.messages.loading import with_parts
from chatrooms.features.sync import sizes
from chatrooms.features.sync.change import Head, RoomChange, Row, change_of, tables, too_many
from chatrooms.pipeline.act import Act, Caller
from chatrooms.storage import ahead
from chatrooms.storage.ahead import Foreseen
from chatrooms.storage.rows import Change, Message
from chatrooms.storage.statements import Asked
from chatrooms.storage.synced import Synced
from chatrooms.types import size_of

PERSONAL = tables(personal=True)
KEPT = {table: at for table, at in PERSONAL.items() if at.whole}

_newer = {table: Foreseen(at.newer()) for table, at in PERSONAL.items()}


def own(act: Act, head: Head, known: int) -> RoomChange:
    """Return the rows newer than ``known`` in the caller's own room, or the first piece of them.

    A client that is too far behind is reset, as in any other room, if the rows to keep fit into one piece.
    """
    limits = _limits(PERSONAL)
    with ahead.reading(act.db, [_asked(table, head.room, known, limits[table]) for table in PERSONAL]):
        return _own(act, head, known)


def _own(act: Act, head: Head, known: int) -> RoomChange:
    is_ahead = known > head.rev
    others = {table: _rows(act, table, head.room, known, sizes.LIMIT + 1) for table in PERSONAL if table not in KEPT}
    if is_ahead or too_many(others) or size_of(others) > sizes.LARGEST_ROOM:
        rows = {table: _rows(act, table, head.room, 0, sizes.PIECE_ROWS) for table in KEPT}
        if max(map(len, rows.values())) < sizes.PIECE_ROWS and size_of(rows) <= sizes.LARGEST_ROOM:
            return _sized(change_of(head.room, head.rev, rows), reset=True)
    return _piece(act, head, 0, KEPT)._replace(reset=True) if is_ahead else _piece(act, head, known, PERSONAL)


def kept(part: RoomChange, me: Caller) -> RoomChange:
    """Return what a program may know of the changes of its person's own room.

    If its key is for some rooms, or is not for what is the person's own, that is the profile, and the memberships in
    its rooms (see `scopes.OUTLINE`).
    """
    scope, whole = me.scope, part.change
    if scope is None or scope.receives_own(whole["room"]):
        return part
    change: Change = {"room": whole["room"], "rev": whole["rev"], "users": whole.get("users", [])}
    change["memberships"] = [row for row in whole.get("memberships", []) if scope.has(row["room"])]
    return part._replace(change=change)


def _piece(act: Act, head: Head, known: int, which: dict[str, Synced], times: int = 1) -> RoomChange:
    """Return the rows of the next revs after ``known``: as many as fit, but at least one rev.

    If one rev has more rows of a table than fit, the limits are several ``times`` as high.
    """
    limits = _limits(which, times)
    found = {table: _rows(act, table, head.room, known, limits[table]) for table in which}
    end = min((rows[-1]["rev"] for table, rows in found.items() if len(rows) == limits[table]), default=head.rev + 1)
    rows = sorted(((row["rev"], table, row) for table in found for row in found[table]), key=itemgetter(0))
    if rows and rows[0][0] >= end:
        return _piece(act, head, known, which, 2 * times)
    piece: dict[str, list[Row]] = {}
    size, rev = 0, known
    for at, group in groupby((row for row in rows if row[0] < end), key=itemgetter(0)):
        part = list(group)
        size += sum(size_of(row) for _, _, row in part)
        if piece and size > sizes.LARGEST_ROOM:
            return _sized(change_of(head.room, rev, piece), whole=False)
        for _, table, row in part:
            piece.setdefault(table, []).append(row)
        rev = at
    whole = end > head.rev
    return _sized(change_of(head.room, head.rev if whole else rev, piece), whole=whole)


def _limits(which: dict[str, Synced], times: int = 1) -> dict[str, int]:
    """Return how many rows of each table are read at once."""
    return {table: times * (sizes.PIECE_ROWS if at.whole else sizes.LIMIT + 1) for table, at in which.items()}


def _sized(change: Change, *, reset: bool = False, whole: bool = True) -> RoomChange:
    return RoomChange(change, size_of(change), reset, whole)


def _asked(table: str, room: str, known: int, limit: int) -> Asked:
    return _newer[table], {"room": room, "known": known, "limit": limit}


def _rows(act: Act, table: str, room: str, known: int, limit: int) -> list[Row]:
    """Return the rows of ``room`` that changed after the rev ``known``, ordered by rev."""
    newer, given = _asked(table, room, known, limit)
    rows = newer.all(act.db, given)
    return cast(list[Row], with_parts(act, cast(list[Message], rows))) if table == "messages" else rows
