"""Accounts of the provider that sign in people here, by the provider's own id of each."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from pydantic import Field
from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    String,
    Table,
    UniqueConstraint,
    delete,
    false,
    insert,
    literal,
    or_,
    select,
    update,
)
from typing_extensions import TypedDict

from chatrooms.errors import Conflict, NotFound, Unauthorized
from chatrooms.identity import suspended_tokens
from chatrooms.pipeline.act import Act
from chatrooms.storage.results import one
from chatrooms.storage.tables import metadata, users

LONGEST_SUBJECT = 255
"""Characters (OpenID Connect Core 1.0, 2)."""
LONGEST_LABEL = 100

linked = Table(
    "oidc_accounts",
    metadata,
    Column("issuer", String(300), primary_key=True),
    Column("subject", String(LONGEST_SUBJECT), primary_key=True, comment="the provider's id of the person"),
    Column("username", String(32), ForeignKey(users.c.username), nullable=False, index=True),
    Column("label", String(LONGEST_LABEL), nullable=False, comment="what the provider calls them"),
    Column("created_at", String(24), nullable=False),
    Column("used_at", String(24)),
    Column("tells_time", Boolean, nullable=False, server_default=false(), comment="the provider, of their signing in"),
    UniqueConstraint("issuer", "username"),
)


class Identity(NamedTuple):
    """An account of a provider, and what it is called there; its ``subject`` alone tells it from others."""

    issuer: str
    subject: str
    label: str


class Linked(TypedDict):
    """Your account of the provider."""

    label: Annotated[str, Field(description="What the provider calls you.")]
    created_at: Annotated[str, Field(description="When you connected it, in ISO 8601.")]
    used_at: Annotated[str | None, Field(description="When you last signed in by it; null if you never did.")]


def username_of(db: Connection, identity: Identity) -> str | None:
    """Return whom an account of the provider signs in, if it belongs to somebody."""
    theirs = linked.c.issuer == identity.issuer, linked.c.subject == identity.subject
    return db.scalar(select(linked.c.username).where(*theirs))


def of_person(db: Connection, issuer: str, username: str) -> Linked | None:
    """Return the account of a provider that signs in a person."""
    mine = linked.c.issuer == issuer, linked.c.username == username
    return one(Linked, db.execute(select(linked.c.label, linked.c.created_at, linked.c.used_at).where(*mine)))


def has_any(db: Connection, username: str) -> bool:
    """Return whether an account of any provider signs in a person."""
    return db.scalar(select(linked.c.username).where(linked.c.username == username).limit(1)) is not None


def add(act: Act, identity: Identity, username: str, *, used: bool, tells_time: bool = False) -> None:
    """Let an account of the provider sign in ``username`` from now on; raises `Conflict`.

    It is ``used`` if its person has just signed in by it; see `proves` for ``tells_time``.
    """
    if username_of(act.db, identity) is not None:
        raise Conflict("Somebody here already uses this account of the provider.")
    if of_person(act.db, identity.issuer, username):
        raise Conflict("You have connected another account of the provider. Disconnect that one first.")
    times = {"created_at": act.now, "used_at": act.now if used else None, "tells_time": tells_time}
    act.db.execute(insert(linked).values(**identity._asdict(), username=username, **times))


def proves(db: Connection, identity: Identity, anew: bool | None) -> bool:  # noqa: FBT001
    """Return whether somebody has signed in at the provider just now, as far as it tells whether they did so ``anew``.

    One that does not tell is believed, unless it has told of this account before: who sits at the browser can change
    what it is asked.
    """
    if anew is not None:
        return anew
    theirs = linked.c.issuer == identity.issuer, linked.c.subject == identity.subject
    return not db.scalar(select(linked.c.tells_time).where(*theirs))


def use(act: Act, identity: Identity, username: str, *, tells_time: bool) -> None:
    """Note that ``username`` signs in by the provider, and whether it has told when they signed in there.

    Raises `Unauthorized` if it was disconnected meanwhile.
    """
    theirs = linked.c.issuer == identity.issuer, linked.c.subject == identity.subject, linked.c.username == username
    tells = or_(linked.c.tells_time, literal(tells_time))
    values = {"label": identity.label, "used_at": act.now, "tells_time": tells}
    if act.db.execute(update(linked).where(*theirs).values(values)).rowcount == 0:
        raise Unauthorized


def remove(db: Connection, issuer: str, username: str) -> None:
    """Disconnect the account of a provider from a person; raises `NotFound`."""
    if not _drop(db, linked.c.issuer == issuer, linked.c.username == username):
        raise NotFound("You haven't connected an account of the provider.")


def forget(db: Connection, username: str) -> None:
    """Disconnect the accounts of all providers from a person."""
    _drop(db, linked.c.username == username)


def _drop(db: Connection, *which: ColumnElement[bool]) -> bool:
    """Disconnect accounts, and remember from whom; return whether there was any."""
    dropped = db.execute(delete(linked).where(*which).returning(*linked.c)).all()
    for each in dropped:
        suspended_tokens.remember(db, each.username, _proof(each.issuer, each.subject))
    return bool(dropped)


def require_unbarred(db: Connection, identity: Identity) -> None:
    """Raise `Suspended` if an account of the provider was somebody's who is suspended now."""
    suspended_tokens.require_unbarred(db, _proof(identity.issuer, identity.subject))


def _proof(issuer: str, subject: str) -> str:
    return f"provider {issuer} {subject}"
