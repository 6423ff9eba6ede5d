"""The change of one room in a response, and which rows it can have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, cast

from chatrooms.features.sync import sizes
from chatrooms.storage.rows import Change, Read
from chatrooms.storage.synced import SYNCED, Synced

Row = dict[str, Any]


class Head(NamedTuple):
    """A room and its newest rev."""

    room: str
    rev: int


class RoomChange(NamedTuple):
    """A change that brings a client to its ``rev``; ``whole`` is false if more pieces follow.

    One that ``is_head`` lacks members and messages.
    """

    change: Change
    size: int
    """The bytes of the change in JSON."""
    reset: bool = False
    whole: bool = True
    read: Read | None = None
    is_head: bool = False

    @property
    def room(self) -> str:
        """The room that changed."""
        return self.change["room"]

    @property
    def length(self) -> int:
        """How many rows there are."""
        return sum(len(rows) for rows in self.change.values() if isinstance(rows, list))


def tables(*, personal: bool) -> dict[str, Synced]:
    """Return the tables whose rows a change of a personal room, or of any other, can have."""
    return {table: at for table, at in SYNCED.items() if at.personal in (None, personal)}


def change_of(room: str, rev: int, rows: Mapping[str, list[Row]]) -> Change:
    """Return a change without the tables that have no rows."""
    return cast(Change, {"room": room, "rev": rev} | {table: part for table, part in rows.items() if part})


def too_many(rows: Mapping[str, list[Row]]) -> bool:
    """Return whether a client should reload the room instead."""
    return any(len(part) > sizes.LIMIT for part in rows.values())
