"""Mentions: a part of each message, decided when it is posted or edited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Select, String, Table, bindparam, delete, insert, select, union

from chatrooms import names
from chatrooms.features.mentions.calling import CALLS, calls
from chatrooms.features.mentions.grouping import GROUPS, group_calls
from chatrooms.features.mentions.written import written
from chatrooms.pipeline.feature import Feature
from chatrooms.pipeline.part import Part
from chatrooms.storage.ahead import Foreseen
from chatrooms.storage.expressions import packed, values
from chatrooms.storage.own_tables import inbox
from chatrooms.storage.rows import Message
from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import members, messages, metadata, users

MAX_MENTIONS = 50
"""How many people a message can mention; others whom it names are not mentioned."""
"""How many names after an `@` are looked up, each with the shorter ones that it can mean, which bounds the time."""

mentions = Table(
    "mentions",
    metadata,
    Column("message", String(36), ForeignKey(messages.c.id), primary_key=True),
    Column("username", String(32), ForeignKey(users.c.username), primary_key=True),
)

_insert = Prepared(insert(mentions))
_ids = values("ids")
_of = Foreseen(select(mentions).select_from(_ids.join(mentions, mentions.c.message == _ids.c.value)))
_readers_of = Prepared(
    select(members.c.username).where(
        members.c.room == bindparam("room"),
        members.c.gone.is_(False),
        members.c.username.in_(select(values("usernames").c.value)),
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
    usernames = sorted(_mentioned(db, message["room"], message["text"] or "")[:MAX_MENTIONS])
    for username in usernames:
        _insert.run(db, {"message": message["id"], "username": username})
    return usernames


def _mentioned(db: Connection, room: str, text: str) -> list[str]:
    """Return the people in ``room`` whom a text mentions, each once, in the order of the text."""
    tried = written(text)
    readers = _readers(db, room, set(chain.from_iterable(tried)))
    found = (next((username for username in meant if username in readers), None) for meant in tried)
    return list(dict.fromkeys(username for username in found if username is not None))


def _readers(db: Connection, room: str, usernames: AbstractSet[str]) -> AbstractSet[str]:
    """Return those of some people who exist and belong to ``room``, or for a thread to the one that it is in."""
    room = names.base(room)
    if names.kind(room) != "shared":
        return usernames & set(names.people(room))
    if not usernames:
        return set()
    return {row["username"] for row in _readers_of.all(db, {"room": room, "usernames": packed(usernames)})}


def _of_me(me: str) -> Select[Any]:
    """Return a query for the messages that mention a person by name, or call them, as their inbox knows."""
    by_name = select(mentions.c.message).where(mentions.c.username == me)
    called = select(inbox.c.message).where(inbox.c.username == me, inbox.c.kind == "mention", inbox.c.gone.is_(False))
    return select(union(by_name, called).subquery().c.message)


MENTIONS = Part(
    "mentions",
    list[str],
    "The usernames of the people whom it mentions: those in the room whose names follow an `@`, outside code, "
    "quotes, links and addresses; at most 50.",
    (),
    _load,
    _store,
    found_by={"is:mention": _of_me},
    asks=_of,
    when=("@", "edited", "deleted"),
)

FEATURE = Feature(tables=(mentions, calls, group_calls), parts=(MENTIONS, CALLS, GROUPS))
