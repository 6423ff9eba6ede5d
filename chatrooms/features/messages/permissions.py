"""What people may do with a message: the permissions of commands about one, by its id."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from pydantic import Field
from sqlalchemy import Connection

from chatrooms import clock
from chatrooms.errors import Forbidden, Invalid, NotAMember, NotFound
from chatrooms.features.messages.loading import find
from chatrooms.pipeline import access, questions, room_rules
from chatrooms.pipeline.act import Act, Caller
from chatrooms.pipeline.commands import Params, own_room
from chatrooms.pipeline.questions import Question
from chatrooms.pipeline.standing import Here
from chatrooms.storage.rows import Message
from chatrooms.types import Id


class Which(Params):
    """A message."""

    id: Id = Field(description="The id of the message.")


def _written_to(db: Connection, me: Caller, p: Which) -> Iterable[str]:
    message = find(db, p.id)
    return questions.in_room(db, me, message["room"]) if message else ()


WRITING_THERE = Question("write", _written_to)
"""Asks about the other people of the conversation that a message is in."""


def find_visible(act: Act, id: str, field: str = "id") -> tuple[Message, Here]:
    """Return the row of a message in a room that the caller belongs to; raises `NotFound` about a ``field``."""
    message = find(act.db, id)
    if message is None:
        raise NotFound(field=field)
    try:
        return message, access.of(act.db, act.me, message["room"], field=field)
    except (NotFound, NotAMember) as hidden:
        raise NotFound(field=field) from hidden


def changeable(act: Act, p: Which) -> tuple[Message, Here]:
    """Allow people who can write in the message's room, by `access.require_open`; an event is `Invalid`."""
    message, here = find_visible(act, p.id)
    return require_message(message, "id"), access.require_open(act.db, act.me, here)


def readable(act: Act, p: Which) -> Message:
    """Allow members of the message's room; an event is `Invalid`, a deleted message `NotFound`."""
    message, _ = find_visible(act, p.id)
    return require_undeleted(require_message(message, "id"))


def writable(act: Act, p: Which) -> tuple[Message, Here]:
    """Allow people who could post in the message's room now: its rules hold, and it does not wait to be accepted."""
    message, here = changeable(act, p)
    room_rules.require_poster(act, access.require_accepted(here))
    return message, here


def markable(act: Act, p: Which) -> Message:
    """Allow people who can write in the message's room, also where its rules let them only read and react.

    A deleted message is `NotFound`, one in a conversation that waits to be accepted `Forbidden`.
    """
    message, here = changeable(act, p)
    access.require_accepted(here)
    return require_undeleted(message)


def require_message(message: Message, field: str) -> Message:
    """Return ``message``; raises `Invalid` if it is an event in the timeline."""
    if message["number"] is None:
        raise Invalid("That's an event in the room's timeline, not a message.", field=field)
    return message


def require_undeleted(message: Message) -> Message:
    """Return ``message``; raises `NotFound` if it was deleted."""
    if message["deleted"]:
        raise NotFound("This message was deleted.", field="id")
    return message


def room_of(db: Connection, _me: Caller, p: Any) -> Iterable[str]:
    """Return the room to lock for a command about the message ``p.id``.

    Whatever stores a row that goes with a message locks its room, jobs too: else another node may delete the message
    at the same time, and would not see the row.
    """
    message = find(db, p.id)
    return [message["room"]] if message else []


def room_of_and_own(db: Connection, me: Caller, p: Any) -> Iterable[str]:
    """Return the same room and the caller's own, where the rows are stored that only they receive."""
    return *room_of(db, me, p), *own_room(db, me, p)


def require_in_time(act: Act, message: Message, here: Here) -> None:
    """Raise `Forbidden` if it is too late to change a message. It never is in your own room, or to delete it again."""
    minutes = act.server.settings.edit_minutes
    if not minutes or message["deleted"] or act.me.host or here.access == "personal":
        return
    if message["at"] < clock.moved(act.now, -timedelta(minutes=minutes)):
        raise Forbidden(f"You can edit and delete a message for {minutes:,} minutes only.")
