"""People: who they are, their roles, and suspending them."""

from __future__ import annotations

from typing import cast

from sqlalchemy import Connection, select
from typing_extensions import TypedDict

from chatrooms import names, types
from chatrooms.cli.database import acting, require_person, transaction
from chatrooms.cli.opening import Unable
from chatrooms.errors import Refusal
from chatrooms.features import roles, rooms, users, verdicts
from chatrooms.features.verdicts import Verdict
from chatrooms.identity import suspending, suspensions, ways
from chatrooms.identity.suspensions import Suspension
from chatrooms.identity.ways import Shown
from chatrooms.names import APPLICATION
from chatrooms.pipeline import jobs
from chatrooms.settings import Settings
from chatrooms.storage import locks, tables
from chatrooms.storage.fields import ServerRole
from chatrooms.storage.rows import User

LONGEST_REASON = 250


class Listed(TypedDict):
    """A person, as the command line prints them."""

    username: str
    name: str
    role: ServerRole
    created_at: str
    suspension: Suspension | None


def listed(settings: Settings, role: str | None) -> list[Listed]:
    """Return the people with ``role``, or all, ordered by username."""
    with transaction(settings) as db:
        everyone = tables.users.c.username != APPLICATION
        chosen = select(tables.users.c.username).where(everyone, *([tables.users.c.role == role] if role else []))
        return [_shown(db, name) for name in db.scalars(chosen.order_by(tables.users.c.username))]


def give_role(settings: Settings, username: str, role: ServerRole) -> Listed:
    """Give a person a role; raises `Unable` for the last owner, or if there is no such person."""
    with transaction(settings) as db:
        require_person(db, username)
        locks.take(db, roles.locks_to_change(username))
        try:
            ended = roles.store(db, username, role)
        except Refusal as refusal:
            raise Unable(refusal.message) from refusal
        if ended:
            jobs.leave(db, suspending.END, {"username": username, "sessions": ended})
        jobs.leave(db, roles.ANNOUNCE, {"username": username})
        return _shown(db, username)


def suspend(settings: Settings, username: str, reason: str) -> Listed:
    """Suspend a person; raises `Unable` for the last owner, or if there is no such person.

    Raises ``ValueError`` if the reason is not one line that people can read.
    """
    reason = types.line(reason)
    if not 1 <= len(reason) <= LONGEST_REASON:
        raise Unable(f"a reason has 1 to {LONGEST_REASON} characters")
    with transaction(settings) as db:
        require_person(db, username)
        locks.take(db, roles.locks_to_change(username))
        try:
            ended = suspending.store(db, username, APPLICATION, reason)
        except Refusal as refusal:
            raise Unable(refusal.message) from refusal
        jobs.leave(db, suspending.END, {"username": username, "sessions": ended})
        return _shown(db, username)


def restore(settings: Settings, username: str) -> Listed:
    """Let a suspended person sign in again; raises `Unable` if there is no such person."""
    with transaction(settings) as db:
        require_person(db, username)
        suspending.drop(db, username)
        return _shown(db, username)


def show(settings: Settings, username: str) -> Shown:
    """Return how a person signs in, and where they are signed in; raises `Unable`."""
    found: Shown = acting.run(settings, ways.show, username=username)
    return found


def rights(settings: Settings, username: str, room: str | None) -> list[Verdict]:
    """Return what a person can do on the server or in a room, and why not; raises `Unable` or ``ValueError``."""
    if room is not None:
        with transaction(settings) as db:
            if not rooms.exists(db, names.shared(room)):
                raise Unable(f"there is no room {names.shared(room)}")
    found: list[Verdict] = acting.run(settings, verdicts.page, username=username, room=room)["verdicts"]
    return found


def _shown(db: Connection, username: str) -> Listed:
    user = cast(User, users.find(db, username))
    shown = {key: user[key] for key in ("username", "name", "role", "created_at")}
    return cast(Listed, {**shown, "suspension": suspensions.find(db, username)})
