"""Search: messages by their words and by what they are, in all rooms to which the caller belongs, newest first."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, cast

from pydantic import Field
from sqlalchemy import bindparam, select
from typing_extensions import TypedDict

from chatrooms.features.messages.loading import Mine, mine, with_parts
from chatrooms.features.messages.permissions import find_visible
from chatrooms.features.search import index
from chatrooms.features.search.finding import Found, Search, found_by
from chatrooms.features.search.indexing import INDEX, KEEP, follow
from chatrooms.features.search.language import Reader, Term, parse
from chatrooms.features.search.matching import pieces
from chatrooms.features.search.unclear import unclear
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.commands import Params, query
from chatrooms.pipeline.feature import Feature
from chatrooms.storage.rows import Message
from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import messages
from chatrooms.types import Id, fitting

PAGE = 50
LONGEST = 500
SECONDS_TO_MARK = 0.15
"""After this time, a page ends, whose messages show what was found in them."""
A_DAY = 24 * 60

_key = Prepared(select(messages.c.key).where(messages.c.id == bindparam("id")))


class Find(Params):
    """A search."""

    query: str = Field(
        max_length=LONGEST,
        description='Words, `"several in a row"`, `begin*` (three letters or more), `-without`, and operators: `from:` '
        "`to:` `in:` `before:` `after:` `on:` `during:` `has:link` `has:file` `has:image` `has:reaction` `is:mine` "
        "`is:mention` `is:pinned` `is:thread`. Nothing is an error: anything else is text, of which the first 20 words "
        "and phrases count.",
    )
    after: Id | None = Field(None, description="The `next` of the page before; if omitted, start at the newest.")
    limit: int = Field(25, ge=1, le=PAGE, description="The most messages to return.")
    offset: int = Field(
        0, ge=-A_DAY, le=A_DAY, description="How many minutes the days of the query are ahead of UTC where you are."
    )


class FoundMessage(Message):
    """A message that a search found."""

    highlights: Annotated[
        list[str],
        Field(description="Its `text` in pieces: the second, fourth and so on are what was found; there may be none."),
    ]


class FoundPage(TypedDict):
    """Messages, newest first.

    If there can be ``more``, pass ``next`` as ``after``. A search that takes long returns what it has found so far,
    which can be nothing. ``indexed`` is the percentage of messages that can be found; it is below 100 while the server
    indexes a database of an older version. ``unclear`` has sentences about what the server does not understand of the
    query, and about people and rooms in it that it does not know.
    """

    messages: list[FoundMessage]
    more: bool
    next: str | None
    indexed: int
    unclear: list[str]
    mine: Mine


def _place(act: Act, p: Find) -> int | None:
    """Allow everyone; return the key of the message to continue after, which the caller has to be able to read."""
    if p.after is None:
        return None
    find_visible(act, p.after, "after")
    row = _key.one(act.db, {"id": p.after})
    return row["key"] if row else None


@query("search", may=_place, rate="search", scope="read")
def search(act: Act, p: Find, below: int | None) -> FoundPage:
    """Find messages in the rooms and conversations that you belong to, newest first."""
    reader = Reader(act.me.username, found_by(act), timedelta(minutes=p.offset), datetime.now(UTC))
    terms = parse(p.query, reader)
    found, last = Search.begin(act, terms).find(below, p.limit) if terms else Found([], None)
    shown = list(fitting(list(_highlighted(fitting(with_parts(act, found)), terms))))
    following = shown[-1]["id"] if len(shown) < len(found) else last
    return {
        "messages": shown,
        "more": following is not None,
        "next": following,
        "indexed": _indexed(act),
        "unclear": unclear(act, p.query, terms, reader, found=bool(shown)),
        "mine": mine(act, shown),
    }


def _highlighted(found: Sequence[Message], terms: Sequence[Term]) -> Iterator[FoundMessage]:
    """Yield messages with what was found in them, one at least, for `SECONDS_TO_MARK`."""
    until = time.monotonic() + SECONDS_TO_MARK
    for message in found:
        yield cast(FoundMessage, {**message, "highlights": pieces(terms, message["text"] or "")})
        if time.monotonic() > until:
            return


def _indexed(act: Act) -> int:
    low, _, start = index.limits(act.db)
    return 100 * (start - low) // start if start else 100


FEATURE = Feature(tables=(index.indexed,), commands=(search,), listeners=(follow,), jobs=(INDEX, KEEP))
