"""Sessions: the browsers and programs that can act for a person, each by a token of which only the hash is stored."""

from __future__ import annotations

import secrets
from typing import Annotated, cast
from uuid import uuid4

from pydantic import Field
from sqlalchemy import Connection, Integer, bindparam, delete, insert, literal, or_, select, update
from typing_extensions import TypedDict

from chatrooms import clock
from chatrooms.errors import Forbidden, Unauthorized
from chatrooms.identity import (
    applicants,
    endings,
    free_names,
    lifetimes,
    links,
    pending,
    service_keys,
    suspensions,
)
from chatrooms.identity.beginnings import Beginning
from chatrooms.identity.digests import digest
from chatrooms.pipeline import access
from chatrooms.pipeline.act import Act, Caller
from chatrooms.pipeline.commands import Params, change, own_room, query
from chatrooms.pipeline.feature import Feature
from chatrooms.pipeline.shapes import Done, Nothing
from chatrooms.settings import Settings
from chatrooms.storage.fields import Began, Created
from chatrooms.storage.results import many
from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import sessions
from chatrooms.types import Id

SEEN_EVERY_HOURS = 1
MOST = 100
"""Sessions of a person; the one that was used least recently ends for another."""


class WhichSession(Params):
    """One of your sessions."""

    id: Id = Field(description="The id of one of your own sessions.")


class Session(TypedDict):
    """A browser or program that can act for you."""

    id: Annotated[str, Field(description="The id, for `session.revoke`.")]
    agent: Annotated[str, Field(description="The browser or program, as it named itself.")]
    created_at: Created
    seen_at: Annotated[str, Field(description="When it was last used, to the hour.")]
    began: Annotated[Began | None, Field(description="How it began; null if an earlier version began it.")]
    current: Annotated[bool, Field(description="Whether this call came by this session.")]


class ManySessions(TypedDict):
    """Sessions, the last used first."""

    sessions: list[Session]


class Known(TypedDict):
    """Who a token belongs to."""

    id: str
    username: str
    seen_at: str
    second_factor: bool


_of_token = Prepared(
    select(sessions.c.id, sessions.c.username, sessions.c.seen_at, sessions.c.second_factor).where(
        sessions.c.token_hash == bindparam("token_hash"),
        sessions.c.seen_at > bindparam("since"),
        lifetimes.proven_at > bindparam("begun"),
    )
)


_insert = Prepared(insert(sessions))
_of_hash = Prepared(select(sessions.c.username).where(sessions.c.token_hash == bindparam("token_hash")))
_beyond = Prepared(
    select(sessions.c.id)
    .where(sessions.c.username == bindparam("username"))
    .order_by(sessions.c.seen_at.desc(), sessions.c.id)
    .offset(bindparam("most", type_=Integer))
)
_of_id = Prepared(select(sessions.c.id).where(sessions.c.id == bindparam("id")))


def new_token() -> str:
    """Return 256 random bits, as text."""
    return secrets.token_urlsafe(32)


def find(db: Connection, token: str, settings: Settings) -> Known | None:
    """Return whose ``token`` this is, unless it has expired."""
    return cast(Known | None, _of_token.one(db, {"token_hash": digest(token), **lifetimes.limits(settings)}))


def exists(db: Connection, token: str) -> bool:
    """Return whether ``token`` belongs to a session that was not ended."""
    return holder(db, token) is not None


def holder(db: Connection, token: str) -> str | None:
    """Return whom the session of ``token`` proves, if there is one that was not ended."""
    return holder_of_hash(db, digest(token))


def holder_of_hash(db: Connection, token_hash: str) -> str | None:
    """Return the same for the hash of a token."""
    found = _of_hash.one(db, {"token_hash": token_hash})
    return found["username"] if found else None


def alive(db: Connection, id: str) -> bool:
    """Return whether the session was not ended."""
    return _of_id.one(db, {"id": id}) is not None


def issuer_of(db: Connection, id: str) -> str | None:
    """Return the provider by which a session began, if it did."""
    issuer: str | None = db.scalar(select(sessions.c.issuer).where(sessions.c.id == id))
    return issuer


def username_of(db: Connection, id: str) -> str | None:
    """Return whom a session proves, if it was not ended."""
    username: str | None = db.scalar(select(sessions.c.username).where(sessions.c.id == id))
    return username


def proven_at(db: Connection, id: str) -> str | None:
    """Return when the person of a session proved who they are, if it was not ended."""
    at: str | None = db.scalar(select(lifetimes.proven_at).where(sessions.c.id == id))
    return at


def made_by(db: Connection, id: str) -> str | None:
    """Return somebody else by whose link a session began, if it was not ended."""
    username: str | None = db.scalar(select(sessions.c.made_by).where(sessions.c.id == id))
    return username


def stale(known: Known) -> bool:
    """Return whether it is time to note that the session is used."""
    return known["seen_at"] < clock.ago(hours=SEEN_EVERY_HOURS)


def touch(act: Act, id: str) -> None:
    """Note that the session is used; raises `Unauthorized` if it was ended meanwhile."""
    if act.db.execute(update(sessions).where(sessions.c.id == id).values(seen_at=act.now)).rowcount == 0:
        raise Unauthorized


def start(act: Act, username: str, token_hash: str, agent: str, beginning: Beginning) -> None:
    """Let the token with a hash prove ``username`` from now on; raises `Suspended`."""
    suspensions.require_none(act.db, username)
    free_names.keep(act.db, username)
    _make_place(act, username)
    row = {"id": str(uuid4()), "token_hash": token_hash, "username": username, "agent": agent}
    _insert.run(act.db, {**row, "created_at": act.now, "seen_at": act.now, **beginning._asdict()})


def _make_place(act: Act, username: str) -> None:
    """End the sessions of ``username`` that were used least recently, so that there is place for one more."""
    if ids := [row["id"] for row in _beyond.all(act.db, {"username": username, "most": MOST - 1})]:
        act.db.execute(delete(sessions).where(sessions.c.id.in_(ids)))
        act.ended.extend(ids)


def start_or_go_on(act: Act, username: str, token: str, agent: str, beginning: Beginning) -> None:
    """Let ``token`` prove ``username``, unless it does already; raises `Unauthorized` if it is or was another's.

    A session that goes on begins anew, also if its time was up: what it has begun ends, a second factor that was shown
    in it stays shown.
    """
    held = holder(act.db, token)
    if held not in (None, username):
        raise Unauthorized("This claim belongs to someone else. Create a new one.")
    if held is None:
        start(act, username, digest(token), agent, beginning)
        if applicants.drop(act.db, token):  # they asked to join by it, and came in otherwise
            applicants.announce(act)
    else:
        shown = or_(sessions.c.second_factor, literal(beginning.second_factor))
        begun = {**beginning._asdict(), "second_factor": shown, "created_at": act.now, "seen_at": act.now}
        went_on = update(sessions).where(sessions.c.token_hash == digest(token)).values(begun).returning(sessions.c.id)
        pending.forget(act.db, act.db.scalars(went_on).all())


@query("session.list", may=access.anyone, method="sessions")
def page(act: Act, p: Nothing, _: None) -> ManySessions:
    """Return the browsers and programs that can act for you."""
    columns = sessions.c.id, sessions.c.agent, sessions.c.created_at, sessions.c.seen_at, sessions.c.began
    found = select(*columns).where(sessions.c.username == act.me.username).order_by(sessions.c.seen_at.desc())
    mine = many(Session, act.db.execute(found))
    return {"sessions": [{**session, "current": session["id"] == act.me.session} for session in mine]}


def signed_in(me: Caller) -> str:
    """Return the session of a caller; raises `Forbidden` if a host application or a service key proves them."""
    if me.scope is not None:
        raise Forbidden("A service key cannot do that.")
    if me.session is None:
        raise Forbidden("Sign in through the host application.")
    return me.session


def present(act: Act) -> str:
    """Return the session of a caller who makes what signs in later; raises what `require_present` does."""
    session = signed_in(act.me)
    require_present(act)
    return session


def require_present(act: Act) -> None:
    """Raise `Unauthorized` if another node ended the session or service key of a caller who makes what lasts.

    That it ended is known here a little later. Meanwhile it could make what was removed with it.
    """
    if not lasts(act.db, act.me):
        raise Unauthorized("This session was ended.")


def lasts(db: Connection, me: Caller) -> bool:
    """Return whether the session or service key of a caller was not ended, or one without these was not suspended."""
    if me.session is None:
        return me.host or suspensions.find(db, me.username) is None
    return service_keys.alive(db, me.session) if me.scope else alive(db, me.session)


@change("session.revoke", may=access.anyone, locks=own_room, repeatable=False)
def revoke(act: Act, p: WhichSession, _: None) -> Done:
    """End one of your sessions; its sockets are disconnected.

    If it is not the one that asks, links that you have made for others end too.
    """
    endings.end(act, p.id)
    if p.id != act.me.session:
        links.drop_all(act.db, act.me.username)
    return {}


def _current(act: Act, _p: Nothing) -> str:
    """Allow people with a session."""
    return signed_in(act.me)


@change("session.revoke_others", may=_current, locks=own_room, repeatable=False, method="revoke_other_sessions")
def revoke_others(act: Act, p: Nothing, current: str) -> Done:
    """End all your sessions but this one, your service keys, and your invitations by link.

    The sockets of these sessions and keys are disconnected.
    """
    endings.end_others(act, current)
    return {}


FEATURE = Feature(commands=(page, revoke, revoke_others), jobs=(lifetimes.JOB,))
