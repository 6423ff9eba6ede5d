"""What people may do on the server by their role there: one table of actions, with the reason of each verdict.

A role on the server never opens a room: admins and owners manage the rooms that they can see, which are open ones and
those that they belong to, and no one reads private rooms or conversations by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, String, bindparam, select

from chatrooms import names
from chatrooms.errors import Forbidden, NotFound, Unauthorized
from chatrooms.pipeline import people
from chatrooms.pipeline.act import Act, Caller
from chatrooms.storage.fields import Role, ServerRole
from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import sessions, suspensions, users

Action = Literal[
    "create", "invite", "moderate", "suspend", "list", "sign_in", "appoint", "name", "reach", "group", "emoji", "admit"
]

ROLES: tuple[ServerRole, ...] = ("guest", "member", "moderator", "admin", "owner")
"""From least to most."""
IN_ROOMS: Mapping[ServerRole, Role] = {"moderator": "moderator", "admin": "owner", "owner": "owner"}
"""The rights that a role on the server gives in shared rooms that its person can see."""


@dataclass(frozen=True)
class Right:
    """The least role that allows an action, and the reason why others cannot do it.

    ``above`` is true if the action is done to a person, whose role must be lower than the caller's.
    """

    least: ServerRole
    reason: str
    above: bool = False


RIGHTS: Mapping[Action, Right] = {
    "create": Right("member", "Guests can't create rooms. Ask a member of this server."),
    "invite": Right("member", "Guests can't invite people. Ask a member of this server."),
    "list": Right("moderator", "Only moderators, admins and owners of this server can see that."),
    "suspend": Right("moderator", "Only moderators, admins and owners of this server can do that.", above=True),
    "sign_in": Right("admin", "Only admins and owners of this server can do that.", above=True),
    "appoint": Right("admin", "Only admins and owners of this server can give roles."),
    "moderate": Right("admin", "Only admins and owners of this server can do that."),
    "reach": Right("moderator", "People who share no room with them must accept their first message."),
    "group": Right("admin", "Only admins and owners of this server can manage groups."),
    "emoji": Right("admin", "Only admins and owners of this server can manage its emoji."),
    "admit": Right("admin", "Only admins and owners of this server decide who can join."),
    "name": Right("owner", "Only an owner of this server can do that."),
}
"""``create`` rooms, ``invite`` people, ``list`` them with their state, ``suspend`` and restore them, end or make their
sessions (``sign_in``), ``appoint`` people to roles, ``moderate`` all open rooms, ``reach`` people who do not know them
(see `requests`), manage each ``group`` and the ``emoji``, ``admit`` new people, ``name`` the server."""

NOT_LOWER = "You can only do that to people with a lower role than yours."
_role = Prepared(select(users.c.role).where(users.c.username == bindparam("username")))
_goes_on = select(sessions.c.id).where(sessions.c.id == bindparam("session", type_=String)).exists()
_is_barred = select(suspensions.c.username).where(suspensions.c.username == users.c.username).exists()
_caller = Prepared(
    select(users.c.role, _goes_on.label("goes_on"), _is_barred.label("is_barred")).where(
        users.c.username == bindparam("username")
    )
)


@dataclass(frozen=True)
class Verdict:
    """Whether an action is allowed, and the reason if it is not."""

    allowed: bool
    reason: str = ""


def rank(role: ServerRole) -> int:
    """Return how much a role may do, compared with others."""
    return ROLES.index(role)


def verdict(role: ServerRole, action: Action, over: ServerRole | None = None) -> Verdict:
    """Return whether a person with ``role`` may do ``action``, perhaps to one with the role ``over``."""
    right = RIGHTS[action]
    if rank(role) < rank(right.least):
        return Verdict(False, right.reason)
    if right.above and over is not None and rank(role) <= rank(over):
        return Verdict(False, NOT_LOWER)
    return Verdict(True)


def appointment(role: ServerRole, before: ServerRole, after: ServerRole) -> Verdict:
    """Return whether a person with ``role`` may change another's role: owners every one, admins those below theirs."""
    may = verdict(role, "appoint")
    if may.allowed and role != "owner" and rank(role) <= max(rank(before), rank(after)):
        return Verdict(False, "Only an owner of this server can make or change admins and owners.")
    return may


def empowers(before: ServerRole, after: ServerRole) -> bool:
    """Return whether a change of role gives a person power over others that they did not have."""
    return rank(after) > max(rank(before), rank("member"))


def role_of(db: Connection, me: Caller) -> ServerRole:
    """Return the caller's role on the server; the application itself may do everything.

    Raises `Unauthorized` if it gives power over others, and their session was ended, or they are suspended. Elsewhere
    that is known a little later; a session that ends because of a new role must not have it meanwhile.
    """
    if me.host:
        return "owner"
    row = _caller.one(db, {"username": me.username, "session": me.session})
    role = _of(row, me.username)
    if row and empowers("guest", role) and not _is_here(me, row):
        raise Unauthorized("This session was ended.")
    return role


def of(db: Connection, username: str) -> ServerRole:
    """Return a person's role on the server; raises `NotFound`."""
    return _of(_role.one(db, {"username": username}), username)


def _of(row: dict[str, Any] | None, username: str) -> ServerRole:
    if row is None or username == names.APPLICATION:
        raise NotFound("No one has that name.")
    role: ServerRole = row["role"]
    return role


def _is_here(me: Caller, row: dict[str, Any]) -> bool:
    """Return whether a caller's session goes on; a service key has none."""
    return not row["is_barred"] and bool(me.session is None or me.scope or row["goes_on"])


def require(act: Act, action: Action) -> None:
    """Raise `Forbidden` with the reason unless the caller may do ``action``."""
    require_of(act.db, act.me, action)


def require_of(db: Connection, me: Caller, action: Action) -> None:
    """Do what `require` does, for a caller who does not act yet."""
    demand(verdict(role_of(db, me), action))


def require_over(db: Connection, me: Caller, action: Action, username: str) -> None:
    """Raise `Forbidden` with the reason unless the caller may do ``action`` to the person ``username``.

    Raises `NotFound` if there is no such person, but not to people who may do it to nobody.
    """
    mine = role_of(db, me)
    demand(verdict(mine, action))
    theirs = of(db, people.existing(db, me, username))
    demand(verdict(mine, action, None if me.host else theirs))


def require_above(act: Act, username: str) -> None:
    """Raise `Forbidden` unless the caller's role on the server is higher than that of ``username``."""
    if not act.me.host and rank(role_of(act.db, act.me)) <= rank(of(act.db, username)):
        raise Forbidden(NOT_LOWER)


def demand(found: Verdict) -> None:
    """Raise `Forbidden` with the reason of a verdict that does not allow."""
    if not found.allowed:
        raise Forbidden(found.reason)
