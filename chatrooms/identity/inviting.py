"""Making, following and revoking invitations by link (see `invites`)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated

from pydantic import Field
from sqlalchemy import Connection, select
from typing_extensions import TypedDict

from chatrooms import clock
from chatrooms.errors import Invalid, NotFound, Refusal
from chatrooms.features.members import OneMember
from chatrooms.identity import invites, sessions
from chatrooms.identity.handshake import Invitation
from chatrooms.identity.invites import GOOD_FOR, MOST_DAYS, MOST_USES, USES, Invite, NewInvite
from chatrooms.identity.joining import Browser
from chatrooms.names import APPLICATION
from chatrooms.pipeline import access, rights, room_rules
from chatrooms.pipeline.act import Act, Caller
from chatrooms.pipeline.chat import Chat
from chatrooms.pipeline.commands import Params, change, entry, own_room, query
from chatrooms.pipeline.feature import Feature
from chatrooms.pipeline.shapes import Done, InSharedRoom, Nothing
from chatrooms.pipeline.standing import Here
from chatrooms.storage.tables import rooms
from chatrooms.types import Future, Id, SignUp


class Inviting(InSharedRoom):
    """An invitation to make."""

    uses: int = Field(USES, ge=1, le=MOST_USES, description="How many people can join by it.")
    expires: Future | None = Field(
        None, description=f"Until when it works, at most {MOST_DAYS} days; {GOOD_FOR.days} days if omitted."
    )


class WhichInvite(Params):
    """An invitation by link."""

    id: Id = Field(description="The id of an invitation.")


class WithCode(Params):
    """The code of an invitation."""

    code: Invitation = Field(repr=False, description="The code of an invitation.")


class OneInvite(TypedDict):
    """The invitation that was made, with its code."""

    invite: NewInvite


class ManyInvites(TypedDict):
    """The invitations that still work, the newest first."""

    invites: list[Invite]


class Shown(TypedDict):
    """What a person reads before they follow an invitation."""

    room: Annotated[str, Field(description="The room that it leads to.")]
    title: Annotated[str, Field(description="The title of the room.")]
    created_by: Annotated[str | None, Field(description="Who invites them; null if the server does.")]
    sign_up: Annotated[
        SignUp,
        Field(
            description="How people who are new here come in by it: at once (`open`), once an admin has approved them "
            "(`approval`), or not at all (`closed`)."
        ),
    ]


@change(
    "invite.create",
    may=room_rules.inviter,
    locks=own_room,
    repeatable=False,
    rate="create",
    method="create_invite",
    scope="rooms",
)
def create(act: Act, p: Inviting, _here: Here) -> OneInvite:
    """Make a link by which people join a room, and the server if they are new."""
    sessions.require_present(act)
    expires_at = p.expires or clock.later(GOOD_FOR)
    if expires_at > clock.later(timedelta(days=MOST_DAYS)):
        raise Invalid(f"An invitation works for at most {MOST_DAYS} days.", field="expires")
    return {"invite": invites.make(act.db, act.me.username, p.room, p.uses, expires_at)}


@query("invite.list", may=room_rules.inviter, method="invites", scope="rooms")
def page(act: Act, p: InSharedRoom, here: Here) -> ManyInvites:
    """Return the invitations by link to a room: all to its owners and moderators, and else your own."""
    return {"invites": invites.in_room(act.db, p.room, None if here.moderates else act.me.username)}


def _admin(act: Act, _p: Nothing) -> None:
    """Allow admins and owners of the server."""
    rights.require(act, "moderate")


@query("server.invites", may=_admin, method="all_invites")
def all_invites(act: Act, p: Nothing, _: None) -> ManyInvites:
    """Return the invitations by link to open rooms and those that you belong to, up to 500."""
    return {"invites": invites.everywhere(act.db, act.me)}


def _revoker(act: Act, p: WhichInvite) -> Invite:
    """Allow the person who made it, and owners and moderators of its room."""
    invite = invites.find(act.db, p.id)
    if invite is None or not (invite["created_by"] == act.me.username or _moderates(act, invite["room"])):
        raise NotFound("There is no such invitation.", field="id")
    return invite


def _moderates(act: Act, room: str) -> bool:
    try:
        return access.governing(act.db, act.me, access.peek(act.db, act.me, room)).moderates
    except Refusal:
        return False


@change("invite.revoke", may=_revoker, locks=own_room, repeatable=True, method="revoke_invite", scope="rooms")
def revoke(act: Act, p: WhichInvite, _: Invite) -> Done:
    """Revoke an invitation link. People who joined with it stay."""
    invites.end(act.db, p.id)
    return {}


def _joining(db: Connection, me: Caller, p: WithCode) -> Iterable[str]:
    return invites.known(db, p.code, "code")["room"], me.username


@change("invite.accept", may=access.anyone, locks=_joining, repeatable=True, method="accept_invite", scope="rooms")
def accept(act: Act, p: WithCode, _: None) -> OneMember:
    """Join the room that an invitation by link leads to. Members can repeat this without effect."""
    return {"member": invites.use(act, p.code, "code")}


def _anyone(_browser: Browser, _p: WithCode) -> None:
    """Allow everyone who has the code."""


@entry("invite.get", may=_anyone, rate="join")
async def get(browser: Browser, p: WithCode) -> Shown:
    """Return where an invitation by link leads, for people who are not signed in yet."""
    invite = invites.require(await browser.chat.lookup(lambda db: invites.working(db, p.code)), "code")
    room, by = invite["room"], invite["created_by"]
    title = await browser.chat.lookup(lambda db: db.scalar(select(rooms.c.title).where(rooms.c.name == room)))
    way = await _way_in(browser.chat, invite)
    return {"room": room, "title": title or "", "created_by": None if by == APPLICATION else by, "sign_up": way}


async def _way_in(chat: Chat, invite: Invite) -> SignUp:
    """Return how new people come in by an invitation, which takes the place of an approval if an admin made it."""
    way = chat.server.sign_up
    if way == "approval" and not await chat.lookup(lambda db: invites.admits(db, invite)):
        return way
    return "closed" if way == "closed" else "open"


FEATURE = Feature(tables=(invites.invites,), commands=(create, page, all_invites, revoke, accept, get))
