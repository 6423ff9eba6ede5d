"""Suspending people, and restoring them (see `suspensions`)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from sqlalchemy import Connection
from typing_extensions import TypedDict

from chatrooms.errors import Forbidden
from chatrooms.features import roles
from chatrooms.features.users import Who
from chatrooms.identity import sessions, suspended_tokens, suspensions
from chatrooms.identity.suspensions import Suspension
from chatrooms.names import APPLICATION
from chatrooms.pipeline import people, rights
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.chat import NOBODY, Chat
from chatrooms.pipeline.commands import change
from chatrooms.pipeline.feature import Feature
from chatrooms.pipeline.jobs import Job, JobKind
from chatrooms.types import Topic


class Suspending(Who):
    """A person to suspend."""

    reason: Topic = Field(min_length=1, description="Why, in one line; they read it when they try to sign in.")


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
    return sessions.end_all(db, username)


def drop(db: Connection, username: str) -> None:
    """Let ``username`` sign in again; their sessions stay ended."""
    suspensions.drop(db, username)
    suspended_tokens.forget(db, username)


def _moderator(act: Act, p: Who) -> None:
    """Allow moderators, admins and owners of the server, for people with a lower role.

    A suspension is changed by people whose role is at least that of who made it; one from the console, only there. Whom
    the application removed, only it adds again.
    """
    rights.require(act, "suspend", p.username)
    if suspension := suspensions.find(act.db, p.username):
        _require_changeable(act, p.username, suspension)


def _require_changeable(act: Act, username: str, suspension: Suspension) -> None:
    if act.me.host:
        return
    if people.is_removed(act.db, username):
        raise Forbidden("The application that this chat belongs to has removed this person.", field="username")
    if suspension["by"] == APPLICATION:
        raise Forbidden("This person was suspended by the server. Restore them on its console.", field="username")
    if rights.rank(rights.of(act.db, suspension["by"])) > rights.rank(rights.of(act.db, act.me.username)):
        raise Forbidden("Somebody with a higher role has suspended this person.", field="username")


@change("user.suspend", may=_moderator, locks=roles.changing, method="suspend")
def suspend(act: Act, p: Suspending, _: None) -> OneSuspension:
    """Suspend a person: they are signed out everywhere at once and cannot sign in until they are restored.

    Their name stays theirs, and their messages stay. Suspending somebody again changes the reason.
    """
    act.ended.extend(store(act.db, p.username, act.me.username, p.reason))
    act.barred.append(p.username)
    act.note(f"suspended {p.username!r}: {p.reason!r}")
    return {"suspension": suspensions.find(act.db, p.username)}


@change("user.restore", may=_moderator, locks=roles.changing, method="restore")
def restore(act: Act, p: Who, _: None) -> OneSuspension:
    """Let a suspended person sign in again, by their password or a link. It has no effect on others."""
    drop(act.db, p.username)
    act.note(f"restored {p.username!r}")
    return {"suspension": None}


async def _end(chat: Chat, job: Job) -> None:
    username: str = job.data["username"]

    def end(act: Act) -> None:
        act.ended.extend(job.data["sessions"])
        if suspensions.find(act.db, username):
            act.barred.append(username)

    await chat.change(end, NOBODY)


END = JobKind("user.end", _end)
"""Ends the connections of sessions that the command line ended, and those of a person whom it suspended."""
FEATURE = Feature(tables=(suspended_tokens.suspended_tokens,), commands=(suspend, restore), jobs=(END,))
