"""Removing files: those of deleted messages and replaced pictures soon, uploads without progress after an hour.

What nobody uses is removed after a day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from chatrooms import clock
from chatrooms.errors import Refusal
from chatrooms.features.files import stored
from chatrooms.features.files.beginning import KEPT
from chatrooms.features.files.stored import files
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.chat import NOBODY, Chat
from chatrooms.pipeline.contents import IDLE
from chatrooms.pipeline.jobs import Job, JobKind, enqueue

VARIANTS = ("", ".small", ".large")
"""What the keys of a file in the store end with: as it is downloaded, and two smaller ones of a picture."""
AT_ONCE = 50
JOBS_AT_ONCE = 4
"""How many jobs of a kind remove files at once: a store that hangs leaves the others to what needs none."""
SECONDS_KEPT = 600.0
"""How long what is in the spool has not changed before it is removed unless an upload needs it: pictures of previews
are there meanwhile."""


async def remove(chat: Chat, ids: Iterable[str]) -> None:
    """Remove files that are unreachable: first the contents, then the rows."""
    for which in ids:
        await remove_contents(chat, which, await chat.lookup(partial(stored.key_of, id=which)))
        await chat.change(partial(_forget, id=which), NOBODY)


async def remove_contents(chat: Chat, which: str, key: str) -> None:
    """Remove what an upload left on this server's disk, and in the store under a key."""
    await chat.blobs.run(chat.blobs.spool.remove, which)
    await remove_stored(chat, key)


async def remove_stored(chat: Chat, key: str) -> None:
    """Remove what is in the store under a key."""
    for variant in VARIANTS:
        await chat.blobs.ask("", chat.blobs.store.remove, key + variant)


def _forget(act: Act, id: str) -> None:
    stored.forget(act.db, id)


async def give_up(chat: Chat, which: str) -> bool:
    """Remove a file that is not posted; return False if it is."""
    dropped = await chat.change(partial(_drop, ids=[which]), NOBODY)
    try:
        await remove(chat, dropped)
    except Refusal:  # the store fails
        await chat.change(partial(enqueue, kind=REMOVE, key=which), NOBODY)
    return bool(dropped)


async def _removed(chat: Chat, job: Job) -> None:
    await remove(chat, await _ids(chat, or_(files.c.message == job.key, files.c.id == job.key), files.c.gone.is_(True)))


async def _sweep(chat: Chat, _job: Job) -> None:
    """Remove files that were not posted in time, and what an interrupted removal left."""
    before = clock.ago(days=KEPT / timedelta(days=1))
    loose = or_(files.c.gone.is_(True), and_(*stored.is_unused)), files.c.at < before
    while ids := await _ids(chat, *loose):
        await remove(chat, await chat.change(partial(_drop, ids=ids), NOBODY))
    await _sweep_idle(chat)
    await tidy(chat)


async def tidy(chat: Chat) -> None:
    """Remove from this server's disk what no upload needs.

    Those were completed or given up at another server, which has a disk of its own, or their removal failed.
    """
    unchanged = await chat.blobs.run(chat.blobs.spool.unchanged, SECONDS_KEPT)
    for some in (unchanged[at : at + AT_ONCE] for at in range(0, len(unchanged), AT_ONCE)):
        awaited = await chat.lookup(partial(stored.awaited, ids=some))
        for which in set(some) - awaited:
            await chat.blobs.run(chat.blobs.spool.remove, which)


async def _sweep_idle(chat: Chat) -> None:
    """Remove unfinished uploads that made no progress at any server."""
    last = func.coalesce(files.c.progress_at, files.c.at)
    is_incomplete = files.c.size.is_(None), files.c.charged < files.c.length, files.c.gone.is_(False)
    old = *is_incomplete, last < clock.ago(seconds=IDLE.total_seconds())
    while found := await _ids(chat, *old):
        for which in found:
            await give_up(chat, which)


async def _removed_again(chat: Chat, job: Job) -> None:
    which = job.key.partition(".")[0]
    row = await chat.lookup(partial(stored.find, id=which))
    if row is None or stored.key(row) != job.key:
        await remove_stored(chat, job.key)


def _drop(act: Act, ids: Sequence[str]) -> Sequence[str]:
    """Make files unreachable; return which are. Those that may be on their way to the store are removed twice."""
    for key in stored.being_stored(act.db, ids):
        remove_later(act, key)
    return stored.drop(act.db, ids)


def remove_later(act: Act, key: str) -> None:
    """Have removed in a day what is stored under a key by then, unless it is the content of a file."""
    enqueue(act, AGAIN, key, due=clock.moved(act.now, KEPT))


async def _ids(chat: Chat, *where: ColumnElement[bool]) -> list[str]:
    found: Any = select(files.c.id).where(*where).order_by(files.c.at).limit(AT_ONCE)
    return await chat.lookup(lambda db: list(db.scalars(found)))


REMOVE = JobKind("files.remove", _removed, at_once=JOBS_AT_ONCE)
AGAIN = JobKind("files.remove_again", _removed_again, at_once=JOBS_AT_ONCE)
"""Removes what was stored after its file was removed: that was under way, and its server ended before it noticed."""
SWEEP = JobKind("files.sweep", _sweep, every=timedelta(minutes=15))
