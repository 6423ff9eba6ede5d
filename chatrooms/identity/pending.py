"""What a session has begun by proof and not ended: a passkey to add, a provider's account to connect, codes to turn on.

It ends with the proof: when the session begins anew, and when what its person can sign in by changes.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, delete, select

from chatrooms.identity import single_use
from chatrooms.identity.challenges import challenges
from chatrooms.identity.digests import digest
from chatrooms.identity.oidc.attempts import attempts
from chatrooms.pipeline.act import Act
from chatrooms.storage.factors import prepared
from chatrooms.storage.tables import sessions


def holder(session: str) -> str:
    """Return what a challenge to add a passkey is bound to."""
    return f"session {session}"


def forget(db: Connection, ids: Collection[str]) -> None:
    """Forget what these sessions have begun."""
    holders = [holder(each) for each in ids]
    bound = [digest(each) for each in (*holders, *map(single_use.held, holders))]
    db.execute(delete(challenges).where(challenges.c.bound_to.in_(bound)))
    db.execute(delete(attempts).where(attempts.c.session.in_(ids)))
    db.execute(delete(prepared).where(prepared.c.session.in_(ids)))


def forget_others(act: Act) -> None:
    """Forget what the other sessions of the caller have begun."""
    others = sessions.c.username == act.me.username, sessions.c.id != act.me.session
    forget(act.db, act.db.scalars(select(sessions.c.id).where(*others)).all())
