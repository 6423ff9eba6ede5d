"""The emoji of the server: which exist, by their names."""

from __future__ import annotations

import re

from sqlalchemy import Connection, bindparam, select

from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import custom_emoji

NAME = r"[a-z0-9_]{2,18}"
_code = re.compile(f":({NAME}):")
_picture = Prepared(select(custom_emoji.c.picture).where(custom_emoji.c.name == bindparam("name")))


def named(code: str) -> str | None:
    """Return the name in a code such as ``:party:``; None for anything else."""
    found = _code.fullmatch(code)
    return found[1] if found else None


def picture(db: Connection, name: str) -> str | None:
    """Return the id of the picture of an emoji, if there is one of that name."""
    row = _picture.one(db, {"name": name})
    return None if row is None else str(row["picture"])
