"""Live signals, which are never stored: typing, call signalling, and events of a host application."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import orjson
from pydantic import AfterValidator, Field
from sqlalchemy import Connection

from chatrooms import names
from chatrooms.errors import NotFound
from chatrooms.events import OWN_TYPES, Signal
from chatrooms.pipeline import access, questions, relations
from chatrooms.pipeline.act import Act, Caller
from chatrooms.pipeline.commands import Params, query
from chatrooms.pipeline.feature import Feature
from chatrooms.pipeline.questions import WRITING_IN_ROOM, Question
from chatrooms.pipeline.shapes import Done, InRoom
from chatrooms.pipeline.standing import Here
from chatrooms.types import MAX_SIGNAL, AnyRoom
from chatrooms.wire import packets

MAX_DEPTH = 16
PIECE = 4 * 1024


def _foreign(type: str) -> str:
    if type in OWN_TYPES:
        raise ValueError("This type is reserved for the server.")
    return type


def _small(data: object) -> object:
    text = orjson.dumps(data)
    if len(text) > MAX_SIGNAL:
        raise ValueError("At most 64 KiB of data are allowed.")
    if packets.depth(text.decode()) > MAX_DEPTH:
        raise ValueError(f"At most {MAX_DEPTH} levels of nesting are allowed.")
    return data


class Send(Params):
    """A signal."""

    to: AnyRoom = Field(description="A room that you belong to, or the username of a person you share a room with.")
    type: Annotated[str, AfterValidator(_foreign)] = Field(
        min_length=1,
        max_length=64,
        description="Your name for this kind of signal; `typing`, `presence`, `profile`, `reaction` and `applicants` "
        "are reserved.",
    )
    data: Annotated[Any, AfterValidator(_small)] = Field(
        None, description="Any JSON up to 64 KiB, nested up to 16 levels deep."
    )


class Type(InRoom):
    """That you are typing, or not any more."""

    stopped: bool = Field(False, description="Whether you stopped, without a message.")


def _typist(act: Act, p: Type) -> Here:
    """Allow members; in a conversation without messages, people who share a room with everyone in it."""
    here = access.poster(act, p)
    if here.access == "conversation" and not here.exists:
        _require_acquainted(act, p.room, field="room")
    return here


@query("typing", may=_typist, rate="signal", repeatable=False, scope="post", question=WRITING_IN_ROOM)
def typing(act: Act, p: Type, _: Here) -> Done:
    """Show a room that you are typing, or that you stopped.

    The server emits at most one signal of typing per person and room every 3 seconds. It ends by itself after 5
    seconds, and with your message.
    """
    act.signals.append(Signal(p.room, act.me.username, "typing", {"stopped": True} if p.stopped else {}))
    return {}


def _acquaintance(act: Act, p: Send) -> Here | None:
    """Allow members of the room, and people who share a room with the recipient."""
    to_person = names.kind(p.to) == "personal" and p.to != act.me.username
    here = None if to_person else access.of(act.db, act.me, p.to)
    if here and here.blocked:
        relations.require_unblocked(act.db, act.me, p.to)
    if here:
        access.require_accepted(here)
    if here is None or (here.access == "conversation" and not here.exists):
        _require_acquainted(act, p.to, field="to")
    return here


def _pieces(p: Send) -> int:
    """Count once for each 4 KiB begun: a signal goes to many at once."""
    return 1 + len(orjson.dumps(p.data)) // PIECE


def _addressed(db: Connection, me: Caller, p: Send) -> Iterable[str]:
    return questions.in_room(db, me, p.to)


@query(
    "signal",
    may=_acquaintance,
    rate="signal",
    cost=_pieces,
    repeatable=False,
    scope="post",
    question=Question("write", _addressed),
)
def signal(act: Act, p: Send, _: Here | None) -> Done:
    """Emit a signal, which is never stored, to a room that you belong to or a person you share a room with."""
    act.signals.append(Signal(p.to, act.me.username, p.type, p.data))
    return {}


def _require_acquainted(act: Act, room: str, field: str) -> None:
    """Require a shared room with each person in ``room``, a person or conversation: it must not reach strangers."""
    others = (name for name in names.people(room) if name != act.me.username)
    if not all(_can_reach(act, other) for other in others):
        raise NotFound("No one in your rooms has that name.", field=field)


def _can_reach(act: Act, other: str) -> bool:
    me = act.me.username
    return relations.acquainted(act.db, me, other) and not relations.blocking(act.db, me, other)


FEATURE = Feature(commands=(typing, signal))
