"""Muting rooms: for oneself, on all devices, for a while or until further notice."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any
from uuid import uuid4

from pydantic import Field
from sqlalchemy import Connection

from chatrooms.errors import Invalid
from chatrooms.features.members import UNMUTED, OneMembership, membership, own, set_own
from chatrooms.pipeline import access
from chatrooms.pipeline.access import Here
from chatrooms.pipeline.chat import NOBODY, Chat
from chatrooms.pipeline.commands import Act, Caller, Params, change
from chatrooms.pipeline.feature import Feature
from chatrooms.pipeline.jobs import Job, JobKind, enqueue
from chatrooms.types import AnyRoom, Future


class InRoom(Params):
    """A room or conversation."""

    room: AnyRoom = Field(description="A room or conversation that you belong to.")


class Mute(InRoom):
    """A room or conversation, and for how long."""

    until: Future | None = Field(None, description="When it is unmuted; if omitted, when you unmute it.")


def _myself(_db: Connection, me: Caller, _p: InRoom) -> Iterable[str]:
    return (me.username,)


def _member(act: Act, p: InRoom) -> Here:
    """Allow members of rooms, and the people of conversations."""
    here = access.member(act, p)
    if here.access == "personal":
        raise Invalid("You can't mute your own room.", field="room")
    return here


@change("room.mute", may=_member, locks=_myself, repeatable=True)
def mute(act: Act, p: Mute, _here: Here) -> OneMembership:
    """Mute a room for yourself on all your devices. No one else is notified, and you still receive everything."""
    values = {"muted": True, "muted_until": p.until}
    if p.until and own(act, p.room)["muted_until"] != p.until:
        data = {"room": p.room, "username": act.me.username, "until": p.until}
        enqueue(act, UNMUTE, str(uuid4()), data, due=p.until)
    return _store(act, p.room, values)


@change("room.unmute", may=_member, locks=_myself, repeatable=True)
def unmute(act: Act, p: InRoom, _here: Here) -> OneMembership:
    """Unmute a room. Unmuting a room that is not muted has no effect."""
    return _store(act, p.room, UNMUTED)


def _store(act: Act, room: str, values: dict[str, Any]) -> OneMembership:
    before = own(act, room)
    if all(before[key] == value for key, value in values.items()):  # type: ignore[literal-required]
        return {"membership": before}
    return {"membership": set_own(act, room, act.me.username, **values)}


async def _end(chat: Chat, job: Job) -> None:
    await chat.change(partial(_expire, **job.data), NOBODY, job.data["username"])


UNMUTE = JobKind("room.unmute", _end)
"""Unmutes a room at the time that was given, unless it was muted anew or unmuted since."""


def _expire(act: Act, room: str, username: str, until: str) -> None:
    found = membership(act.db, room, username)
    if found and found["muted_until"] == until:
        set_own(act, room, username, **UNMUTED)


FEATURE = Feature(commands=(mute, unmute), jobs=(UNMUTE,))
