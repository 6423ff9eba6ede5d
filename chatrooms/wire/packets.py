"""Socket.IO packets as text and back (Socket.IO protocol, revision 5, "Packet encoding")."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import Any, NamedTuple

import orjson

from chatrooms.wire.limits import Limits
from chatrooms.wire.message import Message

CONNECT, DISCONNECT, EVENT, ACK, CONNECT_ERROR, BINARY_EVENT, BINARY_ACK = range(7)
PLACEHOLDER, NUMBER = "_placeholder", "num"
MAX_DIGITS = 9
"""Of a number that has to be read; the ids of acknowledgements are only sent back."""
RESERVED_EVENTS = frozenset(
    {"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener", "*"}
)

BINARY = frozenset("56")
MAX_CONTAINERS = 4096
"""Arrays and objects in one JSON text: each takes as long to parse as a hundred bytes of text."""

_STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_OTHERS = bytes(set(range(256)) - _STEPS.keys())
_kinds = dict(zip("0123456", (CONNECT, DISCONNECT, EVENT, ACK, CONNECT_ERROR, EVENT, ACK), strict=True))
_head = re.compile(r"([0-6])(?:(?<=[56])([0-9]+)-)?(?:(/[^,]*)(?:,|\Z))?([0-9]+)?", re.ASCII)


class Malformed(Exception):
    """A client sent no packet that it may send; ``namespace`` and ``id`` are those of the answer that it waits for."""

    def __init__(self, why: str, namespace: str = "/", id: str | None = None) -> None:
        super().__init__(why)
        self.namespace, self.id = namespace, id


class Received(NamedTuple):
    """A packet that a client may send; its data is valid for its type.

    ``id`` is the digits that the client sent, to be sent back as they are. A binary event is an event with
    ``attachments``, and so is an acknowledgement.
    """

    type: int
    namespace: str
    id: str | None
    data: Any
    attachments: int = 0

    def mistake(self, why: str) -> Malformed:
        """Return the refusal of this packet, with the acknowledgement that an event asks for."""
        return Malformed(why, self.namespace, self.id if self.type == EVENT else None)


def decode(text: str, limits: Limits) -> Received:
    """Return the packet that a client sent, or the part of it that is text; raises `Malformed`."""
    head = _head.match(text)
    if head is None:
        raise Malformed("an unknown packet type")
    digit, count, path, number = head.groups()
    kind, namespace = _kinds[digit], (path or "/").partition("?")[0]
    try:
        attachments = _announced(count, limits) if digit in BINARY else 0
        data = parse_json(text[head.end() :], limits.depth) if head.end() < len(text) else None
        if not _valid(kind, data):
            raise ValueError("its data does not fit its type")
    except ValueError as why:
        raise Malformed(str(why), namespace, number if kind == EVENT else None) from None
    return Received(kind, namespace, number, data, attachments)


def parse_json(text: str, most: int) -> Any:
    """Return the value of JSON text that is nested at most ``most`` levels deep; raises ``ValueError`` with the reason.

    Depth and number of its arrays and objects are counted before it is parsed, which would take long.
    """
    if text.count("[") + text.count("{") > most and depth(text) > most:
        raise ValueError("its data is nested too deep")
    try:
        return orjson.loads(text)
    except ValueError:
        raise ValueError("its data is not JSON") from None


def depth(text: str) -> int:
    """Return how many levels deep JSON text is nested; raises ``ValueError`` beyond `MAX_CONTAINERS`."""
    outline = _outline(text)
    if len(outline) > 2 * MAX_CONTAINERS:
        raise ValueError(f"more than {MAX_CONTAINERS} arrays and objects")
    return max(accumulate(map(_STEPS.__getitem__, outline)), default=0)


def _outline(text: str) -> bytes:
    """Return the brackets and braces outside of strings."""
    unescaped = text.replace("\\\\", "").replace('\\"', "")
    return "".join(unescaped.split('"')[::2]).encode().translate(None, _OTHERS)


def _announced(count: str | None, limits: Limits) -> int:
    """Return how many attachments a binary packet announces; raises ``ValueError`` if these are none or too many."""
    if count is None:
        raise ValueError("a binary packet without the number of its attachments")
    if not limits.attachments:
        raise ValueError("binary data is not accepted")
    if len(count) > MAX_DIGITS or int(count) > limits.attachments:
        raise ValueError(f"more than {limits.attachments} attachments")
    return int(count)


def encode(type: int, data: Any, namespace: str = "/", id: int | str | None = None) -> list[Message]:
    """Return the messages of a packet: one, and one more for each ``bytes`` in ``data``; raises ``TypeError``."""
    address = f"{'' if namespace == '/' else namespace + ','}{'' if id is None else id}"
    try:
        body = b"" if data is None else orjson.dumps(data)
    except TypeError:
        body, parts = _detached(data)
        if parts:
            head = f"4{type + BINARY_EVENT - EVENT}{len(parts)}-{address}"
            return [Message(head.encode() + body), *(Message(part, binary=True) for part in parts)]
    return [Message(f"4{type}{address}".encode() + body)]


def _detached(data: Any) -> tuple[bytes, list[bytes]]:
    """Return `data` as JSON with placeholders, and the bytes that they stand for; raises ``TypeError``."""
    parts: list[bytes] = []

    def place(value: Any) -> dict[str, Any]:
        if not isinstance(value, (bytes, bytearray, memoryview)):
            raise TypeError(f"{type(value).__name__} is neither JSON nor bytes")
        parts.append(bytes(value))
        return {PLACEHOLDER: True, NUMBER: len(parts) - 1}

    return orjson.dumps(data, default=place, option=orjson.OPT_NON_STR_KEYS), parts


def _valid(type: int, data: Any) -> bool:
    if type == CONNECT:
        return True  # the connect handler judges it
    if type == DISCONNECT:
        return data is None
    if type == ACK:
        return isinstance(data, list)
    return type == EVENT and isinstance(data, list) and bool(data) and _may_send(data[0])


def _may_send(name: Any) -> bool:
    return isinstance(name, str) and name not in RESERVED_EVENTS
