"""Every table, dialect-neutral; the rows that carry ``rev`` are marked.

A stored row that people see carries the ``rev`` of its room at which it last changed, so catching up is one question:
everything in this room with a greater ``rev``. `SYNCED` says where each such row keeps its room and its rev.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NotRequired, TypeVar, cast

from pydantic import Field
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Result,
    Row,
    Select,
    String,
    Table,
    Text,
    UniqueConstraint,
    select,
)
from typing_extensions import TypeAliasType, TypedDict

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

rooms = Table(
    "rooms",
    metadata,
    Column("name", String(400), primary_key=True),
    Column("title", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("access", String(12), nullable=False),
    Column("created_by", String(32), nullable=False),
    Column("created_at", String(24), nullable=False),
    Column("archived", Boolean, nullable=False),
    Column("rev", Integer, nullable=False),
    Column(
        "counter",
        Integer,
        nullable=False,
        comment="the newest rev given out; locked by whoever changes the room",
    ),
    Column("posted", Integer, nullable=False, comment="messages posted so far, deleted ones included"),
)

users = Table(
    "users",
    metadata,
    Column("username", String(32), ForeignKey(rooms.c.name), primary_key=True),
    Column("skeleton", String(200), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("created_at", String(24), nullable=False),
    Column("rev", Integer, nullable=False),
)

members = Table(
    "members",
    metadata,
    Column("room", String(400), ForeignKey(rooms.c.name), primary_key=True),
    Column("username", String(32), ForeignKey(users.c.username), primary_key=True),
    Column("role", String(12), nullable=False),
    Column("since", String(24), nullable=False),
    Column("gone", Boolean, nullable=False),
    Column("rev", Integer, nullable=False, comment="of the room"),
    Column("person_rev", Integer, nullable=False, comment="of the person's own room"),
    Index(None, "room", "rev"),
    Index(None, "username", "person_rev"),
)

messages = Table(
    "messages",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("room", String(400), ForeignKey(rooms.c.name), nullable=False),
    Column("seq", Integer, nullable=False, comment="the rev at birth; orders the timeline"),
    Column("rev", Integer, nullable=False),
    Column("number", Integer, nullable=False, comment="which message of its room this is, from 1"),
    Column("author", String(32), ForeignKey(users.c.username), nullable=False),
    Column("text", Text),
    Column("at", String(24), nullable=False),
    Column("edited_at", String(24)),
    Column("deleted", Boolean, nullable=False),
    Column("reply_to", String(36), ForeignKey("messages.id")),
    UniqueConstraint("room", "seq"),
    Index(None, "room", "rev"),
)

reads = Table(
    "reads",
    metadata,
    Column("username", String(32), ForeignKey(users.c.username), primary_key=True),
    Column("room", String(400), ForeignKey(rooms.c.name), primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("number", Integer, nullable=False, comment="messages of the room that were read"),
    Column("rev", Integer, nullable=False),
    Index(None, "username", "rev"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("username", String(32), ForeignKey(users.c.username), nullable=False, index=True),
    Column("agent", Text, nullable=False),
    Column("created_at", String(24), nullable=False),
    Column("seen_at", String(24), nullable=False),
)

pins = Table(
    "pins",
    metadata,
    Column("message", String(36), ForeignKey(messages.c.id), primary_key=True),
    Column("room", String(400), ForeignKey(rooms.c.name), nullable=False),
    Column("by", String(32), ForeignKey(users.c.username), nullable=False),
    Column("at", String(24), nullable=False),
    Index(None, "room", "at"),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("key", String(200), nullable=False, comment="one job of a kind and key is enqueued once"),
    Column("data", JSON, nullable=False),
    Column("due_at", String(24), nullable=False),
    Column("attempts", Integer, nullable=False, comment="failed ones"),
    Column("done_at", String(24)),
    Column("failure", String(100), comment="the type of the last error, if the job was given up"),
    UniqueConstraint("kind", "key"),
    Index(None, "done_at", "due_at"),
)


@dataclass(frozen=True)
class Synced:
    """Where the rows of one table in a ``change`` are kept.

    ``whole`` tables are never cut off: a client that is told to start a room anew still gets all of them.
    ``personal`` ones are told in personal rooms only, or (``False``) never there.
    """

    table: Table
    room: ColumnElement[str]
    rev: ColumnElement[int]
    columns: tuple[str, ...]
    whole: bool = True
    personal: bool | None = None

    def select(self) -> Select[Any]:
        """The rows as clients see them, ``rev`` being that of the room they are told in."""
        return select(*(self.table.c[column] for column in self.columns), self.rev.label("rev"))


MESSAGE = ("id", "room", "seq", "number", "author", "text", "at", "edited_at", "deleted", "reply_to")
MEMBER = ("room", "username", "role", "since", "gone")
ROOM = ("name", "title", "topic", "access", "created_by", "created_at", "archived", "posted")
READ = ("username", "room", "seq", "number")
USER = ("username", "name", "about", "created_at")

SYNCED: dict[str, Synced] = {
    "rooms": Synced(rooms, rooms.c.name, rooms.c.rev, ROOM),
    "users": Synced(users, users.c.username, users.c.rev, USER, personal=True),
    "memberships": Synced(members, members.c.username, members.c.person_rev, MEMBER, personal=True),
    "members": Synced(members, members.c.room, members.c.rev, MEMBER, whole=False, personal=False),
    "reads": Synced(reads, reads.c.username, reads.c.rev, READ, personal=True),
    "messages": Synced(messages, messages.c.room, messages.c.rev, MESSAGE, whole=False),
}

Access = TypeAliasType(
    "Access",
    Annotated[
        Literal["open", "private", "conversation", "personal"],
        Field(
            description="Who can join a room: everybody (`open`) or invited people (`private`). "
            "The server creates `conversation` and `personal` rooms."
        ),
    ],
)
Role = TypeAliasType(
    "Role",
    Annotated[Literal["owner", "moderator", "member"], Field(description="What a member may do in a room.")],
)

Name = Annotated[str, Field(description="The room's name.")]
Person = Annotated[str, Field(description="The person's username.")]
Seq = Annotated[
    int, Field(description="The place in the room's timeline: the `rev` that the message was created with.")
]
Rev = Annotated[
    int,
    Field(description="The revision of the room (the room whose change this is) at which the row last changed."),
]
Created = Annotated[str, Field(description="When it was created; ISO 8601, UTC, with milliseconds.")]


class Message(TypedDict):
    """A message; a deleted one keeps its place but not its ``text``."""

    id: Annotated[str, Field(description="A UUID.")]
    room: Name
    seq: Seq
    rev: Annotated[int, Field(description="The room's revision at which the message last changed.")]
    number: Annotated[int, Field(description="Which message of its room it is, counted from 1.")]
    author: Annotated[str, Field(description="The username of the author.")]
    text: Annotated[str | None, Field(description="Markdown source; `null` once deleted.")]
    at: Annotated[str, Field(description="When it was posted; ISO 8601, UTC, with milliseconds.")]
    edited_at: Annotated[str | None, Field(description="When its text was last edited, if ever.")]
    deleted: Annotated[bool, Field(description="Whether it was deleted: the place is kept, the text is gone.")]
    reply_to: Annotated[str | None, Field(description="The id of the message of the same room that this one answers.")]


class Member(TypedDict):
    """A membership: somebody belongs to a room, or (``gone``) no longer does."""

    room: Name
    username: Person
    role: Annotated[Role, Field(description="What the member may do in the room.")]
    since: Annotated[str, Field(description="When the membership began or ended; ISO 8601, UTC, with milliseconds.")]
    gone: Annotated[bool, Field(description="Whether the membership has ended.")]
    rev: Rev


class Room(TypedDict):
    """A durable room."""

    name: Annotated[str, Field(description="The room's only name, which never changes.")]
    title: Annotated[str, Field(description="The title that people see, in one line.")]
    topic: Annotated[str, Field(description="What the room is about, in one line.")]
    access: Annotated[Access, Field(description="Who can join.")]
    created_by: Annotated[str, Field(description="The username of the person who created it.")]
    created_at: Created
    archived: Annotated[bool, Field(description="Whether it can only be read.")]
    rev: Rev
    posted: Annotated[
        int, Field(description="How many messages were posted so far, deleted ones included, when the row was read.")
    ]


class Read(TypedDict):
    """How far somebody has read a room."""

    username: Person
    room: Name
    seq: Annotated[int, Field(description="The `seq` of the last message that was read.")]
    number: Annotated[
        int,
        Field(description="How many messages were read; the newest message's `number` minus this are unread."),
    ]
    rev: Rev


class User(TypedDict):
    """A person's profile."""

    username: Person
    name: Annotated[str, Field(description="The name that others see; the username if empty.")]
    about: Annotated[str, Field(description="A line about the person.")]
    created_at: Created
    rev: Rev


class Change(TypedDict):
    """What one commit changed in a room: the rows as they are now, by table."""

    room: Annotated[str, Field(description="The room that changed.")]
    rev: Annotated[
        int, Field(description="The room's new revision: the previous one plus 1. After a gap, call `sync`.")
    ]
    rooms: NotRequired[
        Annotated[list[Room], Field(description="The room itself, when it was created or something about it changed.")]
    ]
    users: NotRequired[Annotated[list[User], Field(description="Your own profile; in your own room only.")]]
    memberships: NotRequired[
        Annotated[list[Member], Field(description="The rooms that you joined or left; in your own room only.")]
    ]
    members: NotRequired[Annotated[list[Member], Field(description="The people who joined or left.")]]
    reads: NotRequired[
        Annotated[
            list[Read], Field(description="How far you have read other rooms, on any device; in your own room only.")
        ]
    ]
    messages: NotRequired[Annotated[list[Message], Field(description="Messages that were posted, edited or deleted.")]]


T = TypeVar("T")


def one(kind: type[T], found: Result[Any]) -> T | None:
    """The row that was found, as ``kind``, one of the types above; None if there is none."""
    row = found.one_or_none()
    return None if row is None else _plain(kind, row)


def many(kind: type[T], found: Iterable[Row[Any]]) -> list[T]:
    """The rows that were found, as ``kind``, one of the types above."""
    return [_plain(kind, row) for row in found]


def _plain(_kind: type[T], row: Row[Any]) -> T:
    """A row with keys that can be sent: SQLAlchemy's own are no plain strings."""
    return cast(T, {str(key): value for key, value in row._mapping.items()})  # noqa: SLF001 - documented, whatever its name
