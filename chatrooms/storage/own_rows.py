"""The rows that only their person receives, in their own room."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from chatrooms.storage.fields import Name, Person, Rev


class InboxItem(TypedDict):
    """Something that concerns you; in your own room only.

    Items of kind `reaction` and `invitation` need no attention at once: clients count them in the inbox alone.
    A client that never had an item gets it only while it is unread. It is ``read`` once you mark it, or have read its
    room up to its message, and ``gone`` once the message no longer concerns you or is deleted, or you leave the room.
    At most 400 are unread: beyond that, the oldest item from the person who caused the most becomes read.
    """

    id: Annotated[int, Field(description="Greater than that of older items.")]
    kind: Annotated[
        str,
        Field(
            description="Why it concerns you: `mention`, `reply` to a message of yours, `thread` that you follow: the "
            "first message there that you have not read, `keyword` of yours in it, `reaction` of others to a message "
            "of yours: one item for all of them, or `invitation` to the room; there can be others."
        ),
    ]
    room: Name
    message: Annotated[str | None, Field(description="The id of the message, if it is about one.")]
    seq: Annotated[int | None, Field(description="The `seq` of the message, for `history` with `around`.")]
    by: Annotated[str, Field(description="The username of the person who caused it.")]
    at: Annotated[str, Field(description="When it arose; ISO 8601, UTC, with milliseconds.")]
    read: Annotated[bool, Field(description="Whether you have read it.")]
    gone: Annotated[bool, Field(description="Whether it no longer concerns you.")]
    rev: Rev


class Bookmark(TypedDict):
    """A message that you want to find again; in your own room only."""

    message: Annotated[str, Field(description="The id of the message.")]
    room: Name
    seq: Annotated[int, Field(description="The `seq` of the message, for `history` with `around`.")]
    at: Annotated[str, Field(description="When you added or removed it; ISO 8601, UTC, with milliseconds.")]
    gone: Annotated[bool, Field(description="Whether you have removed it, or the message was deleted.")]
    rev: Rev


class Follow(TypedDict):
    """A thread that you follow; in your own room only.

    It counts while you belong to the room that the thread is in. Its head and your read position come with `sync`.
    """

    username: Person
    room: Annotated[str, Field(description="The thread, such as `#lobby/42`.")]
    message: Annotated[str, Field(description="The id of the message that the thread is under.")]
    at: Annotated[str, Field(description="When you began to follow it, or stopped; ISO 8601, UTC, with milliseconds.")]
    gone: Annotated[bool, Field(description="Whether you have stopped following it.")]
    rev: Rev


class Block(TypedDict):
    """A person whom you have blocked; in your own room only."""

    blocked: Annotated[str, Field(description="The username of the person.")]
    at: Annotated[str, Field(description="When you blocked or unblocked them; ISO 8601, UTC, with milliseconds.")]
    gone: Annotated[bool, Field(description="Whether you have unblocked them.")]
    rev: Rev
