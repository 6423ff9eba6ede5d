"""What people say: posting, editing, deleting."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast
from uuid import uuid4

from pydantic import Field
from sqlalchemy import Connection, bindparam, insert, update
from typing_extensions import TypedDict

from chatrooms import names
from chatrooms.errors import Conflict, Invalid, NotAMember, NotFound
from chatrooms.features import members, rooms
from chatrooms.pipeline import access, policy
from chatrooms.pipeline.commands import Act, Caller, Params, change
from chatrooms.pipeline.policy import Standing
from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import SYNCED, Message, messages
from chatrooms.types import AnyRoom, Id, MessageText


class Post(Params):
    """A new message."""

    room: AnyRoom = Field(description="Where to post; a username is the conversation with that person.")
    text: MessageText
    id: Id | None = Field(
        None, description="A UUID that the client makes: posting again with the same id returns the stored message."
    )
    reply_to: Id | None = Field(None, description="The id of a message of the same room that this one answers.")


class Edit(Params):
    """New text for a message."""

    id: Id = Field(description="The id of the message.")
    text: MessageText


class Which(Params):
    """A message."""

    id: Id = Field(description="The id of the message.")


class OneMessage(TypedDict):
    """The message as it is now."""

    message: Message


_select = SYNCED["messages"].select()
_by_id = Prepared(_select.where(messages.c.id == bindparam("id")))
_insert = Prepared(insert(messages))


def find(db: Connection, id: str) -> Message | None:
    """The message with that id, whoever may see it."""
    return cast(Message | None, _by_id.one(db, {"id": id}))


def addressed(me: Caller, room: str) -> str:
    """The room that is meant: a person's name means the conversation with them, save for the host application."""
    if names.kind(room) == "personal" and not me.host:
        return names.conversation(me.username, room)
    return room


def _where(db: Connection, me: Caller, p: Post) -> Iterable[str]:
    room = addressed(me, p.room)
    if names.kind(room) == "conversation" and not rooms.exists(db, room):
        return [room, *names.people(room)]
    return [room]


def _of(db: Connection, _me: Caller, p: Edit | Which) -> Iterable[str]:
    message = find(db, p.id)
    return [message["room"]] if message else []


@change("message.post", locks=_where, rate="post")
def post(act: Act, p: Post) -> OneMessage:
    """Post a message in a room, or to a person by their username.

    Posting again with the same id returns the stored message, even if you were removed from the room since.
    """
    room = addressed(act.me, p.room)
    known = find(act.db, p.id) if p.id else None
    if known and (known["author"], known["room"]) == (act.me.username, room):
        return {"message": known}
    here = access.find(act.db, act.me, room)
    policy.post(here)
    if known:
        raise Conflict("That id belongs to another message.", field="id")
    if p.reply_to:
        _answerable(act.db, p.reply_to, room)
    if not here.exists:
        _begin(act, room)
    return {"message": _store(act, room, p)}


@change("message.edit", locks=_of, rate="post")
def edit(act: Act, p: Edit) -> OneMessage:
    """Edit your own message."""
    message, here = _mine_to_see(act, p.id)
    policy.edit(here, message["author"], act.me.username)
    if message["deleted"]:
        raise NotFound("The message was deleted.", field="id")
    if message["text"] == p.text:
        return {"message": message}
    return {"message": _restate(act, message, text=p.text, edited_at=act.now)}


@change("message.delete", locks=_of)
def delete(act: Act, p: Which) -> OneMessage:
    """Delete a message; a tombstone keeps its place."""
    message, here = _mine_to_see(act, p.id)
    policy.delete(here, message["author"], act.me.username)
    if message["deleted"]:
        return {"message": message}
    return {"message": _restate(act, message, text=None, deleted=True)}


def _answerable(db: Connection, id: str, room: str) -> None:
    message = find(db, id)
    if message is None or message["room"] != room:
        raise Invalid("One can answer messages of the same room only.", field="reply_to")


def _begin(act: Act, conversation: str) -> None:
    """The first words make the conversation, and it appears at all who are in it."""
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
        "text": p.text,
        "at": act.now,
        "edited_at": None,
        "deleted": False,
        "reply_to": p.reply_to,
    }
    _insert.run(act.db, dict(row))
    act.changes.tell(room, "messages", row)
    return row


def _mine_to_see(act: Act, id: str) -> tuple[Message, Standing]:
    message = find(act.db, id)
    if message is None:
        raise NotFound(field="id")
    try:
        here = access.find(act.db, act.me, message["room"])
        policy.belong(here)
    except (NotFound, NotAMember) as hidden:
        raise NotFound(field="id") from hidden
    return message, here


def _restate(act: Act, message: Message, **values: Any) -> Message:
    rev = act.changes.rev(message["room"])
    act.db.execute(update(messages).where(messages.c.id == message["id"]).values(**values, rev=rev))
    row: Message = {**message, **values, "rev": rev}  # type: ignore[typeddict-item]
    act.changes.tell(message["room"], "messages", row)
    return row
