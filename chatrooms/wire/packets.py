"""Socket.IO packets as text and back (Socket.IO protocol, revision 5, "Packet encoding")."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import orjson
import socketio.packet

from chatrooms.wire import json
from chatrooms.wire.message import Message

CONNECT, DISCONNECT, EVENT, ACK, CONNECT_ERROR, BINARY_EVENT, BINARY_ACK = range(7)
RESERVED_EVENTS = frozenset(
    {"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener", "*"}
)

_head = re.compile(r"([0-6])(?:(/[^,]*)(?:,|\Z))?([0-9]{1,15})?", re.ASCII)


class Malformed(Exception):
    """What a client sent is no packet that it may send; ``namespace`` and ``id`` tell what it wants answered."""

    def __init__(self, why: str, namespace: str = "/", id: int | None = None) -> None:
        super().__init__(why)
        self.namespace, self.id = namespace, id


class Packet(socketio.packet.Packet):  # type: ignore[misc]
    """python-socketio's packet with our JSON, for this server alone instead of the whole process."""

    json = json


@dataclass(frozen=True, slots=True)
class Received:
    """A packet that a client may send; its data is valid for its type."""

    type: int
    namespace: str
    id: int | None
    data: Any


def decode(text: str, depth: int) -> Received:
    """The packet that a client sent; raises `Malformed`. Binary packets are not taken."""
    head = _head.match(text)
    if head is None:
        raise Malformed("unknown type")
    kind, namespace = int(head[1]), (head[2] or "/").partition("?")[0]
    number = int(head[3]) if head[3] else None
    wants = number if kind == EVENT else None
    try:
        data = json.read(text[head.end() :], depth) if head.end() < len(text) else None
    except ValueError:
        raise Malformed("not JSON", namespace, wants) from None
    if not _valid(kind, data):
        raise Malformed("not the data of its type", namespace, wants)
    return Received(kind, namespace, number, data)


def encode(type: int, data: Any, namespace: str = "/", id: int | None = None) -> list[Message]:
    """What to send for a packet: one message, and one more for each ``bytes`` in ``data``."""
    try:
        body, attachments = b"" if data is None else orjson.dumps(data), []
    except TypeError:
        plain, attachments = Packet.deconstruct_binary(data)
        body = orjson.dumps(plain)  # raises for anything else that is not JSON
    kind = type + (BINARY_EVENT - EVENT if attachments else 0)
    count = f"{len(attachments)}-" if attachments else ""
    head = f"4{kind}{count}{'' if namespace == '/' else namespace + ','}{'' if id is None else id}"
    return [Message(head.encode() + body), *(Message(bytes(part), binary=True) for part in attachments)]


def _valid(type: int, data: Any) -> bool:
    if type == CONNECT:
        return True  # who is let in with what is up to the server
    if type == DISCONNECT:
        return data is None
    if type == ACK:
        return isinstance(data, list)
    return type == EVENT and isinstance(data, list) and bool(data) and _sayable(data[0])


def _sayable(name: Any) -> bool:
    return isinstance(name, str) and name not in RESERVED_EVENTS
