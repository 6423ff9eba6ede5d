"""What nodes say to each other, and how it is written: a list of JSON lists, each with its kind first.

A node ignores kinds that it does not know, so that two versions run side by side during an upgrade. What a kind means
never changes: a new meaning is a new kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import orjson

from chatrooms.events import Change, Emission, End, Signal

LARGEST = 48 * 1024
"""Bytes of a change; of a larger one, only the head is sent."""


@dataclass(frozen=True)
class By:
    """What follows is by a node of the database with this clock, not of a copy of it."""

    clock: str


@dataclass(frozen=True)
class Head:
    """A room changed; its rows are in the database."""

    room: str
    rev: int


@dataclass(frozen=True)
class Moved:
    """People came online at a node, or went offline there."""

    came: Sequence[str] = ()
    went: Sequence[str] = ()


@dataclass(frozen=True)
class Spent:
    """Somebody who is not known yet asked for something from an address, which counts for this rate."""

    rate: str
    network: str


@dataclass(frozen=True)
class Beat:
    """A node is alive, and has so many people online, with this `OnlineAtNode.digest`."""

    count: int
    digest: int


@dataclass(frozen=True)
class Ask:
    """A node does not know who is online at another one."""

    node: str


@dataclass(frozen=True)
class Present:
    """All who are online at a node."""

    usernames: Sequence[str]


@dataclass(frozen=True)
class Bye:
    """A node ends; its people come back to others."""


Message: TypeAlias = By | Change | Signal | End | Emission | Head | Moved | Spent | Beat | Ask | Present | Bye

_KINDS: dict[str, tuple[Callable[..., Message], tuple[str, ...]]] = {
    "by": (By, ("clock",)),
    "change": (Change, ("room", "rev", "rows")),
    "signal": (Signal, ("room", "sender", "type", "data")),
    "end": (End, ("room", "at_once", "bars")),
    "emission": (Emission, ("event", "data", "rooms")),
    "head": (Head, ("room", "rev")),
    "moved": (Moved, ("came", "went")),
    "spent": (Spent, ("rate", "network")),
    "beat": (Beat, ("count", "digest")),
    "ask": (Ask, ("node",)),
    "present": (Present, ("usernames",)),
    "bye": (Bye, ()),
}
"""The fields that a message of each kind has, in order."""
_KIND_OF = {made: kind for kind, (made, _) in _KINDS.items()}


def written(message: Message) -> bytes:
    """Return a message as JSON; a large change as its head."""
    text = orjson.dumps(_listed(message))
    if isinstance(message, Change) and len(text) > LARGEST:
        return orjson.dumps(["head", message.room, message.rev])
    return text


def read(text: bytes) -> Iterator[Message]:
    """Yield the messages of a JSON list, except those of unknown kinds; raises ``ValueError`` for anything else."""
    for kind, *values in orjson.loads(text):
        if kind in _KINDS:
            made, fields = _KINDS[kind]
            if len(values) != len(fields):
                raise ValueError(f"a message of the kind {kind} has other values")
            yield made(*values)


def _listed(message: Message) -> list[Any]:
    kind = _KIND_OF[type(message)]
    return [kind, *(getattr(message, field) for field in _KINDS[kind][1])]
