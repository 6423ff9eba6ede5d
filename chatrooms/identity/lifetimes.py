"""How long sessions last: `session_days` unused, `session_max_days` in all.

Time in which no server ran does not count, nor by how much its clock was set forward: after a start with a wrong clock
everybody would be signed out once it is right.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, func, or_, select, update

from chatrooms import clock
from chatrooms.identity import service_keys
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.chat import NOBODY, Chat
from chatrooms.pipeline.jobs import Job, JobKind
from chatrooms.settings import Settings
from chatrooms.storage import facts
from chatrooms.storage.facts import Facts
from chatrooms.storage.tables import sessions

EVERY = timedelta(hours=1)
ABSENCE = 2 * EVERY
"""A longer time since a server last ran does not count."""
BATCH = 100
proven_at = func.coalesce(sessions.c.proven_at, sessions.c.created_at)
"""When the person of a session proved who they are: from then on it lasts."""


def limits(settings: Settings) -> dict[str, str]:
    """Return when a session must have been used last, ``since``, and have begun, ``begun``, to be valid."""
    return {
        "since": clock.steadily_ago(days=settings.session_days),
        "begun": clock.steadily_ago(days=settings.session_max_days),
    }


def resume(act: Act, known: Facts) -> None:
    """Leave out the time since a server last ran, if that is long, and note that one runs now."""
    absent = clock.steady() - datetime.fromisoformat(known.ran_at)
    if absent > ABSENCE:
        _move(act, absent)
    facts.note_running(act.db, clock.steadily_ago())


def _move(act: Act, span: timedelta) -> None:
    """Move the times of all sessions forward, but not into the future; none has just begun then (see `fresh`)."""
    latest = clock.moved(act.now, -EVERY)
    found = act.db.execute(select(sessions.c.id, sessions.c.created_at, proven_at, sessions.c.seen_at)).all()
    moved = [
        {
            "which": which,
            "created": min(latest, clock.moved(created, span)),
            "proven": min(latest, clock.moved(proven, span)),
            "seen": min(act.now, clock.moved(seen, span)),
        }
        for which, created, proven, seen in found
    ]
    if moved:
        times: dict[str, Any] = {f"{which}_at": bindparam(which) for which in ("created", "proven", "seen")}
        act.db.execute(update(sessions).where(sessions.c.id == bindparam("which")).values(times), moved)


class Used:
    """Notes, once in `EVERY`, which sessions are used at this node: the job runs at one of them."""

    def __init__(self, chat: Chat) -> None:
        self._chat, self._next = chat, time.monotonic() + EVERY.total_seconds()

    async def note(self) -> None:
        """Note them, if it is time."""
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + EVERY.total_seconds()
            used = self._chat.sessions.take_used()
            await self._chat.change(lambda act: _note(act, used), NOBODY)


async def _keep(chat: Chat, _job: Job) -> None:
    """Note that the server runs and which sessions are used, and end those that have expired, a batch at a time."""
    used = chat.sessions.take_used()
    await chat.change(lambda act: _note(act, used), NOBODY)
    while await chat.change(lambda act: _end_expired(act, chat.settings), NOBODY) == BATCH:
        pass


def _note(act: Act, used: set[str]) -> None:
    facts.note_running(act.db, clock.steadily_ago())
    if used:
        act.db.execute(
            update(sessions).where(sessions.c.id == bindparam("which")).values(seen_at=act.now),
            [{"which": session} for session in used],
        )
        service_keys.touch(act.db, used)


def _end_expired(act: Act, settings: Settings) -> int:
    expired = _expired(settings)
    some = sessions.c.id.in_(select(sessions.c.id).where(expired).limit(BATCH))
    ids = list(act.db.scalars(delete(sessions).where(some, expired).returning(sessions.c.id)))  # none that began anew
    act.ended.extend(ids)
    return len(ids)


def _expired(settings: Settings) -> ColumnElement[bool]:
    at = limits(settings)
    return or_(sessions.c.seen_at <= at["since"], proven_at <= at["begun"])


JOB = JobKind("sessions.expire", _keep, every=EVERY)
