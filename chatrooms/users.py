"""People and their profiles."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict, cast

from pydantic import Field
from sqlalchemy import Connection, bindparam, insert, or_, select, update

from chatrooms import members, names, rooms
from chatrooms.commands import Act, Caller, Params, change, query
from chatrooms.errors import Invalid, NameTaken, NotFound
from chatrooms.live import Signal
from chatrooms.params import MAX_PAGE, Search, Title, Topic, Username
from chatrooms.prepared import Prepared
from chatrooms.tables import SYNCED, User, many, users

SYSTEM = names.APPLICATION
LOOKS_TAKEN = "="
"""Marks what stands for the skeleton of a vouched name whose own is another's already. No name has it in a skeleton."""


class Nothing(Params):
    """No parameters."""


class Who(Params):
    """Somebody."""

    username: Username


class Profile(Params):
    """What shall be different about one's profile."""

    name: Title | None = None
    about: Topic | None = None


class Page(Params):
    """A page of the people here, from ``after`` a username on; or just those with these ``usernames``."""

    query: Search = ""
    after: Search = ""
    usernames: list[Username] | None = Field(None, max_length=MAX_PAGE, fail_fast=True)


class OneUser(TypedDict):
    """A profile."""

    user: User


class ManyUsers(TypedDict):
    """Profiles by username; ``more`` says that there are others after the last."""

    users: list[User]
    more: bool


_select = SYNCED["users"].select()
_by_username = Prepared(_select.where(users.c.username == bindparam("username")))


def add(act: Act, username: str, *, vouched: bool = False) -> User:
    """Add a user: a personal room, a profile, and a place in the lobby.

    Raises `NameTaken` if somebody's name looks like ``username``, unless a host application vouches for this one.
    """
    skeleton = names.skeleton(username)
    if act.db.scalar(select(users.c.username).where(users.c.skeleton == skeleton)) is not None:
        if not vouched:
            raise NameTaken(field="username")
        skeleton = LOOKS_TAKEN + username
    rooms.add(act, username, "personal")
    rev = act.changes.rev(username)
    row: User = {"username": username, "name": "", "about": "", "created_at": act.now, "rev": rev}
    act.db.execute(insert(users).values(**row, skeleton=skeleton))
    act.changes.tell(username, "users", row)
    if username != SYSTEM:
        members.add(act, act.lobby, username, "member")
    return row


def find(db: Connection, username: str) -> User | None:
    """The profile of ``username``, if there is such a person."""
    return cast(User | None, _by_username.one(db, {"username": username}))


def _myself(_db: Connection, me: Caller, _p: Params) -> Iterable[str]:
    return (me.username,)


@query("user.me")
def myself(act: Act, p: Nothing) -> OneUser:
    """One's own profile."""
    return get(act, Who(username=act.me.username))


@query("user.get")
def get(act: Act, p: Who) -> OneUser:
    """Somebody's profile."""
    user = find(act.db, p.username)
    if user is None:
        raise NotFound("There is nobody of that name.", field="username")
    return {"user": user}


@change("user.update", locks=_myself)
def revise(act: Act, p: Profile) -> OneUser:
    """Change one's own profile. Who watches one's presence gets a ``profile`` signal with it."""
    given = p.model_dump(exclude_none=True)
    if not given:
        raise Invalid("Say what shall change: name or about.", field="name")
    rev = act.changes.rev(act.me.username)
    act.db.execute(update(users).where(users.c.username == act.me.username).values(**given, rev=rev))
    found = get(act, Who(username=act.me.username))
    act.changes.tell(act.me.username, "users", found["user"])
    act.signals.append(Signal(names.watchers(act.me.username), act.me.username, "profile", found["user"]))
    return found


@query("user.list")
def page(act: Act, p: Page) -> ManyUsers:
    """The people here, by username, a hundred at a time."""
    found = _select.where(users.c.username > p.after, users.c.username != SYSTEM)
    if p.query:
        fields = (users.c.username, users.c.name)
        found = found.where(or_(*(field.icontains(p.query, autoescape=True) for field in fields)))
    if p.usernames is not None:
        found = found.where(users.c.username.in_(p.usernames))
    rows = act.db.execute(found.order_by(users.c.username).limit(MAX_PAGE + 1)).all()
    return {"users": many(User, rows[:MAX_PAGE]), "more": len(rows) > MAX_PAGE}
