"""Pages of a room's messages, in the order in which they were posted."""

from __future__ import annotations

from itertools import accumulate
from typing import Any, TypedDict

from pydantic import Field, model_validator
from sqlalchemy import Connection

from chatrooms import standing
from chatrooms.commands import Act, Params, query
from chatrooms.params import MAX_BYTES, MAX_PAGE, AnyRoom, Seq, size_of
from chatrooms.tables import SYNCED, Message, many, messages


class Page(Params):
    """The newest page, or the one ``before``, ``after`` or ``around`` the message with that ``seq``."""

    room: AnyRoom
    before: Seq | None = None
    after: Seq | None = None
    around: Seq | None = None
    limit: int = Field(50, ge=1, le=MAX_PAGE)

    @model_validator(mode="after")
    def _one_place(self) -> Page:
        if sum(place is not None for place in (self.before, self.after, self.around)) > 1:
            raise ValueError("Give one of before, after and around.")
        return self


class History(TypedDict):
    """Messages by ``seq``; ``more`` says that there are others in the direction asked for."""

    messages: list[Message]
    more: bool
    more_before: bool
    more_after: bool


@query("history")
def history(act: Act, p: Page) -> History:
    """A page of what was said in a room, at most 100 messages."""
    standing.find(act.db, act.me, p.room)
    if p.around is not None:
        return _around(act.db, p.room, p.around, p.limit)
    if p.after is not None:
        found, more = _following(act.db, p.room, p.after, p.limit)
        return _page(found, before=bool(_preceding(act.db, p.room, p.after + 1, 1)[0]), after=more, more=more)
    found, more = _preceding(act.db, p.room, p.before, p.limit)
    newer = p.before is not None and bool(_following(act.db, p.room, p.before - 1, 1)[0])
    return _page(found, before=more, after=newer, more=more)


def _around(db: Connection, room: str, seq: int, limit: int) -> History:
    older, more_before = _preceding(db, room, seq, limit // 2)
    newer, more_after = _following(db, room, seq - 1, limit - len(older))
    return _page(older + newer, before=more_before, after=more_after, more=more_before or more_after)


def _preceding(db: Connection, room: str, seq: int | None, limit: int) -> tuple[list[Message], bool]:
    found = _messages(room).order_by(messages.c.seq.desc()).limit(limit + 1)
    if seq is not None:
        found = found.where(messages.c.seq < seq)
    rows = many(Message, db.execute(found))
    page = _fitting(rows[:limit])
    return page[::-1], len(rows) > len(page)


def _following(db: Connection, room: str, seq: int, limit: int) -> tuple[list[Message], bool]:
    found = _messages(room).where(messages.c.seq > seq).order_by(messages.c.seq).limit(limit + 1)
    rows = many(Message, db.execute(found))
    page = _fitting(rows[:limit])
    return page, len(rows) > len(page)


def _messages(room: str) -> Any:
    return SYNCED["messages"].select().where(messages.c.room == room)


def _fitting(found: list[Message]) -> list[Message]:
    """The first of these messages that are together at most `MAX_BYTES` long; at least one."""
    sizes = accumulate(size_of(message["text"]) for message in found)
    return [message for message, size in zip(found, sizes, strict=True) if size <= MAX_BYTES] or found[:1]


def _page(found: list[Message], *, before: bool, after: bool, more: bool) -> History:
    return {"messages": found, "more": more, "more_before": before, "more_after": after}
