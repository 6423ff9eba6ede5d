"""Suspended people: they cannot sign in, but keep their name and what they wrote."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field
from sqlalchemy import Connection, bindparam, delete, insert, select
from typing_extensions import TypedDict

from chatrooms import clock
from chatrooms.errors import Suspended
from chatrooms.pipeline.chat import Chat
from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import suspensions

_find = Prepared(
    select(suspensions.c.by, suspensions.c.at, suspensions.c.reason).where(
        suspensions.c.username == bindparam("username")
    )
)


class Suspension(TypedDict):
    """Why a person cannot sign in."""

    by: Annotated[str, Field(description="The username of the person who suspended them; `system` from the console.")]
    at: Annotated[str, Field(description="Since when; ISO 8601, UTC, with milliseconds.")]
    reason: Annotated[str, Field(description="The reason, which the person reads when they try to sign in.")]


def find(db: Connection, username: str) -> Suspension | None:
    """Return the suspension of ``username``, if there is one."""
    row = _find.one(db, {"username": username})
    return None if row is None else {"by": row["by"], "at": row["at"], "reason": row["reason"]}


def of_all(db: Connection, usernames: Iterable[str]) -> dict[str, Suspension]:
    """Return the suspensions of those of ``usernames`` who are suspended."""
    found = db.execute(select(suspensions).where(suspensions.c.username.in_(usernames)))
    return {row.username: {"by": row.by, "at": row.at, "reason": row.reason} for row in found}


def require_none(db: Connection, username: str) -> None:
    """Raise `Suspended` with the reason if ``username`` is suspended."""
    if suspension := find(db, username):
        raise _refusal(suspension)


def _refusal(suspension: Suspension) -> Suspended:
    return Suspended(f"Your account is suspended: {suspension['reason']}")


async def require_active(chat: Chat, username: str) -> None:
    """Raise `Suspended` if ``username``, whom no session proves, is suspended."""
    asked = chat.sessions.now()
    if suspension := await chat.lookup(lambda db: find(db, username)):
        raise _refusal(suspension)
    chat.sessions.find_again(username, asked)


def store(db: Connection, username: str, by: str, reason: str) -> None:
    """Let ``username`` no longer sign in."""
    db.execute(delete(suspensions).where(suspensions.c.username == username))
    db.execute(insert(suspensions).values(username=username, by=by, at=clock.now(), reason=reason))


def drop(db: Connection, username: str) -> None:
    """Let ``username`` sign in again."""
    db.execute(delete(suspensions).where(suspensions.c.username == username))
