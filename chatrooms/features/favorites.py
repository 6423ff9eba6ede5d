"""Favorites: the rooms and conversations that a person wants to see first, on all devices."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field
from sqlalchemy import Connection

from chatrooms.errors import Invalid
from chatrooms.features.members import OneMembership, own, set_own
from chatrooms.pipeline import access
from chatrooms.pipeline.access import Here
from chatrooms.pipeline.commands import Act, Caller, Params, change
from chatrooms.pipeline.feature import Feature
from chatrooms.types import AnyRoom


class InRoom(Params):
    """A room or conversation."""

    room: AnyRoom = Field(description="A room or conversation that you belong to.")


def _myself(_db: Connection, me: Caller, _p: InRoom) -> Iterable[str]:
    return (me.username,)


def _member(act: Act, p: InRoom) -> Here:
    """Allow members of rooms, and the people of conversations."""
    here = access.member(act, p)
    if here.access == "personal":
        raise Invalid("Your own room can't be a favorite.", field="room")
    return here


@change("room.favorite", may=_member, locks=_myself, repeatable=True)
def favorite(act: Act, p: InRoom, _here: Here) -> OneMembership:
    """Make a room one of your favorites on all your devices, until you leave it. No one else is notified."""
    return _store(act, p.room, favorite=True)


@change("room.unfavorite", may=_member, locks=_myself, repeatable=True)
def unfavorite(act: Act, p: InRoom, _here: Here) -> OneMembership:
    """Take a room off your favorites. This has no effect on one that is not among them."""
    return _store(act, p.room, favorite=False)


def _store(act: Act, room: str, *, favorite: bool) -> OneMembership:
    before = own(act, room)
    same = before["favorite"] == favorite
    return {"membership": before if same else set_own(act, room, act.me.username, favorite=favorite)}


FEATURE = Feature(commands=(favorite, unfavorite))
