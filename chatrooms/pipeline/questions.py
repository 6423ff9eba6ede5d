"""What the application that the chat belongs to is asked before a command runs: whether this person may do that."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from sqlalchemy import Connection

from chatrooms import names
from chatrooms.pipeline import people
from chatrooms.pipeline.act import Caller

Kind = Literal["create", "write"]
"""Whether a person may create a room, or write to another person."""


@dataclass(frozen=True)
class Question:
    """A question of one kind, about the rooms or people that ``about`` finds for a caller and their parameters."""

    kind: Kind
    about: Callable[[Connection, Caller, Any], Iterable[str]]


class Judge(Protocol):
    """Answers for the application."""

    @property
    def decides(self) -> Collection[Kind]:
        """What the application wants to be asked."""

    async def require(self, kind: Kind, me: Caller, about: Iterable[str]) -> None:
        """Raise a `Refusal` unless the caller may do this to all of them."""


def in_room(db: Connection, me: Caller, room: str) -> list[str]:
    """Return the other people of a conversation, or of one with threads; none of other rooms, which have members."""
    base = names.base(room)
    others = [] if names.kind(base) == "shared" else [name for name in names.people(base) if name != me.username]
    is_mine = names.kind(base) == "personal" or me.username in names.people(base)
    return [name for name in others if people.is_seen(db, me, name)] if is_mine else []


WRITING_IN_ROOM = Question("write", lambda db, me, p: in_room(db, me, p.room))
