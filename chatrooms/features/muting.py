"""Muting rooms: on all devices of one person, until a time or until they unmute."""

from __future__ import annotations

from functools import partial
from hashlib import blake2b

from pydantic import Field

from chatrooms.features.members import UNMUTED, OneMembership, keep, membership, own, set_own
from chatrooms.pipeline import access, text_rate
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.chat import NOBODY, Chat
from chatrooms.pipeline.commands import change, own_room
from chatrooms.pipeline.feature import Feature
from chatrooms.pipeline.jobs import Job, JobKind, enqueue, withdraw
from chatrooms.pipeline.shapes import InListedRoom
from chatrooms.pipeline.standing import Here
from chatrooms.types import Future


class Mute(InListedRoom):
    """A room or conversation, and for how long."""

    until: Future | None = Field(None, description="When it is unmuted; if omitted, when you unmute it.")


@change("room.mute", may=access.lister, locks=own_room, repeatable=True, scope="own")
def mute(act: Act, p: Mute, _here: Here) -> OneMembership:
    """Mute a room for yourself on all your devices. No one else is notified, and you still receive everything."""
    if p.until and own(act, p.room)["muted_until"] != p.until:
        text_rate.count(act)
        data, key = {"room": p.room, "username": act.me.username, "until": p.until}, _key(act.me.username, p.room)
        withdraw(act, UNMUTE, key)
        enqueue(act, UNMUTE, f"{key} {p.until}", data, due=p.until)
    return keep(act, p.room, muted=True, muted_until=p.until)


@change("room.unmute", may=access.lister, locks=own_room, repeatable=True, scope="own")
def unmute(act: Act, p: InListedRoom, _here: Here) -> OneMembership:
    """Unmute a room. Unmuting a room that is not muted has no effect."""
    return keep(act, p.room, **UNMUTED)


def _key(username: str, room: str) -> str:
    """Return how the keys of the jobs for a person and a room begin, of one length."""
    return blake2b(f"{username} {room}".encode(), digest_size=16).hexdigest()


async def _end(chat: Chat, job: Job) -> None:
    await chat.change(partial(_expire, **job.data), NOBODY, job.data["username"])


UNMUTE = JobKind("room.unmute", _end)
"""Unmutes a room at the time that was given, unless it was muted anew or unmuted since."""


def _expire(act: Act, room: str, username: str, until: str) -> None:
    found = membership(act.db, room, username)
    if found and found["muted_until"] == until:
        set_own(act, room, username, **UNMUTED)


FEATURE = Feature(commands=(mute, unmute), jobs=(UNMUTE,))
