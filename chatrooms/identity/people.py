"""People as moderators, admins and owners of the server see them, and ending their sessions."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from sqlalchemy import Connection, func, select
from typing_extensions import TypedDict

from chatrooms import names
from chatrooms.features import roles
from chatrooms.features.users import Who, shown
from chatrooms.identity import passwords, service_keys, suspensions
from chatrooms.identity.endings import end_for_good
from chatrooms.identity.sessions import signed_in
from chatrooms.identity.suspensions import Suspension
from chatrooms.pipeline import rights, tenants
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.commands import Params, change, query
from chatrooms.pipeline.feature import Feature
from chatrooms.pipeline.shapes import Done
from chatrooms.storage import people_search
from chatrooms.storage.fields import ServerRole
from chatrooms.storage.rows import User
from chatrooms.storage.tables import sessions, users
from chatrooms.storage.tables import suspensions as barred
from chatrooms.types import MAX_PAGE, Search


class FindPeople(Params):
    """A page of people."""

    query: Search = Field("", description="Part of a username or name; if empty, return all.")
    after: Search = Field("", description="Start after this username; if empty, start at the first.")
    role: ServerRole | None = Field(None, description="Return only people with this role.")
    suspended: bool = Field(False, description="Return only people who are suspended.")


class Account(TypedDict):
    """A person, and what only moderators, admins and owners of the server see of them."""

    user: Annotated[User, Field(description="Their profile.")]
    suspension: Annotated[Suspension | None, Field(description="Why they cannot sign in, if they are suspended.")]
    sessions: Annotated[int, Field(description="How many browsers and programs are signed in as them.")]
    keys: Annotated[int, Field(description="How many service keys of theirs work.")]
    seen_at: Annotated[str | None, Field(description="When one of these was last used, to the hour; ISO 8601.")]
    has_password: Annotated[bool, Field(description="Whether they can sign in by a password.")]


class AccountPage(TypedDict):
    """People; ``more`` is true if there are others after the last one."""

    people: list[Account]
    more: bool


def _lister(act: Act, _p: FindPeople) -> None:
    """Allow moderators, admins and owners of the server."""
    rights.require(act, "list")


@query("server.people", may=_lister, method="accounts")
def page(act: Act, p: FindPeople, _: None) -> AccountPage:
    """Return people with their sessions and suspensions, a hundred at a time, ordered by username."""
    chosen = [users.c.username != names.APPLICATION, tenants.seen(act.me)]
    if p.role:
        chosen.append(users.c.role == p.role)
    if p.suspended:
        chosen.append(users.c.username.in_(select(barred.c.username)))
    found = people_search.find(act.db, p.query, p.after, MAX_PAGE + 1, *chosen)
    return {"people": _accounts(act.db, found[:MAX_PAGE]), "more": len(found) > MAX_PAGE}


def _accounts(db: Connection, usernames: list[str]) -> list[Account]:
    profiles = shown(db, usernames)
    counts = select(sessions.c.username, func.count(), func.max(sessions.c.seen_at))
    counts = counts.where(sessions.c.username.in_(usernames))
    used = {name: (number, at) for name, number, at in db.execute(counts.group_by(sessions.c.username))}
    suspended = suspensions.of_all(db, usernames)
    keys = service_keys.counts(db, usernames)
    with_password = passwords.holders(db, usernames)
    return [
        {
            "user": profiles[name],
            "suspension": suspended.get(name),
            "sessions": used.get(name, (0, None))[0],
            "keys": keys.get(name, 0),
            "seen_at": used.get(name, (0, None))[1],
            "has_password": name in with_password,
        }
        for name in usernames
    ]


def _admin(act: Act, p: Who) -> None:
    """Allow admins and owners of the server, for people with a lower role."""
    rights.require_over(act.db, act.me, "sign_in", p.username)
    signed_in(act.me)


@change("user.sign_out", may=_admin, locks=roles.changing, repeatable=False, method="sign_out")
def sign_out(act: Act, p: Who, _: None) -> Done:
    """End all sessions, service keys, links and invitations by link of a person; their sockets are disconnected."""
    act.barred.append(p.username)  # where a host application signs people in, they have no sessions
    act.ended.extend(end_for_good(act.db, p.username))
    act.note(f"signed {p.username!r} out everywhere")
    return {}


FEATURE = Feature(commands=(page, sign_out))
