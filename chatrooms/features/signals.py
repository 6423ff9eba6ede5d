"""Live signals, which are never stored: typing, call signalling, and events of a host application."""

from __future__ import annotations

from collections.abc import Iterable

import orjson
from pydantic import Field
from sqlalchemy import Connection

from chatrooms import names
from chatrooms.errors import NotFound
from chatrooms.events import Signal
from chatrooms.pipeline import access, questions, relations, requests, room_rules, standing
from chatrooms.pipeline.act import Act, Caller
from chatrooms.pipeline.commands import Params, query
from chatrooms.pipeline.feature import Feature
from chatrooms.pipeline.questions import WRITING_IN_ROOM, Question
from chatrooms.pipeline.shapes import Done, InRoom
from chatrooms.pipeline.signal_fields import SignalData, SignalType
from chatrooms.pipeline.standing import Here
from chatrooms.types import AnyRoom

PIECE = 4 * 1024


class Send(Params):
    """A signal."""

    to: AnyRoom = Field(description="A room that you belong to, or the username of a person you share a room with.")
    type: SignalType
    data: SignalData = None


class Type(InRoom):
    """That you are typing, or not any more."""

    stopped: bool = Field(False, description="Whether you stopped, without a message.")


def _typist(act: Act, p: Type) -> Here:
    """Allow people who can post in a room now, without being a stranger to anybody who would receive it."""
    return _require_welcome(act, access.of(act.db, act.me, p.room, writing=True), field="room")


@query("typing", may=_typist, rate="signal", repeatable=False, scope="post", question=WRITING_IN_ROOM)
def typing(act: Act, p: Type, _: Here) -> Done:
    """Show a room that you are typing, or that you stopped.

    The server emits at most one signal of typing per person and room every 3 seconds. It ends by itself after 5
    seconds, and with your message.
    """
    act.signals.append(Signal(p.room, act.me.username, "typing", {"stopped": True} if p.stopped else {}))
    return {}


def _sender(act: Act, p: Send) -> Here | None:
    """Allow people who can post in the room now, or to the person, without being a stranger to anybody there."""
    if names.kind(p.to) != "personal" or p.to == act.me.username:
        return _require_welcome(act, access.of(act.db, act.me, p.to, writing=True, field="to"), field="to")
    conversation = standing.of(act.db, act.me, names.conversation(act.me.username, p.to), "to")
    _require_welcome(act, access.require_open(act.db, act.me, conversation), field="to")
    return None


def _pieces(p: Send) -> int:
    """Count once for each 4 KiB begun: a signal goes to many at once."""
    return 1 + len(orjson.dumps(p.data)) // PIECE


def _addressed(db: Connection, me: Caller, p: Send) -> Iterable[str]:
    return questions.in_room(db, me, p.to)


@query(
    "signal",
    may=_sender,
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


def _require_welcome(act: Act, here: Here, field: str) -> Here:
    """Return a room where the caller's messages go now; what is never stored must not reach strangers either."""
    room_rules.require_poster(act, access.require_accepted(here))
    if here.access == "conversation" and not here.exists:
        others = [name for name in names.people(here.room) if name != act.me.username]
        if requests.asked(act, others) or not all(_can_reach(act, other) for other in others):
            raise NotFound("No one in your rooms has that name.", field=field)
    return here


def _can_reach(act: Act, other: str) -> bool:
    me = act.me.username
    return relations.acquainted(act.db, me, other) and not relations.blocking(act.db, me, other)


FEATURE = Feature(commands=(typing, signal))
