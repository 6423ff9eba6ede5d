"""Whether those who have sockets at a node may still be there, as other nodes can end their sessions."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select

from chatrooms.identity import service_keys, suspensions
from chatrooms.pipeline.act import Caller
from chatrooms.storage.tables import sessions


def ended(db: Connection, callers: Collection[Caller]) -> list[Caller]:
    """Return the callers whose session or service key was ended or who are suspended."""
    programs = [caller.session for caller in callers if caller.session and caller.scope]
    people = [caller.session for caller in callers if caller.session and not caller.scope]
    known = set(db.scalars(select(sessions.c.id).where(sessions.c.id.in_(people)))) if people else set()
    alive = known | service_keys.all_alive(db, programs)
    suspended = suspensions.of_all(db, {caller.username for caller in callers})
    return [caller for caller in callers if caller.username in suspended or _lacks(caller, alive)]


def _lacks(caller: Caller, alive: Collection[str]) -> bool:
    return caller.session is not None and caller.session not in alive
