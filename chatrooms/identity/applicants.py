"""People who have asked to join, where admins approve new people. Their token proves no one until they are approved."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Annotated, Literal, NamedTuple
from uuid import uuid4

from pydantic import Field
from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    String,
    Table,
    Text,
    bindparam,
    delete,
    false,
    func,
    insert,
    or_,
    select,
    update,
)
from typing_extensions import TypedDict

from chatrooms import clock, names
from chatrooms.errors import Conflict, NameTaken, NotFound
from chatrooms.events import Signal
from chatrooms.features import roles
from chatrooms.identity import free_names
from chatrooms.identity.digests import digest
from chatrooms.identity.oidc.linked import LONGEST_LABEL, LONGEST_SUBJECT, Identity
from chatrooms.pipeline.act import Act
from chatrooms.storage.results import many, one
from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import metadata
from chatrooms.wire.networks import TIMES, circles, crowded

MOST, MOST_OF_ADDRESS = 500, 5
"""How many can wait, and from one network; from one around it, more (see `networks`).

Those who have signed in by the provider or the directory have as many places of their own.
"""
MOST_DECLINED, COUNTED = 3, timedelta(days=1)
"""How many of a network's were declined, within what time, until no one else can ask from there."""
WAITS, REMEMBERED = timedelta(days=30), timedelta(days=7)
"""How long a person waits, and how long a decline is remembered."""
State = Literal["waiting", "declined", "approved"]

applicants = Table(
    "applicants",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("username", String(32), nullable=False, comment="that they would like to have"),
    Column("skeleton", String(200), nullable=False, index=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("about", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("network", String(64), nullable=False, index=True, comment="the address that limits count by"),
    Column("at", String(24), nullable=False),
    Column("declined_at", String(24)),
    Column("proof", String(16), comment="provider or directory, by which they came; null if by neither"),
    Column("issuer", String(300), comment="of the provider"),
    Column("subject", String(LONGEST_SUBJECT), comment="the provider's id of the person"),
    Column("label", String(LONGEST_LABEL), nullable=False, server_default="", comment="what it calls them"),
    Column("tells_time", Boolean, nullable=False, server_default=false(), comment="the provider, of their signing in"),
)
_waits = applicants.c.declined_at.is_(None)
_of_token = Prepared(select(applicants.c.id).where(applicants.c.token_hash == bindparam("token_hash")))


class Proof(NamedTuple):
    """What an applicant has proved: whose account of the provider they have, or that a name of the directory is theirs.

    The ``subject`` of the directory is the hash of their entry there (see `chatrooms.identity.ldap.linked`).
    """

    proof: Literal["provider", "directory"] | None
    issuer: str | None = None
    subject: str | None = None
    label: str = ""
    tells_time: bool = False


UNPROVEN = Proof(None)


class Applicant(TypedDict):
    """A person who waits to be approved."""

    id: Annotated[str, Field(description="A UUID.")]
    username: Annotated[str, Field(description="The name that they would like to have.")]
    about: Annotated[str, Field(description="What they say about themselves, one line.")]
    at: Annotated[str, Field(description="When they asked; ISO 8601, UTC, with milliseconds.")]
    proof: Annotated[
        Literal["provider", "directory"] | None,
        Field(description="What they have signed in by: the sign-in provider, or the directory; null if by neither."),
    ]
    label: Annotated[str, Field(description="What the provider calls them; else empty.")]


class Accepted(TypedDict):
    """A person who was approved, what begins their session, and what they have proved (see `Proof`)."""

    username: str
    token_hash: str
    agent: str
    proof: Literal["provider", "directory"] | None
    issuer: str | None
    subject: str | None
    label: str
    tells_time: bool


def add(act: Act, username: str, about: str, token: str, agent: str, *, proof: Proof, replaces: str) -> None:
    """Let the holder of ``token`` wait for ``username``; raises `NameTaken`, or `Conflict` if too many wait.

    What the holder of the token ``replaces`` asked before is forgotten.
    """
    _forget_old(act)
    drop(act.db, replaces)
    free_names.require_unused(act, username)
    skeleton = names.skeleton(username)
    if act.db.scalar(select(applicants.c.id).where(applicants.c.skeleton == skeleton, _waits).limit(1)):
        raise NameTaken("Someone else has asked for that name.", field="username")
    _require_place(act, applicants.c.proof.is_(None) if proof == UNPROVEN else applicants.c.proof.is_not(None))
    named = {"username": username, "skeleton": skeleton, "about": about, "agent": agent, "network": act.me.network}
    known = {**named, **proof._asdict(), "token_hash": digest(token)}
    act.db.execute(insert(applicants).values(id=str(uuid4()), at=act.now, **known))


def _forget_old(act: Act) -> None:
    late = applicants.c.declined_at < clock.moved(act.now, -REMEMBERED)
    act.db.execute(delete(applicants).where(or_(applicants.c.at < clock.moved(act.now, -WAITS), late)))


def _require_place(act: Act, alike: ColumnElement[bool]) -> None:
    """Raise `Conflict` if the caller's network has no place among those of whom is known as much."""
    declined = applicants.c.declined_at > clock.moved(act.now, -COUNTED)
    if _are_from(act, MOST_OF_ADDRESS, _waits & alike) or not _has_room(act, _waits & alike):
        raise Conflict("Too many people wait to be approved. Try again another day.", field="username")
    if _are_from(act, MOST_DECLINED, declined & alike):
        raise Conflict(
            "Several people were declined who asked from your network. Try again tomorrow.", field="username"
        )


def _has_room(act: Act, which: ColumnElement[bool]) -> bool:
    """Return whether there is a place, for which the last who asked from a crowded network may have to wait no longer.

    They can ask again. Otherwise who has many addresses could keep everybody out.
    """
    columns = applicants.c.id, applicants.c.network
    waiting = act.db.execute(select(*columns).where(which).order_by(applicants.c.at, applicants.c.id)).all()
    if len(waiting) < MOST:
        return True
    place = crowded([each.network for each in waiting], act.me.network)
    if place is not None:
        end(act.db, waiting[place].id)
    return place is not None


def _are_from(act: Act, most: int, which: ColumnElement[bool]) -> bool:
    """Return whether ``most`` come from the caller's network, or so many more from one around it."""
    if not act.me.network:
        return False
    known = [circles(network) for network in act.db.scalars(select(applicants.c.network).where(which))]
    around = zip(circles(act.me.network), TIMES, strict=False)
    return any(sum(each in those for those in known) >= most * times for each, times in around)


def _count(db: Connection, *where: ColumnElement[bool]) -> int:
    return db.scalar(select(func.count()).select_from(applicants).where(*where)) or 0


def state(db: Connection, username: str, token: str) -> State | None:
    """Return whether the holder of ``token`` waits for ``username`` or was declined; None if they have not asked."""
    theirs = applicants.c.token_hash == digest(token), applicants.c.username == username
    row = db.execute(select(applicants.c.declined_at).where(*theirs)).one_or_none()
    if row is None:
        return None
    return "declined" if row.declined_at else "waiting"


def waits(db: Connection, token: str) -> bool:
    """Return whether the holder of ``token`` waits to be approved."""
    return _count(db, _waits, applicants.c.token_hash == digest(token)) > 0


def waits_by_provider(db: Connection, identity: Identity) -> bool:
    """Return whether somebody waits who came by an account of the provider."""
    theirs = applicants.c.issuer == identity.issuer, applicants.c.subject == identity.subject
    return _count(db, _waits, *theirs) > 0


def waits_by_directory(db: Connection, username: str) -> bool:
    """Return whether somebody waits who came by the directory, with a name of it."""
    return _count(db, _waits, applicants.c.proof == "directory", applicants.c.username == username) > 0


def drop(db: Connection, token: str) -> bool:
    """Forget what the holder of ``token`` has asked; return whether they waited.

    That they were declined goes on to count, although nobody can ask for it any more.
    """
    hashed = digest(token)
    if _of_token.one(db, {"token_hash": hashed}) is None:
        return False
    theirs = applicants.c.token_hash == hashed
    nobodys = digest(secrets.token_urlsafe(32))
    db.execute(update(applicants).where(theirs, applicants.c.declined_at.is_not(None)).values(token_hash=nobodys))
    return db.execute(delete(applicants).where(theirs)).rowcount > 0


def waiting(db: Connection) -> list[Applicant]:
    """Return the people who wait, those who asked first at the top."""
    columns = applicants.c.id, applicants.c.username, applicants.c.about, applicants.c.at
    shown = *columns, applicants.c.proof, applicants.c.label
    return many(Applicant, db.execute(select(*shown).where(_waits).order_by(applicants.c.at, applicants.c.id)))


def announce(act: Act) -> None:
    """Send the number of people who wait to all devices of the server's admins and owners."""
    number = act.db.scalar(select(func.count()).select_from(applicants).where(_waits)) or 0
    for admin in roles.admins(act.db):
        act.signals.append(Signal(admin, names.APPLICATION, "applicants", {"waiting": number}))


def find(db: Connection, id: str) -> Accepted | None:
    """Return a person who waits, and what begins their session."""
    known = applicants.c.proof, applicants.c.issuer, applicants.c.subject, applicants.c.label
    columns = applicants.c.username, applicants.c.token_hash, applicants.c.agent, applicants.c.tells_time, *known
    return one(Accepted, db.execute(select(*columns).where(applicants.c.id == id, _waits)))


def existing(db: Connection, id: str) -> Accepted:
    """Return a person who waits; raises `NotFound`."""
    found = find(db, id)
    if found is None:
        raise NotFound("This person no longer waits.", field="id")
    return found


def end(db: Connection, id: str) -> None:
    """Forget an applicant, such as one who is a person of the server now."""
    db.execute(delete(applicants).where(applicants.c.id == id))


def decline(act: Act, id: str) -> Accepted:
    """Note that an applicant was declined, and return them; the name is free again."""
    declined = existing(act.db, id)
    act.db.execute(update(applicants).where(applicants.c.id == id).values(declined_at=act.now))
    return declined
