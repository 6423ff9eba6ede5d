"""What is passed on live and never stored: typing, call signalling, events of a host application."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

import orjson
from pydantic import AfterValidator, Field, ValidationError
from sqlalchemy import Connection, exists, select

from chatrooms import names, policy, rooms, standing, users
from chatrooms.commands import Act, Params, invalid, query
from chatrooms.errors import NotFound
from chatrooms.live import Signal
from chatrooms.params import AnyRoom
from chatrooms.tables import members
from chatrooms.wire import json

MAX_DATA = 64 * 1024
MAX_DEPTH = 16
PIECE = 4 * 1024
OURS = frozenset({"typing", "presence", "profile"})


def _foreign(type: str) -> str:
    if type in OURS:
        raise ValueError("That type is the server's own.")
    return type


def _small(data: object) -> object:
    text = orjson.dumps(data)
    if len(text) > MAX_DATA:
        raise ValueError("At most 64 KiB of data are passed on.")
    if json.depth(text.decode()) > MAX_DEPTH:
        raise ValueError(f"That is nested more than {MAX_DEPTH} deep.")
    return data


class Where(Params):
    """A room."""

    room: AnyRoom


class Send(Params):
    """Something for a room, or for a person by their username; ``data`` is any JSON of at most 64 KiB."""

    to: AnyRoom
    type: Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_foreign)]
    data: Annotated[Any, AfterValidator(_small)] = None

    @property
    def weight(self) -> int:
        """One for each begun 4 KiB: what is passed on goes to many, and at once."""
        return 1 + len(orjson.dumps(self.data)) // PIECE


class Target(Params):
    """The room or person that the host application signals."""

    to: AnyRoom


class Nothing(TypedDict):
    """Done; there is nothing more to say."""


@query("typing", rate="signal")
def typing(act: Act, p: Where) -> Nothing:
    """Tell a room that one is writing. At most one in 3 seconds is passed on per person and room."""
    policy.post(standing.find(act.db, act.me, p.room))
    act.signals.append(Signal(p.room, act.me.username, "typing", {}))
    return {}


@query("signal", rate="signal")
def signal(act: Act, p: Send) -> Nothing:
    """Pass something on, live, to a room that one belongs to or to a person one shares a room with."""
    if names.kind(p.to) == "personal" and p.to != act.me.username:
        _acquainted(act.db, act.me.username, p.to)
    else:
        here = standing.find(act.db, act.me, p.to)
        if not here.exists:
            _all_acquainted(act.db, act.me.username, p.to)
    act.signals.append(Signal(p.to, act.me.username, p.type, p.data))
    return {}


def addressed(to: str) -> str:
    """Return ``to`` as the name of a room, in its one form; raises `Invalid`."""
    try:
        return Target(to=to).to
    except ValidationError as error:
        raise invalid(error) from None


def known(db: Connection, room: str) -> bool:
    """Return whether ``room`` exists, or all the people whose personal room or conversation it is."""
    if names.kind(room) == "shared":
        return rooms.exists(db, room)
    return all(users.find(db, username) for username in names.people(room))


def _all_acquainted(db: Connection, me: str, conversation: str) -> None:
    """A conversation that was not begun is no way to reach strangers."""
    for other in names.people(conversation):
        if other != me:
            _acquainted(db, me, other)


def _acquainted(db: Connection, me: str, other: str) -> None:
    mine, theirs = members.alias(), members.alias()
    together = select(mine.c.room).where(
        mine.c.username == me,
        theirs.c.username == other,
        mine.c.room == theirs.c.room,
        mine.c.gone.is_(False),
        theirs.c.gone.is_(False),
    )
    if not db.scalar(select(exists(together))):
        raise NotFound("There is nobody of that name in your rooms.", field="to")
