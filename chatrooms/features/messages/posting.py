"""Posting a message in a room, or to a person by their username."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import uuid4

from pydantic import Field
from sqlalchemy import Connection, insert

from chatrooms import names
from chatrooms.errors import Conflict, Invalid
from chatrooms.features import members, rooms
from chatrooms.features.messages.loading import OneMessage, find, require_message, store_parts, with_parts
from chatrooms.pipeline import access
from chatrooms.pipeline.commands import Act, Caller, Params, change
from chatrooms.storage.rows import Message
from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import messages
from chatrooms.types import AnyRoom, Id, MessageText

_insert = Prepared(insert(messages))


class Post(Params):
    """A new message."""

    room: AnyRoom = Field(description="Where to post; a username means the conversation with that person.")
    text: MessageText
    id: Id | None = Field(
        None, description="A UUID from the client: posting the same id again returns the stored message."
    )
    reply_to: Id | None = Field(None, description="The id of the message in the same room that this one replies to.")


@dataclass(frozen=True)
class Posting:
    """The destination of a message that ``begins`` a conversation, or is already ``stored``."""

    room: str
    begins: bool = False
    stored: Message | None = None


def addressed(me: Caller, room: str) -> str:
    """Return the room to post in: a username means the conversation with that person, except from the host."""
    if names.kind(room) == "personal" and not me.host:
        return names.conversation(me.username, room)
    return room


def _may(act: Act, p: Post) -> Posting:
    """Allow members, and authors of a message that is already stored, even if they were removed since."""
    room = addressed(act.me, p.room)
    known = find(act.db, p.id) if p.id else None
    is_message = known is not None and known["number"] is not None
    if known and is_message and (known["author"], known["room"]) == (act.me.username, room):
        return Posting(room, stored=known)
    here = access.of(act.db, act.me, room, writing=True)
    if known:
        raise Conflict("That id belongs to another message.", field="id")
    return Posting(room, begins=not here.exists)


def _locks(_db: Connection, me: Caller, p: Post) -> Iterable[str]:
    """Return the room, and for a conversation its people's own rooms, because a message can start or reopen it."""
    room = addressed(me, p.room)
    return [room, *names.people(room)] if names.kind(room) == "conversation" else [room]


@change("message.post", may=_may, locks=_locks, rate="post")
def post(act: Act, p: Post, to: Posting) -> OneMessage:
    """Post a message in a room, or to a person by their username.

    Posting the same ``id`` again returns the stored message.
    """
    if to.stored:
        return {"message": with_parts(act, [to.stored])[0]}
    if p.reply_to:
        _require_same_room(act.db, p.reply_to, to.room)
    if to.begins:
        _begin(act, to.room)
    elif names.kind(to.room) == "conversation":
        members.reopen(act, to.room)
    return {"message": _store(act, to.room, p)}


def _require_same_room(db: Connection, id: str, room: str) -> None:
    message = find(db, id)
    if message is None or message["room"] != room:
        raise Invalid("You can only reply to messages in the same room.", field="reply_to")
    require_message(message, "reply_to")


def _begin(act: Act, conversation: str) -> None:
    """Create the conversation, with all its people as members; raises `RateLimited`."""
    if not act.me.host:
        others = [username for username in names.people(conversation) if username != act.me.username]
        act.rates.begin(act.me.username, act.me.network, others)
    rooms.add(act, conversation, "conversation")
    for username in names.people(conversation):
        members.add(act, conversation, username, "member")


def _store(act: Act, room: str, p: Post) -> Message:
    rev, number = act.changes.number_message(room)
    row: Message = {
        "id": p.id or str(uuid4()),
        "room": room,
        "seq": rev,
        "rev": rev,
        "number": number,
        "author": act.me.username,
        "kind": "text",
        "text": p.text,
        "data": None,
        "at": act.now,
        "edited_at": None,
        "deleted": False,
        "reply_to": p.reply_to,
    }
    _insert.run(act.db, dict(row))
    row.update(act.blank)  # type: ignore[typeddict-item] # parts are keys of their own
    store_parts(act, row)
    act.changes.add(room, "messages", row)
    return row
