"""People as moderators, admins and owners of the server see them, and helping them back in or ending their sessions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated

from pydantic import Field
from sqlalchemy import Connection, func, select
from typing_extensions import TypedDict

from chatrooms import ids, names
from chatrooms.errors import Conflict
from chatrooms.features import roles
from chatrooms.features.users import Who, existing, shown
from chatrooms.identity import links, passwords, proofs, service_keys, suspensions
from chatrooms.identity.linking import OneLink
from chatrooms.identity.sessions import end_all, present, signed_in
from chatrooms.identity.suspensions import Suspension
from chatrooms.pipeline import rights, tenants
from chatrooms.pipeline.act import APPLICATION, Act, Caller
from chatrooms.pipeline.chat import Chat
from chatrooms.pipeline.commands import Params, change, query
from chatrooms.pipeline.feature import Feature
from chatrooms.pipeline.jobs import Job, JobKind, enqueue
from chatrooms.pipeline.shapes import Done
from chatrooms.storage import people_search
from chatrooms.storage.fields import ServerRole
from chatrooms.storage.rows import User
from chatrooms.storage.tables import sessions, users
from chatrooms.storage.tables import suspensions as barred
from chatrooms.types import MAX_PAGE, Search

GOOD_FOR = timedelta(days=1)
"""How long a link works that an admin makes for somebody else."""


class FindPeople(Params):
    """A page of people."""

    query: Search = Field("", description="Part of a username or name; if empty, return all.")
    after: Search = Field("", description="Start after this username; if empty, start at the first.")
    role: ServerRole | None = Field(None, description="Return only people with this role.")
    suspended: bool = Field(False, description="Return only people who are suspended.")


class Helping(Who):
    """A person who cannot sign in."""

    forget_password: bool = Field(
        False,
        description="Whether to remove all that signs them in, such as passkeys and a password, and end their "
        "sessions: because it is lost, or somebody else may know it.",
    )


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
    rights.require(act, "sign_in", p.username)
    signed_in(act.me)


def _helper(act: Act, p: Who) -> None:
    """Allow them while their session lasts."""
    _admin(act, p)
    present(act)


def _changing(db: Connection, me: Caller, p: Who) -> Iterable[str]:
    """Lock what `roles.changing` does, and the caller's own room, so that their session does not end meanwhile."""
    return *roles.changing(db, me, p), me.username


@change("user.link", may=_helper, locks=_changing, method="link_for")
def link(act: Act, p: Helping, _: None) -> OneLink:
    """Make a link that signs in a person once, within a day, because they have lost every other way in.

    They get a message from the server about it, with your name. An earlier link of theirs ends. The link works only
    while you could make it: not once you are suspended, or their role is no longer lower than yours, nor once you end
    your other sessions.
    """
    if suspensions.find(act.db, p.username):
        raise Conflict("This person is suspended. Restore them first.", field="username")
    if p.forget_password:
        act.ended.extend(proofs.forget(act.db, p.username))
    removed = " and removed all other ways" if p.forget_password else ""
    me = existing(act.db, act.me.username)
    by = f"{me['name']} (@{me['username']})" if me["name"] else me["username"]
    text = f"{by} made a link that signs in as you{removed}. If you did not ask for it, tell an owner."
    enqueue(act, NOTE, ids.new(), {"username": p.username, "text": text})
    act.note(f"made a link that signs in as {p.username!r}{removed}")
    return {"link": links.make(act.db, p.username, GOOD_FOR, "admin", act.me.username)}


@change("user.sign_out", may=_admin, locks=roles.changing, method="sign_out")
def sign_out(act: Act, p: Who, _: None) -> Done:
    """End all sessions, service keys and links of a person; their sockets are disconnected."""
    act.barred.append(p.username)  # where a host application signs people in, they have no sessions
    act.ended.extend([*end_all(act.db, p.username), *service_keys.forget(act.db, p.username)])
    act.note(f"signed {p.username!r} out everywhere")
    return {}


async def _note(chat: Chat, job: Job) -> None:
    room = names.conversation(names.APPLICATION, job.data["username"])
    given = {"room": room, "text": job.data["text"], "id": job.key}
    await chat.run("message.post", given, APPLICATION)


NOTE = JobKind("user.note", _note)
"""Writes to a person as the server; its key is the message's id, so that it comes once."""
FEATURE = Feature(commands=(page, link, sign_out), jobs=(NOTE,))
