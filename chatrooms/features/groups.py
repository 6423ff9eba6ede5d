"""Groups of people whom one mention reaches, such as `@design`. Admins make them; their names are no usernames."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy import Connection, func, insert, select
from typing_extensions import TypedDict

from chatrooms import ids, names
from chatrooms.errors import Conflict, Invalid, NotFound
from chatrooms.features import users
from chatrooms.pipeline import access, rights, tenants
from chatrooms.pipeline.act import Act, Caller
from chatrooms.pipeline.commands import Params, change, query
from chatrooms.pipeline.feature import Feature
from chatrooms.pipeline.people import reachable
from chatrooms.pipeline.shapes import Done, Nothing
from chatrooms.storage.tables import group_members, groups
from chatrooms.types import Id, Username

MAX_GROUPS, MAX_MEMBERS, MAX_AT_ONCE = 100, 500, 100
People = Annotated[list[Username], Field(max_length=MAX_AT_ONCE, fail_fast=True)]


class Create(Params):
    """A new group."""

    name: Username = Field(description="What it is mentioned by; no username and no look-alike of one.")
    members: People = Field(default_factory=list, description="The usernames of its members.")


class WhichGroup(Params):
    """A group."""

    id: Id = Field(description="The id of the group.")


class Update(WhichGroup):
    """What to change of a group."""

    name: Username | None = Field(None, description="Its new name.")
    add: People = Field(default_factory=list, description="The usernames of people to add.")
    remove: People = Field(default_factory=list, description="The usernames of people to remove.")


class Group(TypedDict):
    """A group."""

    id: Annotated[str, Field(description="A UUID.")]
    name: Annotated[str, Field(description="What it is mentioned by, after an `@`.")]
    members: Annotated[int, Field(description="How many people belong to it.")]
    mine: Annotated[bool, Field(description="Whether you belong to it.")]


class WholeGroup(TypedDict):
    """A group with its members."""

    id: Annotated[str, Field(description="A UUID.")]
    name: Annotated[str, Field(description="What it is mentioned by, after an `@`.")]
    members: Annotated[list[str], Field(description="The usernames of its members.")]


class ManyGroups(TypedDict):
    """All groups, by name."""

    groups: list[Group]


class OneGroup(TypedDict):
    """The group as it is now."""

    group: WholeGroup


def _admin(act: Act, _p: Params) -> None:
    """Allow admins and owners of the server."""
    rights.require(act, "group")


def _naming(_db: Connection, _me: Caller, p: Create | Update) -> Iterable[str]:
    """Lock the looks of the new name, which no one else can take meanwhile."""
    return (p.name, *names.looks(p.name)) if p.name else ()


def _this(_db: Connection, _me: Caller, p: WhichGroup) -> Iterable[str]:
    """Lock the group by its id."""
    return (p.id,)


def _making(db: Connection, me: Caller, p: Create) -> Iterable[str]:
    """Lock its people, too, one of whom could be removed from the server meanwhile."""
    return (*_naming(db, me, p), *p.members)


def _changing(db: Connection, me: Caller, p: Update) -> Iterable[str]:
    return (*_this(db, me, p), *_naming(db, me, p), *p.add)


@query("group.list", may=access.anyone, method="groups", scope="read", scoped=True)
def page(act: Act, p: Nothing, _: None) -> ManyGroups:
    """Return all groups, by name; a message that names one after an `@` mentions its members."""
    counted = func.count(group_members.c.username)
    found = select(groups.c.id, groups.c.name, counted.label("members")).outerjoin(group_members)
    found = found.where(tenants.our_groups(act.me))
    own = set(act.db.scalars(select(group_members.c.group).where(group_members.c.username == act.me.username)))
    rows = act.db.execute(found.group_by(groups.c.id, groups.c.name).order_by(groups.c.name))
    return {"groups": [{"id": row.id, "name": row.name, "members": row.members, "mine": row.id in own} for row in rows]}


@query("group.get", may=access.anyone, method="group", scope="read", scoped=True)
def get(act: Act, p: WhichGroup, _: None) -> OneGroup:
    """Return a group with its members."""
    return {"group": _existing(act, p.id)}


@change("group.create", may=_admin, locks=_making, repeatable=False, rate="create", method="create_group")
def create(act: Act, p: Create, _: None) -> OneGroup:
    """Make a group. Its name is taken from then on, like a username; there can be 100 groups of 500 people."""
    if (act.db.scalar(select(func.count()).select_from(groups).where(tenants.our_groups(act.me))) or 0) >= MAX_GROUPS:
        raise Conflict(f"There can be at most {MAX_GROUPS:,} groups. Delete one first.", field="name")
    group = ids.new()
    act.db.execute(insert(groups).values(id=group, tenant=tenants.of(act.db, act.me.username), **_free(act, p.name)))
    _add(act, group, p.members, "members")
    act.note(f"made the group {p.name!r}")
    return {"group": _whole(act, group, p.name)}


@change("group.update", may=_admin, locks=_changing, repeatable=False, method="update_group")
def update(act: Act, p: Update, _: None) -> OneGroup:
    """Rename a group, and add and remove members. Messages that mentioned it before keep its earlier name."""
    before = _existing(act, p.id)
    if p.name and p.name != before["name"]:
        act.db.execute(sa.update(groups).where(groups.c.id == p.id).values(_free(act, p.name, p.id)))
    removed = group_members.c.group == p.id, group_members.c.username.in_(p.remove)
    act.db.execute(sa.delete(group_members).where(*removed))
    _add(act, p.id, [name for name in p.add if name not in p.remove], "add")
    after = _existing(act, p.id)
    act.note(f"changed the group {before['name']!r}, now {after['name']!r} with {len(after['members'])} people")
    return {"group": after}


@change("group.delete", may=_admin, locks=_this, repeatable=False, method="delete_group")
def delete(act: Act, p: WhichGroup, _: None) -> Done:
    """Delete a group, whose name is free again. What it was mentioned in stays in people's inboxes."""
    act.note(f"deleted the group {_existing(act, p.id)['name']!r}")
    act.db.execute(sa.delete(group_members).where(group_members.c.group == p.id))
    act.db.execute(sa.delete(groups).where(groups.c.id == p.id))
    return {}


def _existing(act: Act, id: str) -> WholeGroup:
    name = act.db.scalar(select(groups.c.name).where(groups.c.id == id, tenants.our_groups(act.me)))
    if name is None:
        raise NotFound("There is no such group.", field="id")
    return _whole(act, id, name)


def _whole(act: Act, id: str, name: str) -> WholeGroup:
    found = select(group_members.c.username).where(group_members.c.group == id).order_by(group_members.c.username)
    return {"id": id, "name": name, "members": list(act.db.scalars(found))}


def _free(act: Act, name: str, group: str | None = None) -> dict[str, Any]:
    """Return what to store of a group's name; raises `Invalid` if it is reserved, `NameTaken` if it is not free."""
    try:
        names.claimable(name, act.server.name)
    except ValueError as error:
        raise Invalid(str(error), field="name") from None
    users.require_unused(act.db, name, "name", besides=group)
    return {"name": name, "skeleton": names.skeleton(name)}


def _add(act: Act, group: str, people: Sequence[str], field: str) -> None:
    known = set(act.db.scalars(select(group_members.c.username).where(group_members.c.group == group)))
    new = [reachable(act.db, act.me, name, field) for name in dict.fromkeys(people) if name not in known]
    if len(known) + len(new) > MAX_MEMBERS:
        raise Conflict(f"A group can have at most {MAX_MEMBERS} members.", field=field)
    if new:
        act.db.execute(insert(group_members), [{"group": group, "username": name} for name in new])


FEATURE = Feature(commands=(page, get, create, update, delete))
