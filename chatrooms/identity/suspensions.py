"""Suspended people: they cannot sign in, but keep their name and what they wrote.

People whom the application removed are suspended too, by it, until it adds them again (see `removing`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import Connection, bindparam, delete, insert, select, update
from typing_extensions import TypedDict

from chatrooms import clock
from chatrooms.errors import Suspended
from chatrooms.names import APPLICATION
from chatrooms.pipeline import people
from chatrooms.pipeline.chat import Chat
from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import suspensions

REMOVED = "The application removed them."
"""The reason that is shown for people whom no one has suspended before they were removed."""

_find = Prepared(
    select(suspensions.c.by, suspensions.c.at, suspensions.c.reason).where(
        suspensions.c.username == bindparam("username")
    )
)


class Suspension(TypedDict):
    """Why a person cannot sign in."""

    by: Annotated[
        str, Field(description="Who suspended them, by username; `system` is the console or the application.")
    ]
    at: Annotated[str, Field(description="Since when; ISO 8601, UTC, with milliseconds.")]
    reason: Annotated[str, Field(description="The reason, which the person reads when they try to sign in.")]


def find(db: Connection, username: str) -> Suspension | None:
    """Return the suspension of ``username``, if there is one."""
    row = _find.one(db, {"username": username})
    return None if row is None else _shown(row["by"], row["at"], row["reason"])


def of_all(db: Connection, usernames: Iterable[str]) -> dict[str, Suspension]:
    """Return the suspensions of those of ``usernames`` who are suspended."""
    found = db.execute(select(suspensions).where(suspensions.c.username.in_(usernames)))
    return {row.username: _shown(row.by, row.at, row.reason) for row in found}


def _shown(by: str, at: str, reason: str) -> Suspension:
    return {"by": by, "at": at, "reason": reason or REMOVED}


def require_none(db: Connection, username: str) -> None:
    """Raise `Suspended` with the reason if ``username`` is suspended."""
    if found := refusal(db, username):
        raise found


def refusal(db: Connection, username: str) -> Suspended | None:
    """Return the refusal that ``username`` reads, with the reason, if they are suspended."""
    if people.is_removed(db, username):
        return Suspended("You no longer have access to this chat.")
    suspension = find(db, username)
    return Suspended(f"Your account is suspended: {suspension['reason']}") if suspension else None


async def require_active(chat: Chat, username: str) -> None:
    """Raise `Suspended` if ``username``, whom no session proves, is suspended."""
    asked = chat.sessions.now()
    if found := await chat.lookup(lambda db: refusal(db, username)):
        raise found
    chat.sessions.find_again(username, asked)


def store(db: Connection, username: str, by: str, reason: str) -> None:
    """Let ``username`` no longer sign in; people who were removed stay removed."""
    now = {"by": by, "at": clock.now(), "reason": reason}
    if not db.execute(_of(update(suspensions), username).values(now)).rowcount:
        db.execute(insert(suspensions).values(username=username, **now))


def remove(db: Connection, username: str) -> None:
    """Note that the application removed ``username``, beside the suspension that they may have already."""
    if not db.execute(_of(update(suspensions), username).values(removed=True)).rowcount:
        given = {"username": username, "by": APPLICATION, "at": clock.now(), "reason": "", "removed": True}
        db.execute(insert(suspensions).values(given))


def readmit(db: Connection, username: str) -> None:
    """Note that ``username`` is removed no longer; the suspension that they had before stays."""
    db.execute(_of(delete(suspensions), username).where(suspensions.c.reason == ""))
    db.execute(_of(update(suspensions), username).values(removed=False))


def drop(db: Connection, username: str) -> None:
    """Let ``username`` sign in again."""
    db.execute(_of(delete(suspensions), username))


def _of(statement: Any, username: str) -> Any:
    return statement.where(suspensions.c.username == username)
