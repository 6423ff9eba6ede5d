"""The rows that clients receive.

The descriptions of the fields appear in the documentation and the Python client.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from chatrooms.storage.fields import Access, Created, Name, Person, Rev, Role, Seq, ServerRole, Who
from chatrooms.storage.own_rows import Block, Bookmark, Follow, InboxItem

EventKind = Literal[
    "joined",
    "left",
    "invited",
    "removed",
    "renamed",
    "topic",
    "access",
    "pinned",
    "unpinned",
    "archived",
    "unarchived",
    "role",
    "rules",
]
"""What happens in rooms; clients expect that there can be other kinds."""


class EventData(TypedDict, total=False):
    """The details of an event: those that its kind has."""

    username: Annotated[str, Field(description="Who was invited or removed, or got another role.")]
    role: Annotated[Role, Field(description="The new role of that person.")]
    owner: Annotated[str, Field(description="Who became the owner because the last one left or was removed.")]
    title: Annotated[str, Field(description="The new title.")]
    topic: Annotated[str, Field(description="The new topic; may be empty.")]
    access: Annotated[Access, Field(description="Who can join from now on.")]
    message: Annotated[str, Field(description="The id of the message that was pinned.")]
    seq: Annotated[int, Field(description="The `seq` of that message.")]


class Message(TypedDict):
    """A message, or an event in the room's timeline, such as that somebody joined.

    An event has no ``number``: it is never unread and concerns no one, and cannot be changed, pinned or replied to.
    A deleted message keeps its position, but loses its ``text``.
    """

    id: Annotated[str, Field(description="A UUID.")]
    room: Name
    seq: Seq
    rev: Annotated[int, Field(description="The room's revision at which the message last changed.")]
    number: Annotated[int | None, Field(description="The message's number in its room, from 1; `null` for an event.")]
    author: Annotated[str, Field(description="The username of the author, or of the person who did it.")]
    kind: Annotated[
        str,
        Field(
            description="`text`, or what happened: `joined`, `left`, `invited`, `removed`, `renamed` (a new title), "
            "`topic`, `access`, `role`, `rules`, `pinned`, `unpinned`, `archived` or `unarchived`; there can be others."
        ),
    ]
    text: Annotated[
        str | None,
        Field(description="Markdown source, `null` once deleted; of an event, an English sentence without markup."),
    ]
    data: Annotated[
        EventData | dict[str, Any] | None,
        Field(description="The details of an event, or what the application added to its message, if there is any."),
    ]
    at: Annotated[str, Field(description="When it was posted; ISO 8601, UTC, with milliseconds.")]
    edited_at: Annotated[str | None, Field(description="When its text was last edited, if ever.")]
    text_rev: Annotated[
        int | None,
        Field(
            description="The room's revision at which its text was last edited, or it was deleted, if ever; it changed "
            "since you read it if this is greater than the `seen_rev` of your read position."
        ),
    ]
    deleted: Annotated[
        bool,
        Field(description="Whether it was deleted: its place is kept, its text is gone, and it never changes again."),
    ]
    reply_to: Annotated[
        str | None, Field(description="The id of the message in the same room that this one replies to.")
    ]


class Member(TypedDict):
    """A person's membership in a room, which may have ended (``gone``)."""

    room: Name
    username: Person
    role: Annotated[Role, Field(description="What the member may do in the room.")]
    since: Annotated[str, Field(description="When the membership began or ended; ISO 8601, UTC, with milliseconds.")]
    gone: Annotated[bool, Field(description="Whether the membership has ended.")]
    rev: Rev


class Membership(Member):
    """Your own membership; a ``closed`` conversation is off your list until its next message."""

    closed: Annotated[bool, Field(description="Whether you have closed the conversation.")]
    invited_by: Annotated[
        str | None, Field(description="The username of the person who invited you; `null` if you joined by yourself.")
    ]
    favorite: Annotated[bool, Field(description="Whether the room is one of your favorites.")]
    muted: Annotated[bool, Field(description="Whether you have muted the room: nothing in it should alert you.")]
    muted_until: Annotated[
        str | None, Field(description="When it is unmuted, which changes `muted`; `null` if it is not, or has no end.")
    ]
    request: Annotated[
        Literal["pending", "ignored"] | None,
        Field(
            description="Whether a stranger began the conversation and you have not accepted it: it waits (`pending`), "
            "or you have `ignored` it; else `null`. Only you receive this."
        ),
    ]


class Room(TypedDict):
    """A room."""

    name: Annotated[str, Field(description="The room's name, which never changes.")]
    title: Annotated[str, Field(description="The title that people see, one line.")]
    topic: Annotated[str, Field(description="What the room is about, one line.")]
    access: Annotated[Access, Field(description="Who can join.")]
    created_by: Annotated[str, Field(description="The username of the person who created it.")]
    created_at: Created
    archived: Annotated[bool, Field(description="Whether it is archived, and so read-only.")]
    picture: Annotated[
        str | None,
        Field(
            description="Its picture, or `null`: at `files/rooms/<name without #>/<picture>`, as that of a person; "
            "that of a private room for members only."
        ),
    ]
    rev: Rev
    posted: Annotated[
        int, Field(description="How many messages had been posted when the row was read, deleted ones included.")
    ]
    posted_at: Annotated[
        str | None,
        Field(description="When the newest message was posted, if there is one, as of reading the row."),
    ]
    members: Annotated[int, Field(description="How many people belong to it; 0 for a personal room.")]
    posting: Annotated[Who, Field(description="Who can post in it.")]
    threading: Annotated[Who, Field(description="Who can reply in its threads.")]
    inviting: Annotated[Who, Field(description="Who can invite people.")]
    calling: Annotated[Who, Field(description="Who mentions everybody by `@room` and `@here`.")]
    slow: Annotated[
        int,
        Field(description="Seconds between two messages of a member who is not an owner or moderator; 0 for none."),
    ]


class Read(TypedDict):
    """A person's read position in a room; there is one for each room that they belong to.

    Unread messages are the room's ``posted`` minus ``number`` minus ``uncounted``. A client keeps ``uncounted`` up to
    date: in changes of the room after ``room_rev``, each message of its person, or of somebody they have blocked, adds
    1, and so does each deletion of another message after the position. Of two rows of a room, the one with the greater
    ``rev`` is newer, then the one with the greater ``room_rev``.
    """

    username: Person
    room: Name
    seq: Annotated[int, Field(description="The `seq` of the last message read.")]
    number: Annotated[
        int,
        Field(description="The `number` of the last message that was read; 0 if there is none."),
    ]
    seen_rev: Annotated[int, Field(description="The revision of the `room` when it was last marked as read.")]
    rev: Rev
    uncounted: Annotated[
        int | None,
        Field(
            description="How many messages after the position are not unread, because they are your own, deleted, or "
            "of somebody you have blocked; `null` if they are not counted, because more than 1,000 follow: show 999+."
        ),
    ]
    room_rev: Annotated[
        int,
        Field(description="The revision of the `room` as of which `uncounted` holds; 0 if you no longer belong to it."),
    ]


class User(TypedDict):
    """A person's profile.

    Except in their own room, its ``rev`` is a number of the profile alone, which grows with each change of it.
    """

    username: Person
    name: Annotated[str, Field(description="The name that others see; if empty, the username.")]
    about: Annotated[str, Field(description="One line about the person.")]
    picture: Annotated[
        str | None,
        Field(
            description="Their picture, or `null`: at `files/people/<username>/<picture>`, a square of 512 pixels as "
            "WebP, or of 128 with `?size=small`."
        ),
    ]
    created_at: Created
    role: Annotated[ServerRole, Field(description="What the person may do on this server.")]
    rev: Rev


class Change(TypedDict):
    """The changes of one commit in a room, or of several: the current rows, by table."""

    room: Annotated[str, Field(description="The room that changed.")]
    rev: Annotated[
        int,
        Field(
            description="The room's new revision, the previous one plus 1 unless there is a `since`. If there is a "
            "gap, call `sync`."
        ),
    ]
    since: NotRequired[
        Annotated[
            int,
            Field(
                description="Only in an event: the revision that it builds on, as it covers all changes after that. "
                "Apply it if yours is `since` or greater, but less than `rev`."
            ),
        ]
    ]
    rooms: NotRequired[Annotated[list[Room], Field(description="The room itself, if it was created or updated.")]]
    users: NotRequired[Annotated[list[User], Field(description="Your profile; in your own room only.")]]
    memberships: NotRequired[
        Annotated[
            list[Membership], Field(description="Rooms that you joined, left, closed or muted; in your own room only.")
        ]
    ]
    members: NotRequired[Annotated[list[Member], Field(description="People who joined or left.")]]
    reads: NotRequired[
        Annotated[list[Read], Field(description="Your read positions, on any device; in your own room only.")]
    ]
    inbox: NotRequired[
        Annotated[list[InboxItem], Field(description="What concerns you, such as mentions; in your own room only.")]
    ]
    bookmarks: NotRequired[
        Annotated[list[Bookmark], Field(description="Messages that you bookmarked; in your own room only.")]
    ]
    follows: NotRequired[Annotated[list[Follow], Field(description="Threads that you follow; in your own room only.")]]
    blocks: NotRequired[Annotated[list[Block], Field(description="People whom you blocked; in your own room only.")]]
    messages: NotRequired[
        Annotated[list[Message], Field(description="Messages that were posted or changed, and events.")]
    ]
