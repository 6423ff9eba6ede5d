"""How much space people use for what is stored in the store of files, and how much of the shares that they have."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Connection, String, Table, bindparam, delete, select

from chatrooms.storage.statements import Prepared, Upsert
from chatrooms.storage.tables import metadata

EVERYBODY = ""
"""Stands for all people together; no username is empty."""

usage = Table(
    "file_usage",
    metadata,
    Column(
        "username",
        String(32),
        primary_key=True,
        comment="empty for all people together; with a slash, a share, see pipeline.shares",
    ),
    Column("bytes", BigInteger, nullable=False),
)

_used = Prepared(select(usage.c.bytes).where(usage.c.username == bindparam("username")))


def _charging(insert: Any) -> Any:
    row = insert(usage).values(username=bindparam("username"), bytes=bindparam("more"))
    added = {"bytes": usage.c.bytes + row.excluded.bytes}
    return row.on_conflict_do_update(index_elements=["username"], set_=added)


_charge = Upsert(_charging)
_forget = Prepared(delete(usage).where(usage.c.username == bindparam("username"), usage.c.bytes == 0))


def used(db: Connection, username: str) -> int:
    """Return how many bytes count for a person, or for `EVERYBODY`: those that arrived."""
    row = _used.one(db, {"username": username})
    return row["bytes"] if row else 0


def charge(db: Connection, more: int, *keys: str) -> None:
    """Count ``more`` bytes for `EVERYBODY`, and for people and shares; forget those that have nothing then.

    They are in order, so that no two servers wait for each other.
    """
    for key in sorted({EVERYBODY, *keys}) if more else ():
        _charge.run(db, {"username": key, "more": more})
        if more < 0:
            _forget.run(db, {"username": key})
