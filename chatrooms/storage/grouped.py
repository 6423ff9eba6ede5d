"""Groups of people as messages and inboxes need them: which exist, and who of them belongs to a room."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, delete, select

from chatrooms import names
from chatrooms.storage.expressions import packed, values
from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import group_members, groups, members, suspensions, users

_named = values("names")
_existing = Prepared(select(groups.c.name).where(groups.c.name.in_(select(_named.c.value))))
_theirs = Prepared(
    select(groups.c.name)
    .join(users, users.c.tenant == groups.c.tenant)
    .where(users.c.username == bindparam("by"), groups.c.name.in_(select(_named.c.value)))
)
_people = (
    select(group_members.c.username)
    .select_from(group_members.join(groups, groups.c.id == group_members.c.group))
    .where(
        groups.c.name.in_(select(_named.c.value)),
        group_members.c.username != bindparam("without"),
        group_members.c.username.not_in(select(suspensions.c.username)),
    )
    .distinct()
    .order_by(group_members.c.username)
)
_here = select(members.c.room).where(
    members.c.room == bindparam("in_room"), members.c.username == group_members.c.username, members.c.gone.is_(False)
)
_in_room = Prepared(_people.where(_here.exists()))
_anywhere = Prepared(_people)
_taken = Prepared(
    select(groups.c.id)
    .where(groups.c.skeleton.in_((bindparam("one"), bindparam("other"))), groups.c.id != bindparam("besides"))
    .limit(1)
)


def existing(db: Connection, given: Iterable[str]) -> set[str]:
    """Return those of some names that a group has."""
    return {row["name"] for row in _existing.all(db, {"names": packed(list(given))})}


def of_tenant(db: Connection, by: str, given: Iterable[str]) -> set[str]:
    """Return those of some names that a group of a person's tenant has."""
    return {row["name"] for row in _theirs.all(db, {"by": by, "names": packed(list(given))})}


def taken(db: Connection, one: str, other: str, besides: str | None = None) -> bool:
    """Return whether a group has one or other skeleton, ``besides`` that of an id."""
    return _taken.one(db, {"one": one, "other": other, "besides": besides or ""}) is not None


def people(db: Connection, room: str, given: Iterable[str], without: str) -> list[str]:
    """Return the members of the groups with some names who belong to ``room``, or to the one that a thread is in.

    Suspended people, and ``without``, are left out.
    """
    room, wanted = names.base(room), {"names": packed(list(given)), "without": without}
    if names.kind(room) == "shared":
        return [row["username"] for row in _in_room.all(db, {**wanted, "in_room": room})]
    here = set(names.people(room))
    return [row["username"] for row in _anywhere.all(db, wanted) if row["username"] in here]


def leave(db: Connection, username: str) -> None:
    """Take a person out of all groups."""
    db.execute(delete(group_members).where(group_members.c.username == username))
