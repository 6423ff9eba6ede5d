"""Mentions: a part of each message, decided when it is posted or edited."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from sqlalchemy import Column, Connection, ForeignKey, String, Table, bindparam, delete, insert, select

from chatrooms import names
from chatrooms.features.mentions.written import written
from chatrooms.pipeline.commands import Part
from chatrooms.pipeline.feature import Feature
from chatrooms.storage.given import packed, values
from chatrooms.storage.rows import Message
from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import members, messages, metadata, users

MAX_MENTIONS = 50
"""How many people a message can mention; others whom it names are not mentioned."""
MAX_TRIED = 100
"""How many names of a text are looked up, which bounds the time."""

mentions = Table(
    "mentions",
    metadata,
    Column("message", String(36), ForeignKey(messages.c.id), primary_key=True),
    Column("username", String(32), ForeignKey(users.c.username), primary_key=True),
)

_insert = Prepared(insert(mentions))
_ids = values("ids")
_of = Prepared(select(mentions).select_from(_ids.join(mentions, mentions.c.message == _ids.c.value)))
_is_member = Prepared(
    select(members.c.username).where(
        members.c.room == bindparam("room"), members.c.username == bindparam("username"), members.c.gone.is_(False)
    )
)


def _load(db: Connection, ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for row in _of.all(db, {"ids": packed(ids)}):
        found.setdefault(row["message"], []).append(row["username"])
    return {message: sorted(usernames) for message, usernames in found.items()}


def _store(db: Connection, message: Message) -> Sequence[str]:
    if message["edited_at"] or message["deleted"]:
        db.execute(delete(mentions).where(mentions.c.message == message["id"]))
    usernames = sorted(set(islice(_mentioned(db, message["room"], message["text"] or ""), MAX_MENTIONS)))
    for username in usernames:
        _insert.run(db, {"message": message["id"], "username": username})
    return usernames


def _mentioned(db: Connection, room: str, text: str) -> Iterator[str]:
    """Yield the people in ``room`` whom a text mentions, each once, in the order of the text."""
    known: dict[str, bool] = {}
    for meant in written(text):
        for username in meant:
            if username not in known:
                if len(known) == MAX_TRIED:
                    return
                known[username] = _reads(db, room, username)
                if known[username]:
                    yield username
            if known[username]:
                break


def _reads(db: Connection, room: str, username: str) -> bool:
    """Return whether that person exists and belongs to ``room``."""
    if names.kind(room) == "shared":
        return _is_member.one(db, {"room": room, "username": username}) is not None
    return username in names.people(room)


MENTIONS = Part(
    "mentions",
    list[str],
    "The usernames of the people whom it mentions: those in the room whose names follow an `@`, outside code and "
    "quotes; at most 50.",
    (),
    _load,
    _store,
)

FEATURE = Feature(tables=(mentions,), parts=(MENTIONS,))
