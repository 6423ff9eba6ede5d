"""Sessions that began by the provider: their ids say so, and by which session there.

Such an id is a UUID of version 8 (RFC 9562, 5.8): 48 bits of a digest of the provider's session, and 74 random ones.
So nothing else is stored of them, and nothing is left behind when they end.
"""

from __future__ import annotations

import secrets

from sqlalchemy import ColumnElement, Connection, delete, select

from chatrooms.identity import links
from chatrooms.identity.digests import digest
from chatrooms.identity.oidc import linked
from chatrooms.identity.oidc.linked import Identity
from chatrooms.identity.oidc.logout_tokens import SignedOut
from chatrooms.pipeline.act import Act
from chatrooms.storage.tables import sessions

DIGITS = 12
"""Those that stand for the provider's session, in hexadecimal."""
_VERSION_AT, _VERSION = 14, "8"


def mark(issuer: str, sid: str) -> str:
    """Return what stands for a session at the provider; something random if the provider has not named it."""
    return digest(f"{issuer}\0{sid}")[:DIGITS] if sid else secrets.token_hex(DIGITS // 2)


def new_id(mark: str) -> str:
    """Return the id of a session that begins by the one that ``mark`` stands for."""
    random = secrets.token_hex(10)
    variant = f"{8 | int(random[0], 16) & 3:x}"
    return f"{_start(mark)}{random[1:4]}-{variant}{random[4:7]}-{random[7:19]}"


def is_one(session: str) -> bool:
    """Return whether a session began by the provider."""
    return session[_VERSION_AT : _VERSION_AT + 1] == _VERSION


def end(act: Act, said: SignedOut) -> None:
    """End the sessions that began by one at the provider; by any of a person's, if it names none."""
    found = act.db.execute(select(sessions.c.id, sessions.c.username).where(*_began(act.db, said))).all()
    act.db.execute(delete(sessions).where(sessions.c.id.in_([each.id for each in found])))
    act.ended.extend(each.id for each in found)
    for username in {each.username for each in found}:
        links.drop(act.db, username)


def _began(db: Connection, said: SignedOut) -> list[ColumnElement[bool]]:
    if said.sid:
        return [sessions.c.id.startswith(_start(mark(said.issuer, said.sid)))]
    username = linked.username_of(db, Identity(said.issuer, said.subject, ""))
    return [sessions.c.username == username, sessions.c.id.like("_" * _VERSION_AT + f"{_VERSION}%")]


def _start(mark: str) -> str:
    return f"{mark[:8]}-{mark[8:]}-{_VERSION}"
