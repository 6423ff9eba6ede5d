"""Leases of jobs where several servers use a database: a server that runs a job has it leased, and renews the lease.

Should the server end, another one runs the job once the lease is over. Leases go by the clock of PostgreSQL, so that
those of the servers need not agree.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, literal_column, or_, select, update

from chatrooms.storage.tables import jobs

SECONDS = 15


def _in(seconds: int) -> ColumnElement[str]:
    moment = f"now() AT TIME ZONE 'utc' + interval '{seconds} seconds'"
    return literal_column(f"""to_char({moment}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')""")


FREE = or_(jobs.c.leased_until.is_(None), jobs.c.leased_until <= _in(0))
"""The condition that no server runs a job."""


def take(db: Connection, ids: Iterable[int]) -> set[int]:
    """Lease those of some jobs that are not done and free, and return them; wait for no other server."""
    free = select(jobs.c.id).where(jobs.c.id.in_(ids), jobs.c.done_at.is_(None), FREE)
    which = jobs.c.id.in_(free.with_for_update(skip_locked=True).scalar_subquery())
    return set(db.scalars(update(jobs).where(which).values(leased_until=_in(SECONDS)).returning(jobs.c.id)))


def renew(db: Connection, ids: Iterable[int]) -> None:
    """Have jobs for longer."""
    db.execute(update(jobs).where(jobs.c.id.in_(ids)).values(leased_until=_in(SECONDS)))


def end(db: Connection, ids: Iterable[int]) -> None:
    """Let other servers have jobs."""
    db.execute(update(jobs).where(jobs.c.id.in_(list(ids))).values(leased_until=None))
