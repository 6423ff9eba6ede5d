"""Items about messages that mention a person or reply to them, from the time that they are posted or edited on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import NamedTuple, cast

from sqlalchemy import Connection, Integer, bindparam, select

from chatrooms.features.inbox import items, keywords
from chatrooms.features.inbox.items import AT_ONCE, KEYWORD, MENTION, REPLY, THREAD
from chatrooms.features.messages.loading import find, with_parts
from chatrooms.pipeline import access, relations, requests, text_rate
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.chat import NOBODY, Chat
from chatrooms.pipeline.feature import Row, on
from chatrooms.pipeline.jobs import Job, JobKind, enqueue
from chatrooms.storage.own_tables import inbox
from chatrooms.storage.statements import Prepared

OF_ONE = 5
"""A message that concerns this many people counts as one more in its author's rate of posting, and so on."""

MANY = 100
"""How many people's items are looked at when a message changed; `called` finds those of more."""

_listed = Prepared(
    select(inbox.c.username)
    .where(
        inbox.c.message == bindparam("message"),
        inbox.c.gone.is_(False),
        access.belongs(inbox.c.username, inbox.c.room),
    )
    .limit(bindparam("limit", type_=Integer))
)


class Keyed(NamedTuple):
    """Who of some people has a keyword in a message of a ``room``, as of the ``text_rev`` of that."""

    room: str
    text_rev: int | None
    people: Collection[str]


@on("messages", when=("@", "reply", "edited", "deleted"))
def notice(act: Act, rows: Sequence[Row]) -> None:
    """Enqueue a job for each message that concerns people, or did before it was edited or deleted."""
    for row in rows:
        is_changed = has_changed(act, row)
        if not is_changed and row["seq"] != row["rev"]:
            continue
        people = set(_concerned(row))
        text_rate.charge(act, len(people))
        if is_changed and not row.get("calls"):
            people.update(holders(act.db, row["id"], MANY))
        if not act.me.host and len(people) >= OF_ONE:
            act.rates.charge("post", act.me.username, act.me.network, len(people) // OF_ONE)
        if people:
            enqueue(act, MENTIONS, f"{row['id']} {row['rev']}", {"message": row["id"], "people": sorted(people)})


def has_changed(act: Act, row: Row) -> bool:
    """Return whether this command edited a message, or it is deleted."""
    return bool(row["deleted"] or row["edited_at"] == act.now)


def holders(db: Connection, message: str, limit: int) -> list[str]:
    """Return people who have an item about a message, at most ``limit``."""
    return [row["username"] for row in _listed.all(db, {"message": message, "limit": limit})]


async def _tell(chat: Chat, job: Job) -> None:
    await tell(chat, job.data["message"], job.data["people"])


MENTIONS = JobKind("inbox.mentions", _tell)
"""Gives each person whom a message concerns an item, and takes it from those whom it concerns no longer.

It reads the message anew, so that it does not matter in which order the jobs of a message run, or how often.
"""


async def tell(chat: Chat, id: str, people: Sequence[str], keyed: Keyed | None = None, *, calls: bool = False) -> None:
    """Give people their items about a message, or take them, a few at a time, while its room is locked.

    Their keywords are looked for before, all together and again if the text changed meanwhile, while no write waits.
    """
    look = partial(_keyed, id=id, people=people)
    known = await chat.lookup(look) if keyed is None else keyed
    for start in range(0, len(people), AT_ONCE):
        some = people[start : start + AT_ONCE]
        settle = partial(_settle, id=id, people=some, calls=calls)
        while known and not await chat.change(partial(settle, keyed=known), NOBODY, known.room, *some):
            known = await chat.lookup(look)


def _keyed(db: Connection, id: str, people: Iterable[str]) -> Keyed | None:
    message = find(db, id)
    return Keyed(message["room"], message["text_rev"], keywords.among(db, message, people)) if message else None


def _settle(act: Act, id: str, people: Iterable[str], keyed: Keyed, *, calls: bool) -> bool:
    """Give some people their items about a message, or take them; their own rooms and that of the message are locked.

    If the message still calls people, and ``calls`` is true, it calls these. Return false, and do nothing, if the text
    is another than the one in which keywords were looked for.
    """
    message = find(act.db, id)
    if message is None:
        return True
    if message["text_rev"] != keyed.text_rev:
        return False
    (row,) = cast(list[Row], with_parts(act, [message]))
    concerned = dict.fromkeys(keyed.people, KEYWORD) | _concerned(row)
    held, without = items.about(act.db, id, people), _without(act, row, people)
    for username, position in items.positions(act.db, message["room"], people).items():
        before = held.get(username)
        had = before["kind"] if before and not before["gone"] else None
        kind = None if username in without else _kind_for(row, username, had, concerned, calls=calls)
        if kind == KEYWORD and had is None and not _has_place(act, username, message["author"]):
            kind = None
        if kind and had in (None, THREAD):
            was_read = message["edited_at"] is None and position >= message["seq"]
            items.put(act, message, before, username=username, kind=kind, read=was_read)
            items.read_some(act, username)
        elif before and had and not kind and (message["deleted"] or had != THREAD):
            items.change(act, username, before["id"], gone=True)
        else:
            continue
        items.broadcast(act, username)
    return True


def _without(act: Act, row: Row, people: Iterable[str]) -> set[str]:
    """Return those who get no item: they blocked the author, have not accepted the request, or have one of the reply.

    A message that is the echo of a reply in a thread concerns nobody twice.
    """
    found = relations.blockers(act.db, row["author"], people)
    found.update(requests.holding(act.db, row["room"], people))
    if echo := row.get("echo"):
        found.update(items.about(act.db, echo["id"], people))
    return found


def _kind_for(row: Row, username: str, had: str | None, concerned: Mapping[str, str], *, calls: bool) -> str | None:
    """Return the kind of a person's item about a message, or None if it does not concern them.

    Whom it calls is not looked up again: those whom ``calls`` is for now, and those who ``had`` a mention before.
    """
    is_call = bool(row.get("calls") or row.get("groups")) and username != row["author"]
    return MENTION if is_call and (calls or had == MENTION) else concerned.get(username)


def _has_place(act: Act, username: str, author: str) -> bool:
    """Return whether a person gets another item because of a keyword, for which one of others may make place."""
    return items.make_place(act, username, KEYWORD, keywords.MAX_UNREAD, author)


def _concerned(message: Row) -> dict[str, str]:
    """Return whom a message concerns, besides its author, each with the kind of their item."""
    quoted = message.get("quoted")
    replied = {quoted["author"]: REPLY} if quoted else {}
    people = replied | dict.fromkeys(message.get("mentions", ()), MENTION)
    people.pop(message["author"], None)
    return people
