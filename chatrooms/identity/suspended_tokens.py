"""Tokens of suspended people: they no longer sign anyone in, but let their holder, and no stranger, read the reason.

A token is known as long as its session would have lasted, or until the person is
restored, by a row of ``sessions`` whose hash begins with `MARK`. No digest does, so that none of the queries for the
sessions of a token finds it.
"""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from chatrooms.errors import Suspended
from chatrooms.identity import suspensions
from chatrooms.identity.digests import digest
from chatrooms.pipeline.chat import Chat
from chatrooms.storage.tables import sessions

MARK = "suspended "
is_marked: ColumnElement[bool] = sessions.c.token_hash.startswith(MARK)


def known(db: Connection, username: str) -> list[dict[str, str]]:
    """Return the rows to `keep` of the tokens that prove, or have proved, ``username``."""
    columns = sessions.c.token_hash, sessions.c.username, sessions.c.created_at, sessions.c.seen_at
    found = db.execute(select(*columns).where(sessions.c.username == username)).mappings()
    return [{**row, "id": str(uuid4()), "agent": "", "token_hash": _marked(row["token_hash"])} for row in found]


def keep(db: Connection, rows: list[dict[str, str]]) -> None:
    """Keep what `known` has returned, now that the sessions are ended."""
    if rows:
        db.execute(insert(sessions), rows)


def forget(db: Connection, username: str) -> None:
    """Forget the tokens of ``username``, who is suspended no longer: they prove no one."""
    db.execute(delete(sessions).where(sessions.c.username == username, is_marked))


async def require_none(chat: Chat, token: str) -> None:
    """Raise `Suspended` with the reason if ``token`` proved somebody who is suspended now."""
    if refusal := await chat.lookup(lambda db: _refusal(db, token)):
        raise refusal


def _refusal(db: Connection, token: str) -> Suspended | None:
    marked = sessions.c.token_hash == _marked(digest(token))
    username = db.scalar(select(sessions.c.username).where(marked))
    return suspensions.refusal(db, username) if username else None


def _marked(token_hash: str) -> str:
    """Return the hash with the mark, as long as it was: 54 of its 64 digits are enough to know it by."""
    return token_hash if token_hash.startswith(MARK) else MARK + token_hash[: -len(MARK)]
