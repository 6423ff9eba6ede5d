"""Pages of a room's messages, in the order in which they were posted."""

from __future__ import annotations

from pydantic import Field, model_validator
from typing_extensions import TypedDict

from chatrooms.features.messages.loading import Mine, load, mine, rows
from chatrooms.pipeline import access
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.commands import Params, query
from chatrooms.pipeline.standing import Here
from chatrooms.storage.rows import Message
from chatrooms.storage.tables import messages
from chatrooms.types import MAX_PAGE, AnyRoom, Seq, fitting


class Place(Params):
    """The newest page, or the page ``before``, ``after`` or ``around`` a ``seq``."""

    room: AnyRoom
    before: Seq | None = Field(None, description="Return messages before this `seq`.")
    after: Seq | None = Field(None, description="Return messages after this `seq`.")
    around: Seq | None = Field(
        None, description="Return messages on both sides of this `seq`. Give at most one of the three."
    )
    limit: int = Field(50, ge=1, le=MAX_PAGE, description="The most messages to return.")

    @model_validator(mode="after")
    def _one_place(self) -> Place:
        if sum(place is not None for place in (self.before, self.after, self.around)) > 1:
            raise ValueError("Give only one of before, after and around.")
        return self


class History(TypedDict):
    """Messages, ordered by ``seq``; ``more`` is true if there are others in the requested direction."""

    messages: list[Message]
    more: bool
    more_before: bool
    more_after: bool
    mine: Mine


@query("history", may=access.member, scope="read")
def history(act: Act, p: Place, here: Here) -> History:
    """Return a page of a room's messages, at most 100."""
    if p.around is not None:
        return _around(act, here, p.around, p.limit)
    if p.after is not None:
        found, more = _following(act, here, p.after, p.limit)
        return _page(act, found, before=bool(preceding(act, here, p.after + 1, 1)[0]), after=more, more=more)
    found, more = preceding(act, here, p.before, p.limit)
    newer = p.before is not None and bool(_following(act, here, p.before - 1, 1)[0])
    return _page(act, found, before=more, after=newer, more=more)


def _around(act: Act, here: Here, seq: int, limit: int) -> History:
    older, more_before = preceding(act, here, seq, limit // 2)
    newer, more_after = _following(act, here, seq - 1, limit - len(older))
    return _page(act, older + newer, before=more_before, after=more_after, more=more_before or more_after)


def preceding(act: Act, here: Here, seq: int | None, limit: int) -> tuple[list[Message], bool]:
    """Return the last messages of a room before ``seq``, or of all, and whether there are older ones."""
    found = rows(here).order_by(messages.c.seq.desc()).limit(limit + 1)
    if seq is not None:
        found = found.where(messages.c.seq < seq)
    loaded = load(act, found)
    page = list(fitting(loaded[:limit]))
    return page[::-1], len(loaded) > len(page)


def _following(act: Act, here: Here, seq: int, limit: int) -> tuple[list[Message], bool]:
    found = rows(here).where(messages.c.seq > seq).order_by(messages.c.seq).limit(limit + 1)
    loaded = load(act, found)
    page = list(fitting(loaded[:limit]))
    return page, len(loaded) > len(page)


def _page(act: Act, found: list[Message], *, before: bool, after: bool, more: bool) -> History:
    return {"messages": found, "more": more, "more_before": before, "more_after": after, "mine": mine(act, found)}
