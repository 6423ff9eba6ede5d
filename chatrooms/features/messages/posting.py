"""Posting a message in a room, or to a person by their username."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple, cast

import orjson
from pydantic import Field
from sqlalchemy import Connection, update

from chatrooms import ids, names
from chatrooms.errors import Conflict, Forbidden, Invalid, Refusal
from chatrooms.features import members, rooms
from chatrooms.features.messages import storing
from chatrooms.features.messages.loading import OneMessage, allow, find, load, rows, store_parts, with_parts
from chatrooms.features.messages.permissions import require_message
from chatrooms.pipeline import access, newcomers, relations, requests, room_rules, text_rate
from chatrooms.pipeline.act import Act, Caller
from chatrooms.pipeline.commands import Params, change
from chatrooms.pipeline.questions import WRITING_IN_ROOM
from chatrooms.pipeline.standing import Here
from chatrooms.storage import ahead, tables
from chatrooms.storage.rows import Message
from chatrooms.storage.tables import messages
from chatrooms.types import MAX_FILES, MAX_PAGE, AnyRoom, Confirmed, Details, Id, MessageText, Seq, fitting


class Post(Params):
    """A new message."""

    room: AnyRoom = Field(description="Where to post; a username means the conversation with that person.")
    text: MessageText = Field("", description="Markdown source; it can be empty, or left out, if there are `files`.")
    id: Id | None = Field(
        None,
        description="A UUID from the client, preferably version 7: posting the same id again returns the stored "
        "message.",
    )
    reply_to: Id | None = Field(
        None,
        description="The id of the message that this one replies to: in the same room, or in a thread of this room.",
    )
    if_seq: Seq | None = Field(
        None,
        description="The `seq` of the newest message that you have seen: if others have posted since, nothing is "
        "posted; it is a `conflict`, and its `details.since` has their messages.",
    )
    files: list[Id] = Field(
        default_factory=list,  # pydantic copies a default deeply for each message
        max_length=MAX_FILES,
        description="The ids of files that you have uploaded (see `file.begin`), in order.",
    )
    confirmed: Confirmed = False
    data: Details | None = Field(None, description="An object in JSON, from the application alone: people cannot.")

    @property
    def given(self) -> dict[str, Any]:
        """What the message consists of besides its text, by the names of the parts that store it."""
        return {name: value for name in OF_PARTS if (value := getattr(self, name))}


SINCE_OF_ONE = 5
"""A message that is refused by `if_seq` counts as one more for each so many others that come with the refusal."""
OF_PARTS = ("files",)
"""The parameters that the part of that name stores: a message with one of them needs no text."""
Attach = Mapping[str, Callable[[Message], Any]]
"""What stores the parts of a message that were given, by their names."""


class Posting(NamedTuple):
    """The destination of a message, which may begin a conversation or thread, or reopen or accept a conversation.

    It may be the first of an author who was ``added`` to its room. Or the message is already ``stored``. An author who
    no longer ``belongs`` to the room gets its row alone, without what others added to it since. Or it is a new one in a
    thread that has ``ended``.
    """

    room: str
    begins: bool = False
    reopens: bool = False
    accepts: bool = False
    added: bool = False
    stored: Message | None = None
    belongs: bool = True
    ended: bool = False


def addressed(me: Caller, room: str) -> str:
    """Return the room to post in: a username means the conversation with that person, except from the host."""
    if names.kind(room) == "personal" and not me.host:
        return names.conversation(me.username, room)
    return room


def _may(act: Act, p: Post) -> Posting:
    """Allow members, and authors of a message that is already stored, even if they were removed since."""
    room = addressed(act.me, p.room)
    try:
        here = access.of(act.db, act.me, room, writing=True)
    except Refusal:
        with suppress(Conflict):
            if stored := _stored(act, room, p):
                return Posting(room, stored=stored, belongs=False)
        raise
    _require_own(act.me, names.base(room))
    if here.access == "thread" and "thread" not in act.server.blank:
        raise Invalid("This server has no threads.", field="room")
    state = not here.exists or here.closed or here.waits or here.slow or here.ended
    looks = p.reply_to or p.given or p.if_seq is not None or state
    stored = _stored(act, room, p) if looks else None  # others learn it from `_store`
    if not stored and (here.restricted or here.slow):
        room_rules.require_poster(act, here)
        room_rules.wait(act, here)
    if here.waits and not stored:
        _require_first(act, p, here)
    return Posting(
        room,
        begins=not here.exists,
        reopens=here.closed,
        accepts=here.asked,
        added=here.added,
        stored=stored,
        ended=here.ended and not stored,
    )


def _require_own(me: Caller, room: str) -> None:
    """Raise `Forbidden` to the application in a conversation of others, which it may only read and moderate."""
    if me.host and names.kind(room) == "conversation" and me.username not in names.people(room):
        raise Forbidden("The application writes only in conversations that it is in.")


def _require_first(act: Act, p: Post, here: Here) -> None:
    """Raise `Forbidden` unless a message is one of the first to people who have not all accepted the conversation."""
    if here.access == "thread":
        access.require_accepted(here)
    requests.require_first(rooms.find(act.db, here.room)["posted"], text_alone=not p.given)


def _stored(act: Act, room: str, p: Post) -> Message | None:
    """Return the message with this id, if there is one; raises `Conflict` if it is not the caller's of this room."""
    known = find(act.db, p.id) if p.id else None
    if known and (known["number"] is None or (known["author"], known["room"]) != (act.me.username, room)):
        raise Conflict("That id belongs to another message.", field="id")
    return known


def _locks(_db: Connection, me: Caller, p: Post) -> Iterable[str]:
    """Return the room, and for a conversation its people's own rooms, because a message can start or reopen it."""
    room = addressed(me, p.room)
    return [room, *names.people(room)] if names.kind(room) == "conversation" else [room]


@change("message.post", may=_may, locks=_locks, repeatable=False, rate="post", scope="post", question=WRITING_IN_ROOM)
def post(act: Act, p: Post, to: Posting) -> OneMessage:
    """Post a message in a room, or to a person by their username.

    Posting the same ``id`` again returns the stored message.
    """
    if to.stored:
        return {
            "message": with_parts(act, [to.stored])[0]
            if to.belongs
            else cast(Message, {**to.stored, **act.server.blank})
        }
    if p.data is not None and not act.me.host:
        raise Forbidden("Only the application can add data to a message.")
    if p.reply_to:
        _require_same_room(act.db, p.reply_to, to.room)
    if p.if_seq is not None:
        _require_none_since(act, to.room, p.if_seq)
    attach = _content(act, p)
    allow(act, to.room, p.text, confirmed=p.confirmed)
    if to.accepts:
        members.keep(act, to.room, request=None, closed=False)
    if to.added:
        _note_writing(act, to.room)
    if to.begins:
        _begin(act, p, to.room)
    return {"message": _store(act, p, to, attach) or _again(act, p, to)}


def _content(act: Act, p: Post) -> Attach:
    """Check what the message consists of, and return what stores it beside the text; raises `Invalid`."""
    given = p.given
    if not given:
        if not p.text:
            raise Invalid("This cannot be empty.", field="text")
        return {}
    known = {part.name: part.given for part in act.server.parts if part.given}
    for name in given.keys() - known.keys():
        raise Invalid(f"This server has no {name}.", field=name)
    return {name: known[name](act, value) for name, value in given.items()}


def _require_same_room(db: Connection, id: str, room: str) -> None:
    """Raise `Invalid` unless ``id`` is a message of ``room`` or of one of its threads."""
    message = find(db, id)
    if message is None or room not in (message["room"], names.base(message["room"])):
        raise Invalid("You can only reply to messages in the same room.", field="reply_to")
    require_message(message, "reply_to")


def _require_none_since(act: Act, room: str, seq: int) -> None:
    """Raise `Conflict` with the messages of others after ``seq``, if there are any; none for keys that may not read."""
    after = rows(access.of(act.db, act.me, room)).where(messages.c.seq > seq, tables.is_message)
    others = after.where(messages.c.author != act.me.username, messages.c.deleted.is_(False))
    if since := list(fitting(load(act, others.order_by(messages.c.seq).limit(MAX_PAGE)))):
        if not act.me.host:
            act.rates.charge("post", act.me.username, act.me.network, len(since) // SINCE_OF_ONE)
        shown = since if act.me.scope is None or act.me.scope.reads else []
        raise Conflict("Others have posted since. Look at their messages first.", field="if_seq", since=shown)


def _note_writing(act: Act, room: str) -> None:
    """Note that the caller writes in a room to which somebody has added them (see `relations.acquainted`)."""
    membership = tables.members
    theirs = membership.c.room == names.base(room), membership.c.username == act.me.username
    act.db.execute(update(membership).where(*theirs).values(added=False))
    ahead.forget(act.db)  # a message keeps what was read ahead, and this is part of it


def _begin(act: Act, p: Post, room: str) -> None:
    """Create a thread, or a conversation with all its people as members; raises `RateLimited`."""
    if names.kind(room) == "thread":
        rooms.add(act, room, "thread")
    else:
        _begin_conversation(act, p, room)


def _begin_conversation(act: Act, p: Post, conversation: str) -> None:
    others = [username for username in names.people(conversation) if username != act.me.username]
    asked = requests.asked(act, others)
    if asked:
        requests.require_first(0, text_alone=not p.given)
    if not act.me.host:
        relations.require_welcome(act.db, act.me, others)
        newcomers.begin(act, others, len(asked))
    rooms.add(act, conversation, "conversation")
    for username in names.people(conversation):
        request = requests.PENDING if username in asked else None
        members.add(act, conversation, username, "member", request=request)


def _again(act: Act, p: Post, to: Posting) -> Message:
    return with_parts(act, [cast(Message, _stored(act, to.room, p))])[0]


def _store(act: Act, p: Post, to: Posting, attach: Attach) -> Message | None:
    """Store and broadcast a message; return None if there is one with that id."""
    values = {
        "id": p.id or ids.new(),
        "room": to.room,
        "author": act.me.username,
        "kind": "text",
        "text": p.text,
        "data": p.data,
        "at": act.now,
        "edited_at": None,
        "text_rev": None,
        "deleted": False,
        "reply_to": p.reply_to,
    }
    stored = {**values, "data": None if p.data is None else orjson.dumps(p.data).decode()}
    if to.reopens:
        members.reopen(act, to.room)
    numbers = act.changes.message(to.room, partial(storing.store, act.db, stored))
    if numbers is None:
        return None
    text_rate.count(act, p.text)
    rev, number = numbers
    row = cast(Message, {**values, "seq": rev, "rev": rev, "number": number, **act.server.blank})
    act.changes.add(to.room, "messages", row)
    store_parts(act, row, act.changes.traits[id(row)])
    for name, store in attach.items():
        cast(dict[str, Any], row)[name] = store(row)
    return row
