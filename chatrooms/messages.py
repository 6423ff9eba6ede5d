"""What people say: posting, editing, deleting."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypedDict, cast
from uuid import uuid4

from sqlalchemy import Connection, bindparam, insert, update

from chatrooms import members, names, policy, rooms, standing
from chatrooms.commands import Act, Caller, Params, change
from chatrooms.errors import Conflict, Invalid, NotAMember, NotFound
from chatrooms.params import AnyRoom, Id, MessageText
from chatrooms.policy import Standing
from chatrooms.prepared import Prepared
from chatrooms.tables import SYNCED, Message, messages


class Post(Params):
    """A new message. ``id`` is made by the client, so that a retry is known as one."""

    room: AnyRoom
    text: MessageText
    id: Id | None = None
    reply_to: Id | None = None


class Edit(Params):
    """New words for a message."""

    id: Id
    text: MessageText


class Which(Params):
    """A message."""

    id: Id


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


def _where(_db: Connection, me: Caller, p: Post) -> Iterable[str]:
    """Return the room, and for a conversation the rooms of its people: a message can begin it or put it back there."""
    room = addressed(me, p.room)
    return [room, *names.people(room)] if names.kind(room) == "conversation" else [room]


def _of(db: Connection, _me: Caller, p: Edit | Which) -> Iterable[str]:
    message = find(db, p.id)
    return [message["room"]] if message else []


@change("message.post", locks=_where, rate="post")
def post(act: Act, p: Post) -> OneMessage:
    """Say something in a room, or to a person by their username.

    The same id again gives the stored message, even to an author who was removed since: it is stored.
    """
    room = addressed(act.me, p.room)
    known = find(act.db, p.id) if p.id else None
    if known and (known["author"], known["room"]) == (act.me.username, room):
        return {"message": known}
    here = standing.find(act.db, act.me, room)
    policy.post(here)
    if known:
        raise Conflict("That id belongs to another message.", field="id")
    if p.reply_to:
        _answerable(act.db, p.reply_to, room)
    if not here.exists:
        _begin(act, room)
    elif here.access == "conversation":
        members.reopen(act, room)
    return {"message": _store(act, room, p)}


@change("message.edit", locks=_of, rate="post")
def edit(act: Act, p: Edit) -> OneMessage:
    """Change one's own message."""
    message, here = _mine_to_see(act, p.id)
    policy.edit(here, message["author"], act.me.username)
    if message["deleted"]:
        raise NotFound("The message was deleted.", field="id")
    if message["text"] == p.text:
        return {"message": message}
    return {"message": _restate(act, message, text=p.text, edited_at=act.now)}


@change("message.delete", locks=_of)
def delete(act: Act, p: Which) -> OneMessage:
    """Take a message away; a tombstone keeps its place."""
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
    """Make the conversation, with all its people as members; raises `RateLimited`."""
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
        here = standing.find(act.db, act.me, message["room"])
    except (NotFound, NotAMember) as hidden:
        raise NotFound(field="id") from hidden
    return message, here


def _restate(act: Act, message: Message, **values: Any) -> Message:
    rev = act.changes.rev(message["room"])
    act.db.execute(update(messages).where(messages.c.id == message["id"]).values(**values, rev=rev))
    row: Message = {**message, **values, "rev": rev}  # type: ignore[typeddict-item]
    act.changes.tell(message["room"], "messages", row)
    return row
