"""Suspending people, and restoring them (see `suspensions`)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from sqlalchemy import Connection
from typing_extensions import TypedDict

from chatrooms.errors import Conflict, Forbidden
from chatrooms.features import roles
from chatrooms.features.users import Who
from chatrooms.identity import endings, fresh, sessions, suspended_tokens, suspensions
from chatrooms.identity.fresh import Proven
from chatrooms.identity.passwords import Passwords
from chatrooms.identity.suspensions import Suspension
from chatrooms.names import APPLICATION
from chatrooms.pipeline import people, rights
from chatrooms.pipeline.act import Act, Caller
from chatrooms.pipeline.chat import NOBODY, Chat
from chatrooms.pipeline.commands import Params, change, live
from chatrooms.pipeline.feature import Feature
from chatrooms.pipeline.jobs import Job, JobKind
from chatrooms.types import Topic


class Suspending(Who):
    """A person to suspend."""

    reason: Topic = Field(min_length=1, description="Why, in one line; they read it when they try to sign in.")


class Restoring(Proven, Who):
    """A suspended person."""


class OneSuspension(TypedDict):
    """The person's suspension as it is now; null if they can sign in."""

    suspension: Annotated[Suspension | None, Field(description="Why the person cannot sign in.")]


def store(db: Connection, username: str, by: str, reason: str) -> list[str]:
    """Suspend ``username`` and end all their sessions, whose ids it returns; raises `Conflict` for the last owner.

    It takes the locks `roles.locks_to_change`.
    """
    roles.require_other_owner(db, username)
    suspensions.store(db, username, by, reason)
    suspended_tokens.keep(db, username)
    return endings.end_all(db, username)


def drop(db: Connection, username: str) -> None:
    """Let ``username`` sign in again; their sessions stay ended."""
    suspensions.drop(db, username)
    suspended_tokens.forget(db, username)


def _moderator(act: Act, p: Who) -> None:
    """Do what `_require_moderator` does, for a command."""
    _require_moderator(act.db, act.me, p.username)


def _require_moderator(db: Connection, me: Caller, username: str) -> Suspension | None:
    """Return the suspension of a person, if there is one, to moderators, admins and owners with a higher role.

    A suspension is changed by people whose role is at least that of the person who made it; one from the console, only
    there. Those whom the application removed, only it adds again.
    """
    rights.require_over(db, me, "suspend", username)
    suspension = suspensions.find(db, username)
    if suspension and not me.host:
        _require_changeable(db, me, username, suspension)
    return suspension


def _require_changeable(db: Connection, me: Caller, username: str, suspension: Suspension) -> None:
    if people.is_removed(db, username):
        raise Forbidden("The application that this chat belongs to has removed this person.", field="username")
    if suspension["by"] == APPLICATION:
        raise Forbidden("This person was suspended by the server. Restore them on its console.", field="username")
    if rights.rank(rights.of(db, suspension["by"])) > rights.rank(rights.of(db, me.username)):
        raise Forbidden("Somebody with a higher role has suspended this person.", field="username")


@change("user.suspend", may=_moderator, locks=roles.changing, repeatable=False, method="suspend")
def suspend(act: Act, p: Suspending, _: None) -> OneSuspension:
    """Suspend a person: they are signed out everywhere at once and cannot sign in until they are restored.

    Their name stays theirs, and their messages stay. Suspending somebody again changes the reason.
    """
    act.ended.extend(store(act.db, p.username, act.me.username, p.reason))
    act.barred.append(p.username)
    act.note(f"suspended {p.username!r}: {p.reason!r}")
    return {"suspension": suspensions.find(act.db, p.username)}


def _anybody(_me: Caller, _p: Params) -> None:
    """Allow everybody to ask; the body asks `_require_moderator`."""


@live("user.restore", may=_anybody, repeatable=True, method="restore")
async def restore(here: Passwords, me: Caller, p: Restoring) -> OneSuspension:
    """Let a suspended person sign in again, by their password or a link. It has no effect on others.

    They have the role that they had. To restore a moderator, an admin or an owner, prove who you are: by your password,
    or without one by having signed in within ten minutes.
    """

    def change(act: Act) -> OneSuspension:
        sessions.require_present(act)
        if still:
            still(act)
        return lift(act, p.username, proven=gives_power)

    gives_power = await here.chat.lookup(lambda db: _gives_power(db, me, p.username))
    still = await fresh.require(here, me, p.password) if me.session and gives_power else None
    return await here.chat.change(change, me, *roles.locks_to_change(p.username))


def lift(act: Act, username: str, *, proven: bool) -> OneSuspension:
    """Restore a person. Raises what `_require_moderator` does.

    Also `Conflict` for somebody who has power over others by then, unless the caller has ``proven`` who they are.
    """
    if _gives_power(act.db, act.me, username) and not proven:
        raise Conflict("Their role was changed a moment ago. Look at it, and try again.", field="username")
    drop(act.db, username)
    act.note(f"restored {username!r}")
    return {"suspension": None}


def _gives_power(db: Connection, me: Caller, username: str) -> bool:
    """Return whether a person has power over others again if the caller restores them; see `_require_moderator`."""
    suspension = _require_moderator(db, me, username)
    return suspension is not None and rights.empowers("guest", rights.of(db, username))


async def _end(chat: Chat, job: Job) -> None:
    username: str = job.data["username"]

    def end(act: Act) -> None:
        act.ended.extend(job.data["sessions"])
        if suspensions.find(act.db, username):
            act.barred.append(username)

    await chat.change(end, NOBODY)


END = JobKind("user.end", _end)
"""Ends the connections of sessions that the command line ended, and those of a person whom it suspended."""
FEATURE = Feature(tables=(suspended_tokens.suspended_tokens,), commands=(suspend,), jobs=(END,))
PROVEN = (restore,)
"""The commands that need `Passwords`."""
