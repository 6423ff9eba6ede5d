"""Whether there is a person of a name, for commands about people."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, bindparam, select

from chatrooms import names
from chatrooms.errors import NotFound
from chatrooms.pipeline import tenants
from chatrooms.pipeline.act import Caller
from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import suspensions, users

_by_name = Prepared(select(users.c.username).where(users.c.username == bindparam("username")))
_removed = select(suspensions.c.username).where(suspensions.c.removed.is_(True))
_removed_by_name = Prepared(_removed.where(suspensions.c.username == bindparam("username")))


def existing(db: Connection, me: Caller, username: str, field: str = "username") -> str:
    """Return ``username`` if there is such a person whom the caller sees; raises `NotFound`.

    It is raised for the application too, which is not a person.
    """
    is_known = username != names.APPLICATION and _by_name.one(db, {"username": username}) is not None
    if not is_known or tenants.hidden(db, me, [username]):
        raise NotFound("No one has that name.", field=field)
    return username


def is_removed(db: Connection, username: str) -> bool:
    """Return whether the application removed ``username``."""
    return _removed_by_name.one(db, {"username": username}) is not None


def is_seen(db: Connection, me: Caller, username: str) -> bool:
    """Return whether there is such a person whom the caller sees."""
    try:
        existing(db, me, username)
    except NotFound:
        return False
    return True


def reachable(db: Connection, me: Caller, username: str, field: str = "username") -> str:
    """Return ``username`` if there is such a person, seen by the caller and not removed; raises `NotFound`."""
    if is_removed(db, username):
        raise NotFound("No one has that name.", field=field)
    return existing(db, me, username, field)


def here(username: ColumnElement[str]) -> ColumnElement[bool]:
    """Return the condition that a person was not removed, for lists of people."""
    return username.not_in(_removed)
