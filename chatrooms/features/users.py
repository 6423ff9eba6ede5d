"""People and their profiles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy import ColumnElement, Connection, and_, bindparam, insert, or_, select
from typing_extensions import TypedDict

from chatrooms import names
from chatrooms.errors import Invalid, NameTaken, NotFound
from chatrooms.events import Signal
from chatrooms.features import members, reads, rooms
from chatrooms.pipeline import access, people, tenants
from chatrooms.pipeline.act import Act, Caller
from chatrooms.pipeline.commands import Params, change, query
from chatrooms.pipeline.feature import Feature
from chatrooms.pipeline.shapes import Nothing
from chatrooms.storage import grouped, people_search
from chatrooms.storage.expressions import packed, values
from chatrooms.storage.rows import User
from chatrooms.storage.statements import Prepared
from chatrooms.storage.synced import SYNCED, USER
from chatrooms.storage.tables import users
from chatrooms.types import MAX_PAGE, Search, Title, Topic, Username

SYSTEM = names.APPLICATION
LOOKS_TAKEN = "="
"""Starts the skeleton stored for a vouched name whose real skeleton is already in use. No real skeleton contains it."""


class Who(Params):
    """A person."""

    username: Username


class Profile(Params):
    """The properties to change."""

    name: Title | None = Field(
        None, description="The name that others see instead of your username, one line; may be empty."
    )
    about: Topic | None = Field(None, description="A line about yourself.")


class FindPeople(Params):
    """A page of people."""

    query: Search = Field("", description="Part of a username or name; if empty, return all.")
    after: Search = Field("", description="Start after this username; if empty, start at the first.")
    usernames: list[Username] | None = Field(
        None, max_length=MAX_PAGE, fail_fast=True, description="Return only people with these usernames."
    )


class OneUser(TypedDict):
    """A profile."""

    user: User


class UserPage(TypedDict):
    """Profiles; ``more`` is true if there are others after the last one."""

    users: list[User]
    more: bool


_own = SYNCED["users"].select()
_shown = select(*(users.c[name] for name in USER), users.c.version.label("rev"))
_insert = Prepared(insert(users))
_of_skeleton = Prepared(select(users.c.username).where(users.c.skeleton == bindparam("skeleton")))
_looks: Any = bindparam("one"), bindparam("other")
_shown_as = Prepared(
    select(users.c.username).where(users.c.look.in_(_looks) | users.c.written_look.in_(_looks)).limit(1)
)
_of_usernames = Prepared(_shown.where(users.c.username.in_(select(values("usernames").c.value))))
_by_username = Prepared(_own.where(users.c.username == bindparam("username")))


def add(act: Act, username: str, *, vouched: bool = False, tenant: str = "", field: str = "username") -> User:
    """Add a user, with a personal room, a profile and, if there is a lobby, a membership in it, unless of a ``tenant``.

    Raises `NameTaken` if another's username or display name, or a group's name, looks like this one, unless a host
    application vouched for it.
    """
    skeleton = names.skeleton(username)
    if not vouched:
        require_unused(act.db, username, field)
    elif _of_skeleton.one(act.db, {"skeleton": skeleton}) is not None:
        skeleton = LOOKS_TAKEN + username
    rooms.add(act, username, "personal")
    rev = act.changes.rev(username)
    row: User = {
        "username": username,
        "name": "",
        "about": "",
        "picture": None,
        "created_at": act.now,
        "role": "member",
        "rev": rev,
    }
    looks = {"skeleton": skeleton, "look": "", "written_look": "", "words": names.words(username)}
    _insert.run(act.db, {**row, **looks, "version": 1, "tenant": tenant})
    act.changes.add(username, "users", row)
    reads.begin(act, username, username)
    if username != SYSTEM:
        join_lobby(act, username)
    return row


def require_unused(db: Connection, name: str, field: str = "username", besides: str | None = None) -> None:
    """Raise `NameTaken` if a name is like a username, a display name or a group's, ``besides`` the group of that id."""
    skeleton = names.skeleton(name)
    is_taken = _of_skeleton.one(db, {"skeleton": skeleton}) is not None
    if is_taken or _is_shown(db, name) or grouped.taken(db, skeleton, skeleton, besides):
        raise NameTaken(field=field)


def join_lobby(act: Act, username: str) -> None:
    """Make a person a member of the lobby, if there is one for them."""
    if lobby := lobby_of(act.db, username, act.lobby):
        members.add(act, lobby, username, "member")


def lobby_of(db: Connection, username: str, lobby: str) -> str:
    """Return the room that a person is added to: the server's lobby, but none for people of a tenant."""
    return lobby if lobby and not tenants.of(db, username) else ""


def find_or_add(act: Act, username: str, *, vouched: bool = False, tenant: str = "") -> User:
    """Return the profile of ``username``, whom `add` adds if they are new."""
    return find(act.db, username) or add(act, username, vouched=vouched, tenant=tenant)


def locks_to_add(username: str, lobby: str) -> tuple[str, ...]:
    """Return the locks for adding a person: those of joining the lobby, and the looks of their name."""
    return *locks_to_join(username, lobby), *names.looks(username)


def locks_to_join(username: str, lobby: str) -> tuple[str, ...]:
    """Return the locks for joining the lobby: a person's own room, and the lobby if there is one."""
    return (username, lobby) if lobby else (username,)


def find(db: Connection, username: str) -> User | None:
    """Return the profile of ``username`` as they receive it themself, or None."""
    return cast(User | None, _by_username.one(db, {"username": username}))


def existing(db: Connection, username: str) -> User:
    """Return the profile of ``username``; raises `NotFound`."""
    user = find(db, username)
    if user is None:
        raise NotFound("No one has that name.")
    return user


def shown(db: Connection, usernames: Iterable[str]) -> dict[str, User]:
    """Return the profiles of people as others receive them, by username.

    Their ``rev`` is a number of their own: that of a person's room tells how much happens to them.
    """
    rows = _of_usernames.all(db, {"usernames": packed(usernames)})
    return {row["username"]: cast(User, row) for row in rows}


def _myself(_db: Connection, me: Caller, p: Profile) -> Iterable[str]:
    """Lock the caller's own room and the looks of the new name, which no one else can take meanwhile."""
    return me.username, *(names.looks(p.name) if p.name else ())


@query("user.me", may=access.anyone, scope="read", scoped=True)
def me(act: Act, p: Nothing, _: None) -> OneUser:
    """Return your own profile."""
    return {"user": existing(act.db, act.me.username)}


def _seen(act: Act, p: Who) -> User:
    """Allow everyone to see people of their tenant, and the application."""
    if tenants.hidden(act.db, act.me, [p.username]):
        raise NotFound("No one has that name.", field="username")
    if found := shown(act.db, [p.username]):
        return found[p.username]
    raise NotFound("No one has that name.", field="username")


@query("user.get", may=_seen, method="user", scope="read")
def get(act: Act, p: Who, user: User) -> OneUser:
    """Return a person's profile."""
    return {"user": user}


@change("user.update", may=access.anyone, locks=_myself, repeatable=False, method="update_me", scope="own")
def update(act: Act, p: Profile, _: None) -> OneUser:
    """Update your profile. People who watch your presence receive it in a ``profile`` signal.

    A name that looks like another person's name or username, or a reserved word, is rejected.
    """
    given = p.model_dump(exclude_none=True)
    if not given:
        raise Invalid("Nothing to update: give a name or about.", field="name")
    if p.name is not None:
        _require_free(act, p.name)
        given |= _named(act.me.username, p.name)
    return {"user": store(act, act.me.username, given)}


def rename(act: Act, username: str, name: str) -> None:
    """Give a person the display name that the application vouches for, unless it is the application's own."""
    if not {*names.looks(name)} & {look for ours in (SYSTEM, act.server.name) for look in names.looks(ours)}:
        store(act, username, {"name": name, **_named(username, name)})


def name_application(act: Act) -> None:
    """Show the application under the server's name."""
    store(act, SYSTEM, {"name": act.server.name})


def store(act: Act, username: str, given: Mapping[str, str | None]) -> User:
    """Change a profile, and broadcast it."""
    rev = act.changes.rev(username)
    values = {**given, "rev": rev, "version": users.c.version + 1}
    act.db.execute(sa.update(users).where(users.c.username == username).values(values))
    user = existing(act.db, username)
    act.changes.add(username, "users", user)
    act.signals.append(Signal(names.watchers(username), username, "profile", shown(act.db, [username])[username]))
    return user


def _named(username: str, name: str) -> dict[str, str]:
    """Return how a display name looks, and what its person is found by."""
    look, written_look = names.looks(name) if name else ("", "")
    return {"look": look, "written_look": written_look, "words": names.words(username, name)}


def _require_free(act: Act, name: str) -> None:
    """Raise `NameTaken` if a display name looks like someone else's, `Invalid` if it is reserved."""
    if name and {*names.looks(name)}.isdisjoint(names.looks(act.me.username)):
        if names.is_reserved(name, act.server.name):
            raise Invalid("That name is reserved.", field="name")
        is_alike = or_(_alike(users.c.skeleton, name), and_(_looks_like(name), tenants.seen(act.me)))
        others = select(users.c.username).where(users.c.username != act.me.username, is_alike)
        is_taken = act.db.scalar(others.limit(1)) is not None
        if is_taken or grouped.taken(act.db, *names.looks(name)):
            raise NameTaken("That name looks like somebody else's.", field="name")


def _is_shown(db: Connection, username: str) -> bool:
    """Return whether someone's display name looks like a username that is new."""
    one, other = names.looks(username)
    return _shown_as.one(db, {"one": one, "other": other}) is not None


def _looks_like(name: str) -> ColumnElement[bool]:
    """Return the condition that a person's display name looks like ``name``."""
    return _alike(users.c.look, name) | _alike(users.c.written_look, name)


def _alike(column: ColumnElement[str], name: str) -> ColumnElement[bool]:
    return column.in_(names.looks(name))


@query("user.list", may=access.anyone, method="users", scope="read")
def page(act: Act, p: FindPeople, _: None) -> UserPage:
    """Return people, a hundred at a time, ordered by username.

    With a query, those of whom a word of a name begins with it come first.
    """
    found = people_search.find(act.db, p.query, p.after, MAX_PAGE + 1, *_wanted(act.me, p.usernames))
    by_username = shown(act.db, found[:MAX_PAGE])
    return {"users": [by_username[name] for name in found[:MAX_PAGE]], "more": len(found) > MAX_PAGE}


def _wanted(me: Caller, usernames: list[str] | None) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of a list: all people who are still here, or those asked for, who may have been removed."""
    if usernames is not None:
        return sa.or_(tenants.seen(me), users.c.username == SYSTEM), users.c.username.in_(usernames)
    return tenants.seen(me), users.c.username != SYSTEM, people.here(users.c.username)


FEATURE = Feature(commands=(me, get, update, page))
