"""Roles of members in a room: its owners make others owners or moderators of it."""

from __future__ import annotations

from pydantic import Field

from chatrooms.errors import Conflict, Forbidden, Invalid, NotFound
from chatrooms.features import members, timeline
from chatrooms.features.members import OneMember
from chatrooms.pipeline import access, owners
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.commands import change
from chatrooms.pipeline.feature import Feature
from chatrooms.pipeline.shapes import WithPerson
from chatrooms.storage.fields import Role
from chatrooms.storage.rows import Member

RANKS: tuple[Role, ...] = ("member", "moderator", "owner")
"""From least to most."""
SENTENCES: dict[Role, str] = {
    "owner": "made {} an owner",
    "moderator": "made {} a moderator",
    "member": "made {} a plain member",
}


class Appointment(WithPerson):
    """A member of a room and their new role there."""

    role: Role = Field(description="What they may do in the room from now on.")


def _owner(act: Act, p: Appointment) -> Member:
    """Allow owners of the room, and owners and admins of the server in rooms that they can see."""
    here = access.manager(act, p)
    if here.role != "owner":
        raise Forbidden("Only an owner of the room can do that.")
    member = members.find(act.db, p.room, p.username)
    if member is None or member["gone"]:
        raise NotFound("That person is not a member.", field="username")
    if RANKS.index(p.role) < RANKS.index(member["role"]):
        members.require_above(act, p.room, p.username, ("owner",))
    return member


@change("room.role", may=_owner, locks=members.with_person, repeatable=True, method="set_room_role")
def set_room_role(act: Act, p: Appointment, member: Member) -> OneMember:
    """Change what a member may do in a room. Its last owner stays one; the lobby's owners are the server's."""
    if member["role"] == p.role:
        return {"member": member}
    if p.role == "owner" and p.room == act.lobby:
        raise Invalid("The owners of this room are those of the server.", field="role")
    if member["role"] == "owner" and p.room != act.lobby and not owners.has_other(act.db, p.room, p.username):
        raise Conflict("A room needs an owner. Make somebody else an owner first.", field="username")
    text = f"{act.me.username} {SENTENCES[p.role].format(p.username)}."
    timeline.record(act, p.room, "role", text, {"username": p.username, "role": p.role})
    return {"member": members.appoint(act, member, p.role)}


FEATURE = Feature(commands=(set_room_role,))
