"""Changing people's roles on the server (see `roles`). Power over others is given by fresh proof alone.

Otherwise somebody with a stolen session of an owner could make an accomplice another one, for good.
"""

from __future__ import annotations

from pydantic import Field

from chatrooms.errors import Conflict
from chatrooms.features import roles
from chatrooms.features.users import OneUser, Who
from chatrooms.identity import fresh, sessions
from chatrooms.identity.fresh import Proven
from chatrooms.identity.passwords import Passwords
from chatrooms.pipeline import rights
from chatrooms.pipeline.act import Act, Caller
from chatrooms.pipeline.commands import Params, live
from chatrooms.storage.fields import ServerRole


class Appointment(Proven, Who):
    """A person and their new role."""

    role: ServerRole = Field(description="What they may do on this server from now on.")


def _anybody(_me: Caller, _p: Params) -> None:
    """Allow everybody to ask; the body asks `roles.require_appointer`."""


@live("user.role", may=_anybody, repeatable=True, method="set_role")
async def set_role(here: Passwords, me: Caller, p: Appointment) -> OneUser:
    """Change what a person may do on this server. The last owner keeps that role.

    Owners give every role, admins those below theirs. Owners and admins manage all open rooms and those that they
    belong to, people and invitations; moderators moderate these rooms and suspend people; guests cannot create rooms or
    invite. A role opens no private room and no conversation. Nobody gets one that needs a second factor, as
    the server says, without having one. To give somebody more than they have, as a moderator, an admin or an owner,
    prove who you are: by your password, or without one by having signed in within ten minutes.
    """

    def change(act: Act) -> OneUser:
        sessions.require_present(act)
        if still:
            still(act)
        if roles.require_appointer(act.db, me, p.username, p.role) != before:
            raise Conflict("Their role was changed a moment ago. Look at it, and try again.", field="role")
        return {"user": roles.appoint(act, p.username, p.role, before)}

    before = await here.chat.lookup(lambda db: roles.require_appointer(db, me, p.username, p.role))
    is_proven = me.session and rights.empowers(before, p.role)
    still = await fresh.require(here, me, p.password) if is_proven else None
    return await here.chat.change(change, me, *roles.locks_to_change(p.username))


PROVEN = (set_role,)
"""The commands that need `Passwords`."""
