"""Tokens of suspended people: they no longer sign anyone in, but let their holder, and no stranger, read the reason.

A token is known until the person is restored. What else proved somebody, such as an account of the provider, is known
from when it no longer does: otherwise they could come back by it under another name, where it needs no approval.
"""

from __future__ import annotations

from sqlalchemy import Column, Connection, ForeignKey, String, Table, bindparam, delete, insert, select

from chatrooms.errors import Suspended
from chatrooms.identity import suspensions
from chatrooms.identity.digests import digest
from chatrooms.pipeline.chat import Chat
from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import metadata, sessions, users
from chatrooms.storage.tables import suspensions as barred

FORMER = "was "
"""Begins what is stored of a former proof, which no hash of a token does."""

suspended_tokens = Table(
    "suspended_tokens",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("username", String(32), ForeignKey(users.c.username), primary_key=True, index=True),
)

_of_token = Prepared(
    select(suspended_tokens.c.username).where(suspended_tokens.c.token_hash == bindparam("token_hash")).limit(1)
)


def keep(db: Connection, username: str) -> None:
    """Keep the tokens that prove ``username``, whose sessions are about to end."""
    theirs = select(sessions.c.token_hash, sessions.c.username).where(sessions.c.username == username)
    db.execute(insert(suspended_tokens).from_select(["token_hash", "username"], theirs))


def forget(db: Connection, username: str) -> None:
    """Forget the tokens of ``username``, who is suspended no longer: they prove no one."""
    is_token = suspended_tokens.c.token_hash.not_like(f"{FORMER}%")
    db.execute(delete(suspended_tokens).where(suspended_tokens.c.username == username, is_token))


def remember(db: Connection, username: str, proof: str) -> None:
    """Remember that ``proof`` has signed in ``username`` until now."""
    former = {"token_hash": _former(proof), "username": username}
    db.execute(delete(suspended_tokens).filter_by(**former))
    db.execute(insert(suspended_tokens).values(former))


def require_unbarred(db: Connection, proof: str) -> None:
    """Raise `Suspended` with the reason if ``proof`` has signed in somebody before who is suspended now."""
    theirs = select(barred.c.username).join(suspended_tokens, suspended_tokens.c.username == barred.c.username)
    username = db.scalar(theirs.where(suspended_tokens.c.token_hash == _former(proof)).limit(1))
    if username:
        suspensions.require_none(db, username)


def _former(proof: str) -> str:
    return f"{FORMER}{digest(proof)[:60]}"


async def require_none(chat: Chat, token: str) -> None:
    """Raise `Suspended` with the reason if ``token`` proved somebody who is suspended now."""
    if refusal := await chat.lookup(lambda db: refusal_of(db, token)):
        raise refusal


def refusal_of(db: Connection, token: str) -> Suspended | None:
    """Return the refusal of somebody who is suspended, whom ``token`` proved; a program can have one for several."""
    found = _of_token.one(db, {"token_hash": digest(token)})
    return suspensions.refusal(db, found["username"]) if found else None
