"""What a person can do, on the server or in a room, and why not: by the checks that their own commands would meet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated

from pydantic import Field
from sqlalchemy import Connection, select
from typing_extensions import TypedDict

from chatrooms.errors import Forbidden, NotAMember, NotFound, Refusal, Unauthorized
from chatrooms.features.users import Who
from chatrooms.pipeline import access, people, rights, room_rules
from chatrooms.pipeline.act import Act, Caller
from chatrooms.pipeline.commands import query
from chatrooms.pipeline.feature import Feature
from chatrooms.pipeline.standing import Here
from chatrooms.storage.tables import suspensions
from chatrooms.types import SharedRoom


class WhoseRights(Who):
    """A person, and perhaps a room."""

    room: SharedRoom | None = Field(None, description="The room; if omitted, the server.")


class Verdict(TypedDict):
    """Whether a person can do something."""

    action: Annotated[str, Field(description="What they would do, such as `post`.")]
    allowed: Annotated[bool, Field(description="Whether they can.")]
    reason: Annotated[str, Field(description="Why they cannot, as others say it; empty if they can.")]


class Verdicts(TypedDict):
    """What a person can do."""

    verdicts: list[Verdict]


Check = Callable[[Connection, Caller, str], object]


def _writable(db: Connection, me: Caller, room: str) -> Here:
    return access.of(db, me, room, writing=True)


def _post(db: Connection, me: Caller, room: str) -> None:
    room_rules.require(db, me, _writable(db, me, room), "posting")


def _thread(db: Connection, me: Caller, room: str) -> None:
    room_rules.require(db, me, _writable(db, me, room), "threading")


def _invite(db: Connection, me: Caller, room: str) -> None:
    room_rules.require_inviter(db, me, access.require_unarchived(access.governed(db, me, room)))


def _call(db: Connection, me: Caller, room: str) -> None:
    _post(db, me, room)
    if not room_rules.may_call(db, room, me.username):
        raise Forbidden(room_rules.NO_CALLS)


def _manage(db: Connection, me: Caller, room: str) -> None:
    access.require_manager(access.governed(db, me, room))


IN_ROOMS: Mapping[str, Check] = {
    "read": access.of,
    "post": _post,
    "thread": _thread,
    "invite": _invite,
    "call": _call,
    "manage": _manage,
}
"""What people do in rooms, each with its check."""


def _asker(act: Act, p: WhoseRights) -> Here | None:
    """Allow owners and moderators of the room, and moderators, admins and owners of the server."""
    if p.room is None:
        rights.require(act, "list")
        return None
    return access.require_manager(access.governed(act.db, act.me, p.room))


@query("user.rights", may=_asker, method="rights_of")
def page(act: Act, p: WhoseRights, here: Here | None) -> Verdicts:
    """Return what a person can do in a room, or on the server, and the reason for each thing that they cannot.

    Only moderators, admins and owners of the server learn from it that somebody is suspended.
    """
    them = Caller(people.reachable(act.db, act.me, p.username))
    reason = _suspension(act, p.username)
    if reason is not None:
        actions = rights.RIGHTS if here is None else IN_ROOMS
        return {"verdicts": [_verdict(action, f"They are suspended: {reason}") for action in actions]}
    if here is None:
        role = rights.of(act.db, p.username)
        return {"verdicts": [_verdict(action, rights.verdict(role, action).reason) for action in rights.RIGHTS]}
    return {"verdicts": [_verdict(action, _reason(act, them, check, here.room)) for action, check in IN_ROOMS.items()]}


def _suspension(act: Act, username: str) -> str | None:
    """Return why a person is suspended, if they are and the caller may know it."""
    if not rights.verdict(rights.role_of(act.db, act.me), "list").allowed:
        return None
    return act.db.scalar(select(suspensions.c.reason).where(suspensions.c.username == username))


def _verdict(action: str, reason: str) -> Verdict:
    return {"action": action, "allowed": not reason, "reason": reason}


def _reason(act: Act, them: Caller, check: Check, room: str) -> str:
    """Return why a check refuses a person something in a room; empty if it does not."""
    try:
        check(act.db, them, room)
    except (NotAMember, NotFound):
        return "They aren't in this room."
    except Unauthorized:  # their role gives it, but they are suspended, which the caller may not know
        return ""
    except Refusal as refusal:
        return refusal.message
    return ""


FEATURE = Feature(commands=(page,))
