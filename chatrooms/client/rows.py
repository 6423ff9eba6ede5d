"""The rows that the server tells, and the changes and signals that they come in. Times are ISO 8601 in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypedDict, overload

Role = Literal["owner", "moderator", "member"]
Access = Literal["open", "private", "conversation", "personal"]


class Message(TypedDict):
    """A message; a deleted one keeps its place but not its ``text``.

    ``seq`` orders the room's messages and never changes, ``number`` counts them from 1.
    """

    id: str
    room: str
    seq: int
    rev: int
    number: int
    author: str
    text: str | None
    at: str
    edited_at: str | None
    deleted: bool
    reply_to: str | None


class Member(TypedDict):
    """That somebody belongs to a room, or (``gone``) no longer does."""

    room: str
    username: str
    role: Role
    since: str
    gone: bool
    rev: int


class Membership(Member):
    """A membership as its person sees it: a ``closed`` conversation is off their list until its next message."""

    closed: bool


class Room(TypedDict):
    """A durable room; ``posted`` counts its messages as of when the row was read."""

    name: str
    title: str
    topic: str
    access: Access
    created_by: str
    created_at: str
    archived: bool
    rev: int
    posted: int


class ListedRoom(Room):
    """A room that one could join, with the number of its members."""

    members: int


class Read(TypedDict):
    """How far somebody has read a room: ``number`` messages, the last being at ``seq``."""

    username: str
    room: str
    seq: int
    number: int
    rev: int


class User(TypedDict):
    """A profile; ``name`` is what others see, empty if it is the username."""

    username: str
    name: str
    about: str
    created_at: str
    rev: int


class Session(TypedDict):
    """A browser or program that can act for its person."""

    id: str
    agent: str
    created_at: str
    seen_at: str
    current: bool


class History(TypedDict):
    """Messages by ``seq``; ``more`` says that there are others in the direction asked for."""

    messages: list[Message]
    more: bool
    more_before: bool
    more_after: bool


class MemberPage(TypedDict):
    """Members by username; ``more`` says that there are others after the last."""

    members: list[Member]
    more: bool


class UserPage(TypedDict):
    """Profiles by username; ``more`` says that there are others after the last."""

    users: list[User]
    more: bool


@dataclass(frozen=True)
class Change:
    """What is new in a room up to ``rev``: rows as they are now, by table.

    Tables are ``messages``, ``members`` and ``rooms``, and in one's own room also ``memberships``, ``reads`` and
    ``users``. After a ``reset`` the rows are all there is: forget what you had of the room.
    """

    room: str
    rev: int
    tables: Mapping[str, list[Any]] = field(default_factory=dict)
    reset: bool = False

    @classmethod
    def told(cls, told: Mapping[str, Any], *, reset: bool = False) -> Change:
        """The change in an event or in an answer to ``sync``."""
        tables = {table: rows for table, rows in told.items() if isinstance(rows, list)}
        return cls(told["room"], told["rev"], tables, reset)

    @overload
    def rows(self, table: Literal["messages"]) -> list[Message]: ...
    @overload
    def rows(self, table: Literal["members", "memberships"]) -> list[Member]: ...
    @overload
    def rows(self, table: Literal["rooms"]) -> list[Room]: ...
    @overload
    def rows(self, table: Literal["reads"]) -> list[Read]: ...
    @overload
    def rows(self, table: Literal["users"]) -> list[User]: ...
    @overload
    def rows(self, table: str) -> list[Any]: ...

    def rows(self, table: str) -> Any:
        """Return the rows of a table, none if it did not change."""
        return self.tables.get(table, [])


@dataclass(frozen=True)
class Signal:
    """Something live that is never stored: ``typing``, ``presence``, or a type of your own."""

    room: str
    sender: str
    type: str
    data: Any


ROOM_OF = {"message": "room", "member": "room", "membership": "username", "room": "name", "read": "username"}
"""In a result, the field of each row that names the room whose rev it carries."""


def told_revs(result: Any) -> list[tuple[str, int]]:
    """The revs that the result of a command tells of, with their rooms; none of rooms that were left."""
    found = [(result[key], field) for key, field in ROOM_OF.items() if isinstance(result.get(key), dict)]
    return [(row[field], row["rev"]) for row, field in found if not row.get("gone")]
