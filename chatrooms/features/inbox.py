"""The inbox of each person: what concerns them, mentions and replies, as rows in their own room.

A client that starts from nothing gets the unread items alone, so that it can count them, however many others there are;
`inbox.list` has all. An item is read once its person marks it, or has read its room up to its message. It is gone once
its message concerns them no longer, or they leave the room before they read it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, Literal, cast

from pydantic import Field
from sqlalchemy import Connection, Select, bindparam, insert, select, update
from typing_extensions import TypedDict

from chatrooms.features.messages.loading import find, load, rows_of, with_parts
from chatrooms.pipeline import access
from chatrooms.pipeline.chat import NOBODY, Chat
from chatrooms.pipeline.commands import Act, Params, change, own_room, query
from chatrooms.pipeline.feature import Feature, Row, on
from chatrooms.pipeline.jobs import Job, JobKind, enqueue
from chatrooms.storage.rows import InboxItem, Message, many
from chatrooms.storage.statements import Prepared
from chatrooms.storage.synced import ITEM, SYNCED
from chatrooms.storage.tables import inbox, messages, reads
from chatrooms.types import MAX_PAGE, MAX_SEQ, Seq, fitting

AT_ONCE = 20
"""How many people's inboxes one transaction changes, while other writes wait."""
OF_ONE = 5
"""A message that concerns this many people counts as one more in its author's rate of posting, and so on."""
MAX_UNREAD = 400
"""How many items are unread; older ones become read, so that one command changes fewer than a piece of `sync` holds."""
MAX_MARKED = 100
MENTION, REPLY = "mention", "reply"

_listed = Prepared(
    select(inbox.c.username).where(
        inbox.c.message == bindparam("message"), inbox.c.gone.is_(False), access.belongs(inbox.c.username, inbox.c.room)
    )
)
_row = tuple(inbox.c[column] for column in (*ITEM, "rev"))
_is_unread = (inbox.c.read.is_(False), inbox.c.gone.is_(False))
_settle_room = update(inbox).where(
    inbox.c.username == bindparam("person"),
    inbox.c.room == bindparam("here"),
    inbox.c.seq <= bindparam("until"),
    *_is_unread,
)
_read = Prepared(_settle_room.values(read=True, rev=bindparam("new_rev")).returning(*_row))
_drop = Prepared(_settle_room.values(gone=True, rev=bindparam("new_rev")).returning(*_row))


class Page(Params):
    """A page of your inbox."""

    after: Seq | None = Field(None, description="Start after the item with this `id`; if omitted, at the newest.")
    unread: bool = Field(False, description="Return only unread items.")


class Marked(Params):
    """Items of your inbox."""

    ids: list[Seq] = Field(
        max_length=MAX_MARKED, description="The ids of the items; others than your own have no effect."
    )
    state: Literal["read", "unread"] = Field("read", description="What they become.")


class Items(TypedDict):
    """The items as they are now."""

    items: list[InboxItem]


class _OfPerson(InboxItem):
    username: str


class InboxPage(TypedDict):
    """Items, newest first, and the ``messages`` that they are about; ``more`` is true if there are older ones."""

    items: list[InboxItem]
    messages: list[Message]
    more: bool


@query("inbox.list", may=access.anyone, method="inbox_items")
def page(act: Act, p: Page, _: None) -> InboxPage:
    """Return what concerns you, mentions and replies, newest first, a hundred at a time."""
    found = _items(act.me.username).where(inbox.c.gone.is_(False), access.readable(inbox.c.room, act.me))
    if p.after is not None:
        found = found.where(inbox.c.id < p.after)
    if p.unread:
        found = found.where(inbox.c.read.is_(False))
    items = many(InboxItem, act.db.execute(found.order_by(inbox.c.id.desc()).limit(MAX_PAGE + 1)))
    about = {message["id"]: message for message in _messages(act, items[:MAX_PAGE])}
    shown = list(fitting(items[:MAX_PAGE], lambda item: [item, about.get(item["message"] or "")]))
    which = dict.fromkeys(item["message"] for item in shown)
    return {"items": shown, "messages": [about[it] for it in which if it in about], "more": len(items) > len(shown)}


@change("inbox.mark", may=access.anyone, locks=own_room, repeatable=True, method="mark_inbox")
def mark(act: Act, p: Marked, _: None) -> Items:
    """Mark items of your inbox as read, or as unread again."""
    visible = access.readable(inbox.c.room, act.me)
    mine = (inbox.c.username == act.me.username, inbox.c.id.in_(p.ids), inbox.c.gone.is_(False), visible)
    read = p.state == "read"
    others = (*mine, inbox.c.read.is_not(read))
    if act.db.scalar(select(inbox.c.id).where(*others).limit(1)) is not None:
        act.db.execute(update(inbox).where(*others).values(read=read, rev=act.changes.rev(act.me.username)))
        _read_oldest(act, act.me.username)
        _broadcast(act, act.me.username)
    return {"items": many(InboxItem, act.db.execute(_items(act.me.username).where(*mine).order_by(inbox.c.id)))}


@on("messages")
def _notice(act: Act, rows: Sequence[Row]) -> None:
    """Enqueue a job for each message that concerns people, or did before it was edited or deleted."""
    for row in rows:
        people = set(_concerned(row))
        if row["deleted"] or row["edited_at"] == act.now:
            people.update(_holders(act.db, row["id"]))
        elif row["seq"] != row["rev"]:
            continue
        if people:
            if not act.me.host:
                act.rates.limits["post"].charge(act.me.username, act.me.network, len(people) // OF_ONE)
            enqueue(act, MENTIONS, f"{row['id']} {row['rev']}", {"message": row["id"], "people": sorted(people)})


@on("reads")
def _read_up_to(act: Act, rows: Sequence[Row]) -> None:
    for row in rows:
        _update_room(act, _read, row["username"], row["room"], row["seq"])


@on("memberships")
def _leave(act: Act, rows: Sequence[Row]) -> None:
    for row in rows:
        if row["gone"]:
            _update_room(act, _drop, row["username"], row["room"], MAX_SEQ)


def _update_room(act: Act, how: Prepared, person: str, room: str, until: int) -> None:
    """Update a person's unread items of a room up to a message; their own room has changed already."""
    new_rev = act.changes.rev(person)
    for item in how.all(act.db, {"person": person, "here": room, "until": until, "new_rev": new_rev}):
        act.changes.add(person, "inbox", item)


async def _tell(chat: Chat, job: Job) -> None:
    people: list[str] = job.data["people"]
    for start in range(0, len(people), AT_ONCE):
        some = people[start : start + AT_ONCE]
        await chat.change(partial(_settle, id=job.data["message"], people=some), NOBODY, *some)


MENTIONS = JobKind("inbox.mentions", _tell)
"""Gives each person whom a message concerns an item, and takes it from those whom it concerns no longer.

It reads the message anew, so that it does not matter in which order the jobs of a message run, or how often.
"""


def _settle(act: Act, id: str, people: Iterable[str]) -> None:
    message = find(act.db, id)
    if message is None:
        return
    (row,) = cast(list[Row], with_parts(act, [message]))
    concerned = _concerned(row)
    items = _items_about(act.db, id, people)
    positions = _positions(act.db, message["room"], people)
    for username, position in positions.items():
        before, kind = items.get(username), concerned.get(username)
        is_held = before is not None and not before["gone"]
        if kind and not is_held:
            was_read = message["edited_at"] is None and position >= message["seq"]
            _put(act, message, before, username=username, kind=kind, read=was_read)
            _read_oldest(act, username)
            _broadcast(act, username)
        elif before and is_held and not kind:
            _update(act, username, before["id"], gone=True)
            _broadcast(act, username)


def _concerned(message: Row) -> dict[str, str]:
    """Return whom a message concerns, besides its author, each with the kind of their item."""
    quoted = message.get("quoted")
    replied = {quoted["author"]: REPLY} if quoted else {}
    people = replied | dict.fromkeys(message.get("mentions", ()), MENTION)
    people.pop(message["author"], None)
    return people


def _put(act: Act, message: Message, before: InboxItem | None, *, username: str, kind: str, read: bool) -> None:
    """Add an item or bring it back; it is ``read`` already if the message was read since it was posted."""
    values = {"kind": kind, "at": message["edited_at"] or message["at"], "read": read, "gone": False}
    if before:
        _update(act, username, before["id"], **values)
        return
    rev = act.changes.rev(username)
    about = {"room": message["room"], "message": message["id"], "seq": message["seq"], "by": message["author"]}
    act.db.execute(insert(inbox).values(username=username, **about, **values, born=rev, rev=rev))


def _read_oldest(act: Act, username: str) -> None:
    """Mark the oldest unread items as read, beyond `MAX_UNREAD`."""
    unread = select(inbox.c.id).where(inbox.c.username == username, *_is_unread).order_by(inbox.c.id.desc())
    for oldest in act.db.scalars(unread.limit(MAX_MARKED).offset(MAX_UNREAD)).all():
        _update(act, username, oldest, read=True)


def _update(act: Act, username: str, id: int, **values: Any) -> None:
    act.db.execute(update(inbox).where(inbox.c.id == id).values(**values, rev=act.changes.rev(username)))


def _broadcast(act: Act, username: str) -> None:
    """Broadcast the items that this command changed."""
    for item in many(InboxItem, act.db.execute(_items(username).where(inbox.c.rev == act.changes.rev(username)))):
        act.changes.add(username, "inbox", item)


def _items_about(db: Connection, message: str, people: Iterable[str]) -> dict[str, InboxItem]:
    """Return people's items about a message, by username."""
    about = (inbox.c.message == message, inbox.c.username.in_(people), inbox.c.kind.in_((MENTION, REPLY)))
    found = SYNCED["inbox"].select().add_columns(inbox.c.username).where(*about)
    return {row["username"]: row for row in many(_OfPerson, db.execute(found))}


def _items(username: str) -> Select[Any]:
    return SYNCED["inbox"].select().where(inbox.c.username == username)


def _holders(db: Connection, message: str) -> list[str]:
    return [row["username"] for row in _listed.all(db, {"message": message})]


def _positions(db: Connection, room: str, people: Iterable[str]) -> dict[str, int]:
    """Return the read positions of those of some people who belong to a room."""
    here = (reads.c.room == room, reads.c.username.in_(people), access.belongs(reads.c.username, reads.c.room))
    found = db.execute(select(reads.c.username, reads.c.seq).where(*here).order_by(reads.c.username))
    return {row.username: row.seq for row in found}


def _messages(act: Act, items: Iterable[InboxItem]) -> list[Message]:
    ids = {item["message"] for item in items}
    return load(act, rows_of(act.me).where(messages.c.id.in_(ids))) if ids else []


FEATURE = Feature(commands=(page, mark), listeners=(_notice, _read_up_to, _leave), jobs=(MENTIONS,))
