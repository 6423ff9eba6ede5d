"""The list of the threads that a person follows."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import ColumnElement, Select, and_, case, func, select, tuple_
from typing_extensions import TypedDict

from chatrooms.errors import NotFound
from chatrooms.features.messages.loading import Mine, load, mine, rows_of
from chatrooms.features.threads.stored import threads
from chatrooms.pipeline import access
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.commands import Params, query
from chatrooms.storage.own_tables import follows
from chatrooms.storage.rows import Message
from chatrooms.storage.synced import COUNTED, uncounted
from chatrooms.storage.tables import messages, reads, rooms
from chatrooms.types import Id, fitting

PAGE = 50


class Page(Params):
    """A page of the threads that you follow."""

    after: Id | None = Field(
        None, description="Start after the thread under this message; if omitted, at the one with the newest reply."
    )
    unread: bool = Field(False, description="Return only threads with unread messages.")


class Listed(TypedDict):
    """A thread that you follow."""

    room: Annotated[str, Field(description="The thread, such as `#lobby/42`.")]
    message: Annotated[Message, Field(description="The message that it is under.")]
    unread: Annotated[int, Field(description="How many messages you have not read; 1000 stands for more than 999.")]


class ThreadPage(TypedDict):
    """Threads, newest reply first; ``more`` is true if there are others.

    Those in rooms that you left are left out.
    """

    threads: list[Listed]
    more: bool
    mine: Mine


_active = func.coalesce(threads.c.last_at, follows.c.at)
_order: tuple[ColumnElement[Any], ...] = (_active, follows.c.room)
_counted = rooms.c.posted - reads.c.number - uncounted
_unread = case((uncounted.is_(None), COUNTED), else_=_counted).label("unread")


@query("thread.list", may=access.anyone, method="threads", scope="read")
def page(act: Act, p: Page, _: None) -> ThreadPage:
    """Return the threads that you follow, newest reply first, 50 at a time."""
    found = _followed(act.me.username).where(follows.c.gone.is_(False), access.readable(follows.c.room, act.me))
    if p.unread:
        found = found.where(_unread > 0)
    if p.after is not None:
        found = found.where(tuple_(*_order) < _place(act, p.after))
    ordered = found.order_by(*(column.desc() for column in _order)).limit(PAGE + 1)
    listed = act.db.execute(ordered).all()
    ids = [row.message for row in listed[:PAGE]]
    above = {message["id"]: message for message in load(act, rows_of(act.me).where(messages.c.id.in_(ids)))}
    rows = [Listed(room=row.room, message=above[row.message], unread=row.unread) for row in listed[:PAGE]]
    shown = list(fitting(rows))
    return {
        "threads": shown,
        "more": len(listed) > len(shown),
        "mine": mine(act, [thread["message"] for thread in shown]),
    }


def _place(act: Act, message: str) -> tuple[Any, ...]:
    """Return the place of the thread under a message in the list; raises `NotFound`."""
    place = act.db.execute(_followed(act.me.username).where(follows.c.message == message).with_only_columns(*_order))
    if (row := place.one_or_none()) is None:
        raise NotFound("You have not followed that thread. Start again without `after`.", field="after")
    return tuple(row)


def _followed(username: str) -> Select[Any]:
    """Return a query for the threads that a person follows or once did, with how much of each is unread."""
    its_read = and_(reads.c.username == follows.c.username, reads.c.room == follows.c.room)
    return (
        select(follows.c.room, follows.c.message, _unread)
        .join(rooms, rooms.c.name == follows.c.room)
        .join(reads, its_read)
        .outerjoin(threads, threads.c.room == follows.c.room)
        .where(follows.c.username == username)
    )
