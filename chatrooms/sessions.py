"""Joining and staying joined: a name is kept by a token, of which only the hash is stored."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict, cast
from uuid import uuid4

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from chatrooms import clock, users
from chatrooms.auth import token_hash
from chatrooms.commands import Act, Caller, Params, change, query
from chatrooms.errors import NotFound, Unauthorized
from chatrooms.params import Id
from chatrooms.prepared import Prepared
from chatrooms.tables import User, many, sessions

SEEN_EVERY_HOURS = 1


class Nothing(Params):
    """No parameters."""


class Which(Params):
    """One of the caller's sessions."""

    id: Id


class Session(TypedDict):
    """A browser or program that can act for the caller."""

    id: str
    agent: str
    created_at: str
    seen_at: str
    current: bool


class ManySessions(TypedDict):
    """Sessions, the latest used first."""

    sessions: list[Session]


class Done(TypedDict):
    """Done; there is nothing more to say."""


class Known(TypedDict):
    """Who a token belongs to."""

    id: str
    username: str
    seen_at: str


_of_token = Prepared(
    select(sessions.c.id, sessions.c.username, sessions.c.seen_at).where(
        sessions.c.token_hash == bindparam("token_hash"), sessions.c.seen_at > bindparam("since")
    )
)


_of_id = Prepared(select(sessions.c.id).where(sessions.c.id == bindparam("id")))


def find(db: Connection, token: str, days: int) -> Known | None:
    """Whose ``token`` this is, unless it went unused for ``days`` days."""
    return cast(Known | None, _of_token.one(db, {"token_hash": token_hash(token), "since": clock.ago(days=days)}))


def exists(db: Connection, token: str) -> bool:
    """Whether ``token`` was ever given out and not revoked."""
    return db.scalar(select(sessions.c.id).where(sessions.c.token_hash == token_hash(token))) is not None


def alive(db: Connection, id: str) -> bool:
    """Whether the session was not revoked."""
    return _of_id.one(db, {"id": id}) is not None


def stale(known: Known) -> bool:
    """Whether it is time to note that the session is used."""
    return known["seen_at"] < clock.ago(hours=SEEN_EVERY_HOURS)


def touch(act: Act, id: str) -> None:
    """Note that the session is used; raises `Unauthorized` if it was revoked meanwhile."""
    if act.db.execute(update(sessions).where(sessions.c.id == id).values(seen_at=act.now)).rowcount == 0:
        raise Unauthorized


def start(act: Act, username: str, token: str, agent: str) -> None:
    """From now on ``token`` proves ``username``."""
    act.db.execute(
        insert(sessions).values(
            id=str(uuid4()),
            token_hash=token_hash(token),
            username=username,
            agent=agent,
            created_at=act.now,
            seen_at=act.now,
        )
    )


def admit(act: Act, username: str, *, vouched: bool = False) -> User:
    """Return the profile of ``username``, whom we take at their word or a host application has ``vouched`` for.

    They are added if they are new; raises `NameTaken` as `users.add` does.
    """
    return users.find(act.db, username) or users.add(act, username, vouched=vouched)


@query("session.list")
def listed(act: Act, p: Nothing) -> ManySessions:
    """Where the caller is joined."""
    columns = (sessions.c.id, sessions.c.agent, sessions.c.created_at, sessions.c.seen_at)
    found = select(*columns).where(sessions.c.username == act.me.username).order_by(sessions.c.seen_at.desc())
    mine = many(Session, act.db.execute(found))
    return {"sessions": [{**session, "current": session["id"] == act.me.session} for session in mine]}


def _none(_db: Connection, _me: Caller, _p: Which) -> Iterable[str]:
    return ()


@change("session.revoke", locks=_none)
def revoke(act: Act, p: Which) -> Done:
    """End one of the caller's sessions."""
    ended = act.db.execute(delete(sessions).where(sessions.c.id == p.id, sessions.c.username == act.me.username))
    if ended.rowcount == 0:
        raise NotFound(field="id")
    act.ended.append(p.id)
    return {}
