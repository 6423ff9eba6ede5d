"""The inbox of each person: what concerns them, as rows in their own room.

Mentions, replies and threads, messages with a keyword of theirs, reactions to their messages, invitations to rooms.

A client that starts from nothing gets the unread items alone, so that it can count them, however many others there are;
`inbox.list` has all, of those that are read at most the last 5,000. An item is read once its person marks it, or has
read its room up to its message. It is gone once its message concerns them no longer, or they leave the room before they
read it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from pydantic import Field
from sqlalchemy import bindparam, or_, select, update
from typing_extensions import TypedDict

from chatrooms.features.inbox import called, concerned, followed, invited, items, keywords, matched, reacted, settings
from chatrooms.features.messages.loading import load, rows_of
from chatrooms.pipeline import access
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.commands import Params, change, own_room, query
from chatrooms.pipeline.feature import Feature, Row, on
from chatrooms.storage.expressions import Base
from chatrooms.storage.own_rows import InboxItem
from chatrooms.storage.own_tables import inbox
from chatrooms.storage.results import many
from chatrooms.storage.rows import Message
from chatrooms.storage.statements import Prepared
from chatrooms.storage.synced import ITEM
from chatrooms.storage.tables import messages
from chatrooms.types import MAX_PAGE, Seq, fitting

_row = tuple(inbox.c[column] for column in (*ITEM, "rev"))
_settled = update(inbox).where(inbox.c.username == bindparam("person"), *items.is_unread)
_read = Prepared(
    _settled.where(
        inbox.c.room == bindparam("here"), or_(inbox.c.seq <= bindparam("until"), inbox.c.kind == items.INVITATION)
    )
    .values(read=True, rev=bindparam("new_rev"))
    .returning(*_row)
)
_drop = Prepared(
    _settled.where(Base(inbox.c.room) == bindparam("here")).values(gone=True, rev=bindparam("new_rev")).returning(*_row)
)


class Page(Params):
    """A page of your inbox."""

    after: Seq | None = Field(None, description="Start after the item with this `id`; if omitted, at the newest.")
    unread: bool = Field(False, description="Return only unread items.")


class Marked(Params):
    """Items of your inbox."""

    ids: list[Seq] = Field(
        max_length=items.MAX_MARKED, description="The ids of the items; those of other people have no effect."
    )
    state: Literal["read", "unread"] = Field("read", description="What they become.")


class Items(TypedDict):
    """The items as they are now."""

    items: list[InboxItem]


class InboxPage(TypedDict):
    """Items, newest first, and the ``messages`` that they are about; ``more`` is true if there are older ones."""

    items: list[InboxItem]
    messages: list[Message]
    more: bool


@query("inbox.list", may=access.anyone, method="inbox_items", scope="own")
def page(act: Act, p: Page, _: None) -> InboxPage:
    """Return what concerns you, newest first, a hundred at a time.

    Mentions, replies, threads that you follow, your keywords, reactions to your messages, and invitations to rooms.
    """
    found = items.of(act.me.username).where(inbox.c.gone.is_(False), access.readable(inbox.c.room, act.me))
    if p.after is not None:
        found = found.where(inbox.c.id < p.after)
    if p.unread:
        found = found.where(inbox.c.read.is_(False))
    listed = many(InboxItem, act.db.execute(found.order_by(inbox.c.id.desc()).limit(MAX_PAGE + 1)))
    about = {message["id"]: message for message in _messages(act, listed[:MAX_PAGE])}
    shown = list(fitting(listed[:MAX_PAGE], lambda item: [item, about.get(item["message"] or "")]))
    which = dict.fromkeys(item["message"] for item in shown)
    return {"items": shown, "messages": [about[it] for it in which if it in about], "more": len(listed) > len(shown)}


@change("inbox.mark", may=access.anyone, locks=own_room, repeatable=True, method="mark_inbox", scope="own")
def mark(act: Act, p: Marked, _: None) -> Items:
    """Mark items of your inbox as read, or as unread again."""
    visible = access.readable(inbox.c.room, act.me)
    mine = (inbox.c.username == act.me.username, inbox.c.id.in_(p.ids), inbox.c.gone.is_(False), visible)
    read = p.state == "read"
    others = (*mine, inbox.c.read.is_not(read))
    if act.db.scalar(select(inbox.c.id).where(*others).limit(1)) is not None:
        act.db.execute(update(inbox).where(*others).values(read=read, rev=act.changes.rev(act.me.username)))
        items.read_some(act, act.me.username)
        items.broadcast(act, act.me.username)
    return {"items": many(InboxItem, act.db.execute(items.of(act.me.username).where(*mine).order_by(inbox.c.id)))}


@on("reads")
def _read_up_to(act: Act, rows: Sequence[Row]) -> None:
    for row in rows:
        _update_all(act, _read, row["username"], here=row["room"], until=row["seq"])


@on("memberships")
def _leave(act: Act, rows: Sequence[Row]) -> None:
    for row in rows:
        if row["gone"]:
            _update_all(act, _drop, row["username"], here=row["room"])


def _update_all(act: Act, how: Prepared, person: str, **where: Any) -> None:
    """Update a person's unread items of a room; their own room has changed already."""
    for item in how.all(act.db, {"person": person, "new_rev": act.changes.rev(person), **where}):
        act.changes.add(person, "inbox", item)


def _messages(act: Act, listed: Iterable[InboxItem]) -> list[Message]:
    ids = {item["message"] for item in listed}
    return load(act, rows_of(act.me).where(messages.c.id.in_(ids))) if ids else []


LISTENERS = (
    concerned.notice,
    matched.notice,
    called.notice,
    followed.notice,
    followed.followed,
    reacted.notice,
    _read_up_to,
    _leave,
    invited.notice,
)
JOBS = (concerned.MENTIONS, matched.KEYWORDS, called.CALLS, followed.THREADS, reacted.REACTIONS)
FEATURE = Feature(
    tables=(keywords.keywords, settings.unreacted),
    commands=(page, mark, settings.inbox_settings, settings.set_inbox),
    listeners=LISTENERS,
    jobs=JOBS,
)
