"""Requests of strangers to talk: accepting and ignoring them (see `pipeline.requests`)."""

from __future__ import annotations

from chatrooms.errors import Conflict
from chatrooms.features import members
from chatrooms.features.members import InConversation, OneMembership
from chatrooms.pipeline import access, requests
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.commands import change, own_room
from chatrooms.pipeline.feature import Feature
from chatrooms.pipeline.standing import Here
from chatrooms.storage.rows import Membership


@change("request.accept", may=access.closer, locks=own_room, repeatable=True, method="accept_request", scope="own")
def accept(act: Act, p: InConversation, _here: Here) -> OneMembership:
    """Accept a conversation that a stranger began, who can then write on.

    Posting in it accepts it too.
    """
    if members.own(act, p.room)["request"] is None:
        return {"membership": members.own(act, p.room)}
    return members.keep(act, p.room, request=None, closed=False)


def _recipient(act: Act, p: InConversation) -> Membership:
    """Allow people who have not accepted the conversation."""
    access.closer(act, p)
    membership = members.own(act, p.room)
    if membership["request"] is None:
        raise Conflict("You are in this conversation. Close it, or block the person.", field="room")
    return membership


@change("request.ignore", may=_recipient, locks=own_room, repeatable=True, method="ignore_request", scope="own")
def ignore(act: Act, p: InConversation, _membership: Membership) -> OneMembership:
    """Take a stranger's conversation off your list for good. They are not told; what they wrote stays in it."""
    return members.keep(act, p.room, request=requests.IGNORED, closed=True)


FEATURE = Feature(commands=(accept, ignore))
