"""Favorites: the rooms and conversations that a person wants to see first, on all devices."""

from __future__ import annotations

from chatrooms.features.members import OneMembership, keep
from chatrooms.pipeline import access
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.commands import change, own_room
from chatrooms.pipeline.feature import Feature
from chatrooms.pipeline.shapes import InListedRoom
from chatrooms.pipeline.standing import Here


@change("room.favorite", may=access.lister, locks=own_room, repeatable=True, scope="own")
def favorite(act: Act, p: InListedRoom, _here: Here) -> OneMembership:
    """Make a room one of your favorites on all your devices, until you leave it. No one else is notified."""
    return keep(act, p.room, favorite=True)


@change("room.unfavorite", may=access.lister, locks=own_room, repeatable=True, scope="own")
def unfavorite(act: Act, p: InListedRoom, _here: Here) -> OneMembership:
    """Take a room off your favorites. This has no effect on one that is not among them."""
    return keep(act, p.room, favorite=False)


FEATURE = Feature(commands=(favorite, unfavorite))
