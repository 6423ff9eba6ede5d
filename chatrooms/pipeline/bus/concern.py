"""Which rooms a message concerns, so that only the nodes with sockets there need to hear it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chatrooms import names
from chatrooms.events import Change, Signal
from chatrooms.pipeline.addressing import moved_by
from chatrooms.pipeline.bus.messages import Head, Message

HEARD = frozenset({"personal", "shared", "thread"})
"""The kinds of rooms that nodes follow; a conversation is heard in the personal rooms of its people."""


def concerned(message: Message) -> frozenset[str]:
    """Return the rooms that a message concerns; none if it concerns all nodes."""
    if not isinstance(message, Change | Head | Signal):
        return frozenset()
    rooms = names.recipients(message.room)
    if not HEARD.issuperset(map(names.kind, rooms)):
        return frozenset()
    moved = moved_by(message) if isinstance(message, Change) else ()
    return frozenset((*rooms, *moved))


def grouped(messages: Iterable[Message]) -> Sequence[tuple[frozenset[str], list[Message]]]:
    """Return messages with the rooms that they concern: those with the same rooms together, in order within a room."""
    groups: list[tuple[frozenset[str], list[Message]]] = []
    last: dict[str, int] = {}
    for message in messages:
        rooms = concerned(message)
        places = rooms or {""}
        found = {last.get(place, -1) for place in places}
        place = found.pop() if len(found) == 1 else -1
        if place < 0 or groups[place][0] != rooms:
            place = len(groups)
            groups.append((rooms, []))
        groups[place][1].append(message)
        last |= dict.fromkeys(places, place)
    return groups
