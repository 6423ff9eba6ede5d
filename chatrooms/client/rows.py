"""The rows and results of the wire contract. Times are ISO 8601, UTC, with milliseconds.

Made by `python -m chatrooms.doors.docs`: change the declarations of the commands, not this file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypedDict, overload

Access = Literal["open", "private", "conversation", "personal"]
"""Who can join a room: everybody (``open``) or invited people (``private``). The server creates
``conversation`` and ``personal`` rooms.
"""


class History(TypedDict):
    """Messages by ``seq``; ``more`` says whether there are others in the direction asked for."""

    messages: list[Message]
    more: bool
    more_before: bool
    more_after: bool


class Listing(TypedDict):
    """A room with the number of its members."""

    name: str
    """The room's only name, which never changes."""
    title: str
    """The title that people see, in one line."""
    topic: str
    """What the room is about, in one line."""
    access: Access
    """Who can join."""
    created_by: str
    """The username of the person who created it."""
    created_at: str
    """When it was created; ISO 8601, UTC, with milliseconds."""
    archived: bool
    """Whether it can only be read."""
    rev: int
    """The revision of the room (the room whose change this is) at which the row last changed."""
    posted: int
    """How many messages were posted so far, deleted ones included, when the row was read."""
    members: int
    """How many people belong to it."""


class ManyRooms(TypedDict):
    """Rooms, those with most members first."""

    rooms: list[Listing]


class ManySessions(TypedDict):
    """Sessions, the last used first."""

    sessions: list[Session]


class Member(TypedDict):
    """A membership: somebody belongs to a room, or (``gone``) no longer does."""

    room: str
    """The room's name."""
    username: str
    """The person's username."""
    role: Role
    """What the member may do in the room."""
    since: str
    """When the membership began or ended; ISO 8601, UTC, with milliseconds."""
    gone: bool
    """Whether the membership has ended."""
    rev: int
    """The revision of the room (the room whose change this is) at which the row last changed."""


class MemberPage(TypedDict):
    """Members by username; ``more`` says whether there are others after the last."""

    members: list[Member]
    more: bool


class Membership(TypedDict):
    """A membership as its person sees it: a ``closed`` conversation is off their list until its next message."""

    room: str
    """The room's name."""
    username: str
    """The person's username."""
    role: Role
    """What the member may do in the room."""
    since: str
    """When the membership began or ended; ISO 8601, UTC, with milliseconds."""
    gone: bool
    """Whether the membership has ended."""
    rev: int
    """The revision of the room (the room whose change this is) at which the row last changed."""
    closed: bool
    """Whether you have closed the conversation."""


class Message(TypedDict):
    """A message; a deleted one keeps its place but not its ``text``."""

    id: str
    """A UUID."""
    room: str
    """The room's name."""
    seq: int
    """The place in the room's timeline: the ``rev`` that the message was created with."""
    rev: int
    """The room's revision at which the message last changed."""
    number: int
    """Which message of its room it is, counted from 1."""
    author: str
    """The username of the author."""
    text: str | None
    """Markdown source; ``null`` once deleted."""
    at: str
    """When it was posted; ISO 8601, UTC, with milliseconds."""
    edited_at: str | None
    """When its text was last edited, if ever."""
    deleted: bool
    """Whether it was deleted: the place is kept, the text is gone, and it never changes again."""
    reply_to: str | None
    """The id of the message of the same room that this one answers."""
    pinned_at: str | None
    """When it was pinned; ``null`` if it is not."""


class OneMember(TypedDict):
    """The membership as it is now."""

    member: Member


class OneMembership(TypedDict):
    """Your own membership as it is now; ``rev`` is that of your own room."""

    membership: Membership


class OneMessage(TypedDict):
    """The message as it is now."""

    message: Message


class OneRead(TypedDict):
    """The read position as it is now."""

    read: Read


class OneRoom(TypedDict):
    """The room as it is now."""

    room: Room


class OneUser(TypedDict):
    """A profile."""

    user: User


class Pinned(TypedDict):
    """The pinned messages of a room, the last pinned first."""

    messages: list[Message]


class Read(TypedDict):
    """How far somebody has read a room; there is one for each room that they belong to.

    Unread messages are the room's ``posted`` minus ``number`` minus ``uncounted``. A client keeps
    ``uncounted`` up to date: in changes of the room after ``room_rev``, each message of its person adds 1,
    and so does each deletion of another person's message after the position. Of two rows of a room, the one
    with the greater ``rev`` is newer, then the one with the greater ``room_rev``.
    """

    username: str
    """The person's username."""
    room: str
    """The room's name."""
    seq: int
    """The ``seq`` of the last message that was read."""
    number: int
    """The ``number`` of the last message that was read; 0 if there is none."""
    rev: int
    """The revision of the room (the room whose change this is) at which the row last changed."""
    uncounted: int | None
    """How many messages after the position are your own or deleted, and so not unread; ``null`` if they are not
    counted, because more than 1,000 messages follow: show 999+.
    """
    room_rev: int
    """The revision of the ``room`` as of which ``uncounted`` holds; 0 if you no longer belong to it."""


Role = Literal["owner", "moderator", "member"]
"""What a member may do in a room."""


class Room(TypedDict):
    """A durable room."""

    name: str
    """The room's only name, which never changes."""
    title: str
    """The title that people see, in one line."""
    topic: str
    """What the room is about, in one line."""
    access: Access
    """Who can join."""
    created_by: str
    """The username of the person who created it."""
    created_at: str
    """When it was created; ISO 8601, UTC, with milliseconds."""
    archived: bool
    """Whether it can only be read."""
    rev: int
    """The revision of the room (the room whose change this is) at which the row last changed."""
    posted: int
    """How many messages were posted so far, deleted ones included, when the row was read."""


class Session(TypedDict):
    """A browser or program that can act for you."""

    id: str
    """The id, for ``session.revoke``."""
    agent: str
    """The browser or program, as it named itself."""
    created_at: str
    """When it was created; ISO 8601, UTC, with milliseconds."""
    seen_at: str
    """When it was last used, to the hour."""
    current: bool
    """Whether this call came by this session."""


class States(TypedDict):
    """Who is online and who is offline, by username."""

    states: dict[str, Literal["online", "offline"]]


class User(TypedDict):
    """A person's profile."""

    username: str
    """The person's username."""
    name: str
    """The name that others see; the username if empty."""
    about: str
    """A line about the person."""
    created_at: str
    """When it was created; ISO 8601, UTC, with milliseconds."""
    rev: int
    """The revision of the room (the room whose change this is) at which the row last changed."""


class UserPage(TypedDict):
    """Profiles by username; ``more`` says whether there are others after the last."""

    users: list[User]
    more: bool


class Tables:
    """The rows of a change, by table."""

    tables: Mapping[str, list[Any]]

    @overload
    def rows(self, table: Literal["rooms"]) -> list[Room]: ...
    @overload
    def rows(self, table: Literal["users"]) -> list[User]: ...
    @overload
    def rows(self, table: Literal["memberships"]) -> list[Membership]: ...
    @overload
    def rows(self, table: Literal["members"]) -> list[Member]: ...
    @overload
    def rows(self, table: Literal["reads"]) -> list[Read]: ...
    @overload
    def rows(self, table: Literal["messages"]) -> list[Message]: ...
    @overload
    def rows(self, table: str) -> list[Any]: ...
    def rows(self, table: str) -> list[Any]:
        """Return the rows of a table, none if it did not change."""
        return self.tables.get(table, [])
