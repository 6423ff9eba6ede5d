"""Bookmarks: messages that a person wants to find again, as rows in their own room; no one else learns of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, cast

from pydantic import Field
from sqlalchemy import ColumnElement, Connection, Select, func, insert, select, update
from typing_extensions import TypedDict

from chatrooms.errors import Conflict, NotFound
from chatrooms.features.messages.loading import load, rows_of
from chatrooms.features.messages.permissions import Which, readable, room_of_and_own
from chatrooms.pipeline import access, text_rate
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.chat import NOBODY, Chat
from chatrooms.pipeline.commands import Params, change, own_room, query
from chatrooms.pipeline.feature import Feature, Row, on
from chatrooms.pipeline.jobs import Job, JobKind, enqueue
from chatrooms.storage.own_rows import Bookmark
from chatrooms.storage.own_tables import bookmarks
from chatrooms.storage.results import many, one
from chatrooms.storage.rows import Message
from chatrooms.storage.synced import SYNCED
from chatrooms.storage.tables import messages
from chatrooms.types import MAX_PAGE, Seq, fitting

MAX_BOOKMARKS = 1000
AT_ONCE = 50
"""How many people's own rooms one change locks."""


class Marked(TypedDict):
    """Your bookmark as it is now."""

    bookmark: Bookmark


class Page(Params):
    """A page of your bookmarks."""

    after: Seq | None = Field(
        None, description="Start after the bookmark with this `rev`; if omitted, at the most recent."
    )


class BookmarkPage(TypedDict):
    """Bookmarks, most recent first, with their ``messages``; ``more`` is true if there are older ones.

    Those of messages that were deleted, or are in rooms that you left, are left out.
    """

    bookmarks: list[Bookmark]
    messages: list[Message]
    more: bool


@change("bookmark.add", may=readable, locks=room_of_and_own, repeatable=True, method="add_bookmark", scope="own")
def add(act: Act, p: Which, message: Message) -> Marked:
    """Bookmark a message, to find it again; you can have 1,000. Bookmarking it again has no effect."""
    before = _find(act, act.me.username, p.id)
    if before and not before["gone"]:
        return {"bookmark": before}
    if (act.db.scalar(select(func.count()).select_from(_mine(act).subquery())) or 0) >= MAX_BOOKMARKS:
        raise Conflict(f"You can have at most {MAX_BOOKMARKS:,} bookmarks. Remove one first.", field="id")
    if before is None:
        text_rate.count(act)
    return _put(act, act.me.username, p.id, before, room=message["room"], seq=message["seq"], gone=False)


def _own(act: Act, p: Which) -> Bookmark:
    """Allow people who bookmarked the message, even if they cannot read it any more."""
    bookmark = _find(act, act.me.username, p.id)
    if bookmark is None:
        raise NotFound("You have not bookmarked that message.", field="id")
    return bookmark


@change(
    "bookmark.remove", may=_own, locks=own_room, repeatable=True, after_end=True, method="remove_bookmark", scope="own"
)
def remove(act: Act, p: Which, bookmark: Bookmark) -> Marked:
    """Remove your bookmark of a message. Removing it again has no effect."""
    return {"bookmark": bookmark} if bookmark["gone"] else _put(act, act.me.username, p.id, bookmark, gone=True)


@query("bookmark.list", may=access.anyone, method="bookmarks", scope="own")
def page(act: Act, p: Page, _: None) -> BookmarkPage:
    """Return your bookmarks, most recent first, a hundred at a time."""
    found = _mine(act).join(messages, messages.c.id == bookmarks.c.message)
    found = found.where(messages.c.deleted.is_(False), access.readable(bookmarks.c.room, act.me))
    if p.after is not None:
        found = found.where(bookmarks.c.rev < p.after)
    listed = many(Bookmark, act.db.execute(found.order_by(bookmarks.c.rev.desc()).limit(MAX_PAGE + 1)))
    ids = [bookmark["message"] for bookmark in listed[:MAX_PAGE]]
    about = {message["id"]: message for message in load(act, rows_of(act.me).where(messages.c.id.in_(ids)))}
    shown = list(fitting(listed[:MAX_PAGE], lambda bookmark: [bookmark, about.get(bookmark["message"])]))
    of = [about[which] for which in ids[: len(shown)] if which in about]
    return {"bookmarks": shown, "messages": of, "more": len(listed) > len(shown)}


@on("messages", when=("deleted",))
def deleted(act: Act, rows: Sequence[Row]) -> None:
    """Have the bookmarks of deleted messages removed."""
    for row in rows:
        if row["deleted"] and _people(act.db, row["id"]):
            enqueue(act, FORGET, row["id"])


async def _forget(chat: Chat, job: Job) -> None:
    while some := await chat.lookup(lambda db: _people(db, job.key)):
        await chat.change(partial(_remove, id=job.key, people=some), NOBODY, *some)


FORGET = JobKind("bookmarks.forget", _forget)
"""Removes everybody's bookmarks of the deleted message that is its key."""


def _people(db: Connection, message: str) -> Sequence[str]:
    """Return people who have bookmarked a message, at most `AT_ONCE`."""
    theirs = select(bookmarks.c.username).where(bookmarks.c.message == message, bookmarks.c.gone.is_(False))
    return db.scalars(theirs.limit(AT_ONCE)).all()


def _remove(act: Act, id: str, people: Sequence[str]) -> None:
    for username in people:
        before = _find(act, username, id)
        if before and not before["gone"]:
            _put(act, username, id, before, gone=True)


def _put(act: Act, username: str, id: str, before: Bookmark | None, **given: Any) -> Marked:
    """Store a person's bookmark and broadcast it in their own room."""
    rev = act.changes.rev(username)
    stored = {**given, "at": act.now, "rev": rev}
    if before:
        act.db.execute(update(bookmarks).where(*_is(username, id)).values(stored))
    else:
        act.db.execute(insert(bookmarks).values(username=username, message=id, **stored))
    bookmark = cast(Bookmark, _find(act, username, id))
    act.changes.add(username, "bookmarks", bookmark)
    return {"bookmark": bookmark}


def _find(act: Act, username: str, id: str) -> Bookmark | None:
    return one(Bookmark, act.db.execute(SYNCED["bookmarks"].select().where(*_is(username, id))))


def _is(username: str, id: str) -> tuple[ColumnElement[bool], ...]:
    return bookmarks.c.username == username, bookmarks.c.message == id


def _mine(act: Act) -> Select[Any]:
    """Return a query for the caller's bookmarks, without those that were removed."""
    return SYNCED["bookmarks"].select().where(bookmarks.c.username == act.me.username, bookmarks.c.gone.is_(False))


FEATURE = Feature(commands=(add, remove, page), listeners=(deleted,), jobs=(FORGET,))
