"""The items of inboxes: adding, updating and broadcasting them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, cast

from sqlalchemy import Connection, Integer, Select, bindparam, delete, func, insert, literal, or_, select, update

from chatrooms.pipeline import access
from chatrooms.pipeline.act import Act
from chatrooms.storage.expressions import packed, values
from chatrooms.storage.own_rows import InboxItem
from chatrooms.storage.own_tables import inbox
from chatrooms.storage.rows import Message
from chatrooms.storage.statements import Prepared
from chatrooms.storage.synced import SYNCED
from chatrooms.storage.tables import reads, users

AT_ONCE = 20
"""How many people's inboxes one transaction changes, while other writes wait."""
MAX_UNREAD = 400
"""How many items are unread; others become read, so that one command changes fewer than a piece of `sync` holds."""
MAX_MARKED = 100
KEPT, SWEPT = 5000, 50
"""How many items a person has; of older ones, those that are read are deleted, after so many new ones."""
MENTION, REPLY, THREAD, KEYWORD = "mention", "reply", "thread", "keyword"
REACTION, INVITATION = "reaction", "invitation"

is_unread = (inbox.c.read.is_(False), inbox.c.gone.is_(False))
_NEW = ("username", "kind", "room", "message", "seq", "by", "at", "read", "gone", "born", "rev")
_others = inbox.alias()
_next_id = select(func.coalesce(func.max(_others.c.id), 0) + 1).where(_others.c.username == bindparam("username"))
_insert = Prepared(
    insert(inbox)
    .values({name: bindparam(name) for name in _NEW} | {"id": _next_id.scalar_subquery()})
    .returning(inbox.c.id)
)
_of_person = inbox.c.username == bindparam("who")
_old = select(inbox.c.id).where(_of_person, inbox.c.id <= bindparam("last"), or_(inbox.c.read, inbox.c.gone))
_sweep = Prepared(
    delete(inbox).where(
        inbox.c.username == bindparam("who"),
        inbox.c.id.in_(_old.order_by(inbox.c.id).limit(bindparam("limit", type_=Integer))),
    )
)
_changed = Prepared(SYNCED["inbox"].select().where(_of_person, inbox.c.rev == bindparam("at_rev")))
_has_too_many = Prepared(
    select(inbox.c.id).where(_of_person, *is_unread).limit(1).offset(bindparam("most", type_=Integer))
)
_all_unread = select(inbox.c.id, inbox.c.by).where(_of_person, *is_unread).order_by(inbox.c.id)
_unread_items = Prepared(_all_unread)
_unread_of_kind = Prepared(_all_unread.where(inbox.c.kind == bindparam("kind")))
_people = select(values("people").c.value)
_about = Prepared(
    SYNCED["inbox"]
    .select()
    .add_columns(inbox.c.username)
    .where(
        inbox.c.message == bindparam("message"),
        inbox.c.username.in_(_people),
        inbox.c.kind.in_(tuple(map(literal, (MENTION, REPLY, THREAD, KEYWORD)))),
    )
)
_positions = Prepared(
    select(users.c.username, reads.c.seq)
    .outerjoin(reads, (reads.c.username == users.c.username) & (reads.c.room == bindparam("room")))
    .where(users.c.username.in_(_people), access.belongs(users.c.username, bindparam("room")))
    .order_by(users.c.username)
)


class OfPerson(InboxItem):
    """An item and its person."""

    username: str


def of(username: str) -> Select[Any]:
    """Return a query for the items of a person."""
    return SYNCED["inbox"].select().where(inbox.c.username == username)


def about(db: Connection, message: str, people: Iterable[str]) -> dict[str, InboxItem]:
    """Return people's items about a message, by username."""
    found = _about.all(db, {"message": message, "people": packed(people)})
    return {row["username"]: cast(OfPerson, row) for row in found}


def positions(db: Connection, room: str, people: Iterable[str]) -> dict[str, int]:
    """Return the read positions of those of some people who may read a room; 0 for those who have none."""
    found = _positions.all(db, {"room": room, "people": packed(people)})
    return {row["username"]: row["seq"] or 0 for row in found}


def put(
    act: Act, message: Message, before: InboxItem | None, *, username: str, kind: str, read: bool, **more: str
) -> None:
    """Add an item or bring it back; it is ``read`` already if the message was read since it was posted.

    Unless ``more`` says otherwise, it is ``by`` the author of the message and from when its text was written.
    """
    at = message["edited_at"] or message["at"]
    item = {"kind": kind, "at": at, "by": message["author"], "read": read, "gone": False, **more}
    if before:
        change(act, username, before["id"], **item)
        return
    add(act, username, {**item, "room": message["room"], "message": message["id"], "seq": message["seq"]})


def add(act: Act, username: str, item: dict[str, Any]) -> None:
    """Store a new item, which is unread unless it says otherwise.

    Its id is the next of its person: ids that people share would tell them how much concerns others.
    """
    rev = act.changes.rev(username)
    row = _insert.one(act.db, {"read": False, "gone": False, **item, "username": username, "born": rev, "rev": rev})
    if row and row["id"] % SWEPT == 0:
        _sweep.run(act.db, {"who": username, "last": row["id"] - KEPT, "limit": 2 * SWEPT})


def read_some(act: Act, username: str) -> None:
    """Mark items as read until `MAX_UNREAD` are unread: each time the oldest from the person who caused the most.

    So nobody can make a person's items from others read, however many they cause.
    """
    if _has_too_many.one(act.db, {"who": username, "most": MAX_UNREAD}) is None:
        return
    found = _unread_items.all(act.db, {"who": username})
    caused = _caused(found)
    for _ in range(min(len(found) - MAX_UNREAD, MAX_MARKED)):
        change(act, username, max(caused.values(), key=len).pop(0), read=True)


def make_place(act: Act, username: str, kind: str, most: int, by: str) -> bool:
    """Return whether a person can get another unread item of a kind from ``by``; they have at most ``most``.

    If they have that many, mark as read the oldest from the person who caused the most, unless ``by`` would then have
    caused as many.
    """
    found = _unread_of_kind.all(act.db, {"who": username, "kind": kind})
    if len(found) < most:
        return True
    caused = _caused(found)
    largest = max(caused.values(), key=len)
    if len(largest) <= len(caused.get(by, ())) + 1:
        return False
    change(act, username, largest[0], read=True)
    return True


def _caused(found: Iterable[Any]) -> dict[str, list[int]]:
    """Return the ids of items by whom they are."""
    caused: dict[str, list[int]] = {}
    for item in found:
        caused.setdefault(item["by"], []).append(item["id"])
    return caused


def change(act: Act, username: str, id: int, **new: Any) -> None:
    """Store values of an item."""
    given = {f"new_{name}": value for name, value in new.items()}
    _change(*new).run(act.db, {"who": username, "item": id, "new_rev": act.changes.rev(username), **given})


@cache
def _change(*names: str) -> Prepared:
    """Return the statement that stores values of these names."""
    new: dict[str, Any] = {name: bindparam(f"new_{name}") for name in (*names, "rev")}
    return Prepared(update(inbox).where(_of_person, inbox.c.id == bindparam("item")).values(new))


def broadcast(act: Act, username: str) -> None:
    """Broadcast the items that this command changed, each once however often this is called."""
    act.changes.by_room[username].rows.pop("inbox", None)
    for item in _changed.all(act.db, {"who": username, "at_rev": act.changes.rev(username)}):
        act.changes.add(username, "inbox", item)
