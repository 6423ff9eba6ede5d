"""Opening, closing and following threads, and the list of those that a person follows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field
from sqlalchemy import Connection, bindparam, select
from typing_extensions import TypedDict

from chatrooms import names
from chatrooms.errors import Invalid, NotFound
from chatrooms.features import reads, rooms
from chatrooms.features.messages.history import preceding
from chatrooms.features.messages.loading import Mine, mine, with_parts
from chatrooms.features.messages.loading import find as find_message
from chatrooms.features.messages.permissions import Which, find_visible, require_message, require_undeleted
from chatrooms.features.threads import following
from chatrooms.pipeline import access, text_rate
from chatrooms.pipeline.act import Act, Caller
from chatrooms.pipeline.commands import change, query
from chatrooms.pipeline.shapes import Done
from chatrooms.pipeline.standing import Here
from chatrooms.storage import tables
from chatrooms.storage.own_rows import Follow
from chatrooms.storage.rows import Message, Read
from chatrooms.storage.statements import Prepared

SHOWN = 50
"""How many messages of a thread are returned when it is opened."""

_rev = Prepared(select(tables.rooms.c.counter).where(tables.rooms.c.name == bindparam("room")))


class WithThread(Which):
    """The message that a thread is under."""


@dataclass(frozen=True)
class Thread:
    """The thread under a message that the caller may read; ``rev`` is 0 as long as it does not exist."""

    here: Here
    message: Message
    rev: int

    @property
    def room(self) -> str:
        """Return the thread's room."""
        return self.here.room


class Opened(TypedDict):
    """A thread: the ``message`` above it, its last messages ordered by ``seq``, and what you have of it.

    ``more`` is true if there are older ones (use `history`), ``rev`` is 0 if there are none yet.
    """

    room: Annotated[str, Field(description="The thread, such as `#lobby/42`.")]
    rev: Annotated[int, Field(description="Its revision; apply the changes that follow.")]
    message: Message
    messages: list[Message]
    more: bool
    mine: Mine
    follow: Annotated[Follow | None, Field(description="Whether you follow it, or have stopped.")]
    read: Annotated[Read | None, Field(description="Your read position in it, if you have one.")]


class Followed(TypedDict):
    """Whether you follow the thread now, and your read position in it, if you have one."""

    follow: Follow
    read: Read | None


def _thread(act: Act, p: WithThread) -> Thread:
    """Allow members of the message's room.

    An event, or a reply in a thread, is `Invalid`; a deleted message without replies is `NotFound`.
    """
    message, _ = find_visible(act, p.id)
    require_message(message, "id")
    if names.kind(message["room"]) == "thread":
        raise Invalid("A message in a thread can't have a thread of its own.", field="id")
    room = names.thread(message["room"], message["seq"])
    found = _rev.one(act.db, {"room": room})
    if found is None:
        require_undeleted(message)
    return Thread(access.of(act.db, act.me, room, field="id"), message, found["counter"] if found else 0)


def _own(act: Act, p: WithThread) -> Follow:
    """Allow people who have followed the thread, even if they cannot read it any more."""
    message = find_message(act.db, p.id)
    thread = message and names.thread(message["room"], message["seq"])
    follow = thread and following.find(act.db, act.me.username, thread)
    if not follow:
        raise NotFound("You have not followed that thread.", field="id")
    return follow


def _locks(db: Connection, me: Caller, p: WithThread) -> Iterable[str]:
    """Return the thread, which following it may create, and the caller's own room."""
    message = find_message(db, p.id)
    return [me.username, *([names.thread(message["room"], message["seq"])] if message else [])]


@query("thread.open", may=_thread, opens=True, method="open_thread", scope="read")
def open_thread(act: Act, p: WithThread, thread: Thread) -> Opened:
    """Return the thread under a message; your socket receives its changes from now on, until you close it.

    There is a thread under each message, except those in threads: the first reply creates it.
    """
    found, more = preceding(act, thread.here, None, SHOWN)
    (above,) = with_parts(act, [thread.message])
    return {
        "room": thread.room,
        "rev": thread.rev,
        "message": above,
        "messages": found,
        "more": more,
        "mine": mine(act, [above, *found]),
        "follow": following.find(act.db, act.me.username, thread.room),
        "read": reads.find(act.db, act.me.username, thread.room),
    }


@query("thread.close", may=_thread, closes=True, method="close_thread", scope="read")
def close_thread(act: Act, p: WithThread, thread: Thread) -> Done:
    """Stop receiving the changes of a thread on your socket, unless you follow it."""
    return {}


@change("thread.follow", may=_thread, locks=_locks, repeatable=True, method="follow", scope="own")
def follow(act: Act, p: WithThread, thread: Thread) -> Followed:
    """Follow the thread under a message on all your devices. Following it again has no effect.

    You also begin to follow a thread when you reply in it, are mentioned in it, or wrote the message above it. You
    follow at most 2,000 threads: if you follow another one or reply in it, you no longer follow one of those that you
    follow because of others, or else the first of your own. What others do ends none of your own.
    """
    if following.find(act.db, act.me.username, thread.room) is None:
        text_rate.count(act)
    if not thread.rev:
        rooms.add(act, thread.room, "thread")
    began = following.begin(act, act.me.username, thread.room, p.id, names.MAX_SEQ)
    return {"follow": began, "read": reads.find(act.db, act.me.username, thread.room)}


@change("thread.unfollow", may=_own, locks=_locks, repeatable=True, after_end=True, method="unfollow", scope="own")
def unfollow(act: Act, p: WithThread, known: Follow) -> Followed:
    """Stop following a thread, until you reply in it or follow it again. Doing so twice has no effect."""
    ended = following.end(act, act.me.username, known)
    return {"follow": ended, "read": reads.find(act.db, act.me.username, ended["room"])}
