"""Sessions that began by the provider, which ends them when somebody signs out there."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, delete, select

from chatrooms.identity import links
from chatrooms.identity.beginnings import Beginning
from chatrooms.identity.digests import digest
from chatrooms.identity.oidc import linked, newcomers
from chatrooms.identity.oidc.linked import Identity
from chatrooms.identity.oidc.logout_tokens import SignedOut
from chatrooms.pipeline.act import Act
from chatrooms.storage.tables import sessions

EARLIER = 12
"""Digits of a mark that earlier versions kept."""


def mark(issuer: str, sid: str) -> str | None:
    """Return what stands here for a session at the provider; None if the provider has not named it."""
    return digest(f"{issuer}\0{sid}") if sid else None


def by(issuer: str, mark: str | None, *, second_factor: bool, anew: bool) -> Beginning:
    """Return what begins a session by the one that ``mark`` stands for; perhaps a ``second_factor`` was shown there.

    ``anew`` says whether its person has signed in there for it, or had before.
    """
    return Beginning("provider" if anew else "single_sign_on", issuer, mark, second_factor)


def people(db: Connection, signed_out: SignedOut) -> list[str]:
    """Return whose sessions `end` ends; their own rooms are its locks, so that none makes a link meanwhile."""
    return list(db.scalars(select(sessions.c.username).where(*_began(db, signed_out)).distinct()))


def end(act: Act, signed_out: SignedOut) -> None:
    """End the sessions that began by one at the provider, or are about to; by any of a person's, if it names none."""
    newcomers.sign_out(act.db, signed_out.issuer, signed_out.subject, mark(signed_out.issuer, signed_out.sid))
    found = act.db.execute(select(sessions.c.id, sessions.c.username).where(*_began(act.db, signed_out))).all()
    act.db.execute(delete(sessions).where(sessions.c.id.in_([each.id for each in found])))
    act.ended.extend(each.id for each in found)
    for username in {each.username for each in found}:
        links.drop(act.db, username)


def _began(db: Connection, signed_out: SignedOut) -> list[ColumnElement[bool]]:
    if known_by := mark(signed_out.issuer, signed_out.sid):
        return [sessions.c.mark.in_((known_by, known_by[:EARLIER]))]
    username = linked.username_of(db, Identity(signed_out.issuer, signed_out.subject, ""))
    return [sessions.c.username == username, sessions.c.issuer == signed_out.issuer]
