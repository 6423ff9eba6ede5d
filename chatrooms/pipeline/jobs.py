"""Jobs: work after a commit, stored as a row in the same transaction, run at least once, and retried on failure.

A job must be idempotent, because the process can die after the work and before the row is marked as done. Its ``key``
makes enqueueing idempotent too. So slow work never blocks the writer, and is not lost when the process dies.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, delete, func, select, update

from chatrooms import clock, ids
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.chat import NOBODY, Chat
from chatrooms.storage.statements import Upsert
from chatrooms.storage.tables import jobs

CAPACITY = 100
"""The most jobs that run at once, and that are finished in one transaction."""
DAYS_KEPT = 7
"""How long a finished job is kept; until then, enqueueing the same key again has no effect."""
SOON = timedelta(minutes=1)
"""A job that is due in less may run by the clock of another server."""
AFTER_SPACE = chr(ord(" ") + 1)

_ROW = ("kind", "key", "data", "due_at", "attempts")
_INSERT = Upsert(
    lambda insert: (
        insert(jobs)
        .values({column: bindparam(f"new_{column}") for column in _ROW})
        .on_conflict_do_nothing(index_elements=["kind", "key"])
    )
)


@dataclass(frozen=True)
class Job:
    """A job: ``data`` is the argument of `enqueue`, ``attempts`` the number of failed attempts."""

    id: int
    kind: str
    key: str
    data: Any
    attempts: int


@dataclass(frozen=True)
class JobKind:
    """How the jobs of one name run.

    ``run`` is awaited with the chat and the job. If it raises, the error is logged and the job is retried with
    exponential backoff, up to ``attempts`` attempts. With ``every``, there is one such job, which runs at that
    interval. Of a feature with a component, ``run`` gets that first. At most ``at_once`` jobs of the kind run at a
    time, so that slow ones leave room to others, and at most ``at_once_of_one`` of those whose data have the same value
    of ``sharing``. Those of a kind that is ``in_order`` run one after the other, as they were enqueued, at whichever
    server: one that is retried holds up those behind it.
    """

    name: str
    run: Callable[..., Awaitable[None]]
    every: timedelta | None = None
    attempts: int = 12
    at_once: int = CAPACITY
    sharing: str = ""
    at_once_of_one: int = CAPACITY
    in_order: bool = False

    def group(self, job: Job) -> tuple[str, Any]:
        """Return what a job shares its turns with."""
        return self.name, job.data.get(self.sharing) if self.sharing else None


class Failed(Exception):
    """Raised by a job that has logged why it cannot be done now: it is tried again, as after any other error."""


def enqueue(act: Act, kind: JobKind, key: str, data: Any = None, *, due: str | None = None) -> None:
    """Enqueue a job to run after this command's commit, or at ``due``, unless one of the same kind and key exists."""
    act.queued = True
    _insert(act.db, kind, key, data, due or act.now)


def withdraw(act: Act, kind: JobKind, begins: str) -> None:
    """Delete the jobs of a kind that wait and whose keys begin with this and a space; those that may run now stay."""
    of_kind = jobs.c.kind == kind.name, jobs.c.key > f"{begins} ", jobs.c.key < f"{begins}{AFTER_SPACE}"
    act.db.execute(delete(jobs).where(*of_kind, jobs.c.done_at.is_(None), jobs.c.due_at > clock.moved(act.now, SOON)))


def is_known(db: Connection, kind: JobKind, key: str) -> bool:
    """Return whether a job of a kind and key was enqueued, within the last days at least."""
    return db.scalar(select(jobs.c.id).where(jobs.c.kind == kind.name, jobs.c.key == key)) is not None


def schedule(db: Connection, kind: JobKind, key: str, data: Any, due: str) -> None:
    """Enqueue a job from another process, to run at ``due``; a server notices it within seconds."""
    known = jobs.c.kind == kind.name, jobs.c.key == key
    db.execute(update(jobs).where(*known).values(due_at=due))
    _insert(db, kind, key, data, due)


def make_due(db: Connection) -> None:
    """Have a server run all jobs that wait once it starts, also those that are due later."""
    db.execute(update(jobs).where(jobs.c.done_at.is_(None)).values(due_at=clock.now()))


def leave(db: Connection, kind: JobKind, data: Any) -> None:
    """Leave a job for the server, from another process; it looks every few seconds, or when it starts."""
    _insert(db, kind, ids.new(), data, clock.now())


def arm(db: Connection, kinds: Iterable[JobKind]) -> None:
    """Enqueue the jobs that run at an interval, those that are not enqueued yet.

    Those that a wrong clock has put off for longer than their interval are due after one.
    """
    for kind in kinds:
        if kind.every:
            _insert(db, kind, "", None, clock.now())
            latest = clock.later(kind.every)
            late = jobs.c.kind == kind.name, jobs.c.due_at > latest
            db.execute(update(jobs).where(*late).values(due_at=latest))


def _insert(db: Connection, kind: JobKind, key: str, data: Any, due: str) -> None:
    row = dict(zip(_ROW, (kind.name, key, orjson.dumps(data).decode(), due, 0), strict=True))
    _INSERT.run(db, {f"new_{column}": value for column, value in row.items()})


def unfinished(db: Connection, kind: JobKind) -> Sequence[Any]:
    """Return the data of the jobs of a kind that are not done, in the order in which they were enqueued."""
    found = select(jobs.c.data).where(jobs.c.kind == kind.name, jobs.c.done_at.is_(None))
    return db.scalars(found.order_by(jobs.c.id)).all()


def waiting(db: Connection) -> dict[str, int]:
    """Return how many jobs of each kind are due and not done, also those that run."""
    due = select(jobs.c.kind, func.count().label("number")).where(
        jobs.c.done_at.is_(None), jobs.c.due_at <= clock.now()
    )
    return {row.kind: row.number for row in db.execute(due.group_by(jobs.c.kind))}


async def _forget_finished(chat: Chat, _job: Job) -> None:
    """Delete the rows of jobs that finished long ago, in batches."""
    old = select(jobs.c.id).where(jobs.c.done_at < clock.ago(days=DAYS_KEPT)).limit(CAPACITY)

    def remove(act: Act) -> int:
        return act.db.execute(delete(jobs).where(jobs.c.id.in_(old.scalar_subquery()))).rowcount

    while await chat.change(remove, NOBODY) == CAPACITY:
        pass


FORGET = JobKind("jobs.forget", _forget_finished, every=timedelta(hours=1))
