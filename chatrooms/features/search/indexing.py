"""Keeping the index: new messages by a job, many at a time; edits and deletions at once, with the message.

Indexing each message with its own commit would cost more than all else that posting does. So the newest messages, those
since the last job, are not in the index; a search reads them themselves. In a database that is older than the index,
another job goes from there to the oldest message. What is indexed is a range of keys, stored in the transaction that
extends it, so that nothing is lost or done twice when the process ends.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from enum import Enum, auto
from functools import lru_cache, partial
from itertools import accumulate, chain
from typing import Any

from sqlalchemy import Integer, bindparam, select

from chatrooms import names
from chatrooms.errors import Unavailable
from chatrooms.features.search import index
from chatrooms.features.search.matching import Row, searched, states
from chatrooms.features.search.settled import settled
from chatrooms.features.search.wanted import mark
from chatrooms.features.search.words import words
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.chat import NOBODY, Chat
from chatrooms.pipeline.feature import on
from chatrooms.pipeline.jobs import Job, JobKind, enqueue
from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import is_message, messages
from chatrooms.wire import failures

AT_ONCE = 500
"""How many messages one transaction indexes, at most: a third less for each than 200, in less than 20 ms."""
CHARACTERS = 50_000
"""How much text it reads, or one message."""
WORDS = 12_000
"""How many words it indexes, or those of one message: a character can stand for 18, as in some scripts."""
PATIENCE = 2
"""After so many failures, a job goes on message by message: before, they may be the database's."""
AFTER = 512
"""Of so many revs of a room, one wakes the job, so that few messages are new."""
SECONDS = 30.0
"""How long one job works."""


class Care(Enum):
    """How messages are indexed: many at once; one; one without its words."""

    MANY = auto()
    ALONE = auto()
    BARE = auto()


_key = Prepared(select(messages.c.key).where(messages.c.id == bindparam("id")))
_READ = ("key", "id", "room", "author", "text")
is_searched = (is_message, messages.c.deleted.is_(False))
_some = select(*(messages.c[column] for column in _READ)).where(*is_searched).limit(bindparam("limit", type_=Integer))
_oldest = Prepared(
    _some.where(messages.c.key >= bindparam("first"), messages.c.key < bindparam("below")).order_by(messages.c.key)
)
_newest = Prepared(_some.where(messages.c.key < bindparam("below")).order_by(messages.c.key.desc()))


def entry(message: Row) -> list[str]:
    """Return the marks and words by which the index finds a message; those of one that cannot be read are few."""
    try:
        shown = [*map(state_mark, states(message)), *chain.from_iterable(map(words, searched(message)))]
    except Exception:
        failures.report("the words of a message cannot be indexed")
        shown = []
    return [*_bare(message), *shown]


def _bare(message: Row) -> list[str]:
    return [_room_mark(message["room"]), mark("a", message["author"])]


@lru_cache(maxsize=10_000)
def _room_mark(room: str) -> str:
    """Return the mark of a room, which its threads have too."""
    return mark("r", names.base(room))


def state_mark(state: str) -> str:
    """Return the mark of what a message shows, such as ``has:link``; a tokenizer would divide it at the colon."""
    return mark(state.replace(":", ""))


def with_parts(act: Act, found: Sequence[Any]) -> None:
    """Add to rows of messages what searches find besides their texts, and the parts that have it."""
    of_id, having = {row["id"]: row for row in found}, set[str]()
    for part in act.server.parts:
        if part.texts and found:
            for which, value in part.load(act.db, list(of_id)).items():
                of_id[which][part.name] = value
                having.add(which)
    for which in having:
        of_id[which]["shown"] = _shown(act, of_id[which])


def _shown(act: Act, row: Row) -> list[str]:
    return [
        text for part in act.server.parts if part.texts for text in part.texts(row.get(part.name, part.empty)) if text
    ]


@on("messages", when=("new", "edited", "deleted", "found anew"))
def follow(act: Act, rows: Sequence[Row]) -> None:
    """Index anew a message that was edited or shows more, forget a deleted one, and wake the job now and then.

    One that is sent again for another reason, such as a pin, is left alone: a long text takes 20 ms.
    """
    for row in rows:
        if row["rev"] > row["seq"]:
            _again(act, row)
        elif row["seq"] % AFTER == 0:
            enqueue(act, INDEX, row["id"])


def _again(act: Act, row: Row) -> None:
    found = _key.one(act.db, {"id": row["id"]})
    low, high, _ = index.limits_to_keep(act.db)
    if found and low <= found["key"] < high:
        index.remove(act.db, found["key"])
        if not row["deleted"]:
            index.put_all(act.db, [(found["key"], entry({**row, "shown": _shown(act, row)}))])


async def _index(chat: Chat, job: Job) -> None:
    await _work(chat, job, partial(_newer, below=await settled(chat)), _older)


async def _keep(chat: Chat, job: Job) -> None:
    await _work(chat, job, partial(_newer, below=await settled(chat)), _older, _merge)


async def _work(chat: Chat, job: Job, *steps: Callable[..., bool]) -> None:
    """Take each step as long as it returns that there may be more, or for `SECONDS`; then enqueue the rest."""
    until = time.monotonic() + SECONDS
    for step in steps:
        begun = time.monotonic()
        while await _take(chat, job, step):
            if time.monotonic() > until:
                await chat.change(_enqueue_rest, NOBODY)
                return
            await asyncio.sleep(time.monotonic() - begun)  # leave the writer to others for as long
            begun = time.monotonic()


async def _take(chat: Chat, job: Job, step: Callable[..., bool]) -> bool:
    """Take a step. A job that failed again and again goes on message by message, and past the one that it fails at.

    That is not one at which the database failed, or may have: the writer refuses as unavailable then.
    """
    if job.attempts < PATIENCE:
        return await chat.change(step, NOBODY)
    try:
        return await chat.change(partial(step, care=Care.ALONE), NOBODY)
    except Unavailable:
        raise
    except Exception:
        failures.report("a message is indexed without its words")
        return await chat.change(partial(step, care=Care.BARE), NOBODY)


INDEX = JobKind("search.index", _index)
"""Indexes new messages, then older ones."""
KEEP = JobKind("search.keep", _keep, every=timedelta(minutes=10))
"""Indexes what no other job has, such as all messages of a database that had no index before, and merges."""


def _enqueue_rest(act: Act) -> None:
    low, high, _ = index.limits(act.db)
    enqueue(act, INDEX, f"{low} {high}")


def _newer(act: Act, below: int, care: Care = Care.MANY) -> bool:
    """Index the oldest messages that are newer than the index; return whether there may be many more.

    Those from the key ``below`` on wait for the next job. So do the few that are posted meanwhile, because a
    transaction costs as much as many messages.
    """
    low, high, _ = index.limits_to_extend(act.db)
    entries, more = _entries(act, care, _oldest, first=high, below=below)
    if entries:
        index.put_all(act.db, reversed(entries))
        index.set_limits(act.db, low, entries[-1][0] + 1)
    return more


def _older(act: Act, care: Care = Care.MANY) -> bool:
    """Index the newest messages that are older than the index; return whether there may be more."""
    low, high, _ = index.limits_to_extend(act.db)
    if low <= 0:
        return False
    entries, _ = _entries(act, care, _newest, below=low)
    index.put_all(act.db, entries)
    index.set_limits(act.db, entries[-1][0] if entries else 0, high)
    return bool(entries)


def _merge(act: Act, **_care: Care) -> bool:
    return index.merge(act.db)


def _entries(act: Act, care: Care, query: Prepared, **keys: int) -> tuple[list[tuple[int, list[str]]], bool]:
    """Return the keys and the entries of the first messages, for one transaction, and whether there may be more."""
    limit = AT_ONCE if care is Care.MANY else 1
    found = [dict(zip(_READ, row, strict=True)) for row in query.tuples(act.db, {**keys, "limit": limit})]
    if care is Care.BARE:
        return [(row["key"], _bare(row)) for row in found], bool(found)
    fitting = sum(size <= CHARACTERS for size in accumulate(len(row["text"]) for row in found))
    some = found[: max(1, fitting)]
    with_parts(act, some)
    entries: list[tuple[int, list[str]]] = []
    left = WORDS
    for row in some:
        said = entry(row)
        left -= len(said)
        if left < 0 and entries:
            break
        entries.append((row["key"], said))
    return entries, len(found) == limit or len(entries) < len(found)
