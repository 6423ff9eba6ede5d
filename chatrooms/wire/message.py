"""Messages to clients, encoded and framed once for all recipients; and the queue of messages to one client."""

from __future__ import annotations

import base64
from collections import deque
from collections.abc import Iterable
from enum import Enum, IntEnum, auto
from operator import attrgetter

TEXT, BINARY = 0x81, 0x82
SMALL, MEDIUM = 126, 65_536
SEPARATOR = b"\x1e"
LARGE = 256 * 1024
"""Bytes in a bundle: a client gets this much, and a message more, before it is checked how much waits for it."""

_size, _frame = attrgetter("size"), attrgetter("frame")


def _header(opcode: int, size: int) -> bytes:
    if size < SMALL:
        return bytes((opcode, size))
    if size < MEDIUM:
        return bytes((opcode, 126)) + size.to_bytes(2, "big")
    return bytes((opcode, 127)) + size.to_bytes(8, "big")


class Message:
    """One Engine.IO packet: its text with the type in front, or the bytes of a binary message.

    ``size`` is in bytes; ``frame`` is the WebSocket frame, unmasked as a server sends it (RFC 6455, 5.2).
    """

    __slots__ = ("binary", "frame", "size")

    def __init__(self, data: bytes, *, binary: bool = False) -> None:
        self.binary, self.size = binary, len(data)
        self.frame = _header(BINARY if binary else TEXT, len(data)) + data  # alone, because much of it may wait

    @property
    def data(self) -> bytes:
        """The text or bytes of the message, without the head of the frame."""
        return self.frame[len(self.frame) - self.size :]

    @property
    def polled(self) -> bytes:
        """The packet as it stands in the answer to a poll."""
        return b"b" + base64.b64encode(self.data) if self.binary else self.data


OPEN, CLOSE, PING, PONG_PROBE, NOOP = (Message(text) for text in (b"0", b"1", b"2", b"3probe", b"6"))


class Delivery(Enum):
    """What happens to a message for a client that has too much waiting already.

    A reliable one waits, and a client with far too much waiting is cut off. A skippable one is left out, and once
    the client has caught up, the ``caught_up`` of `Server.use` is called with its rooms. A volatile one is left out.
    """

    RELIABLE = auto()
    SKIPPABLE = auto()
    VOLATILE = auto()


class Hurry(IntEnum):
    """How soon a message goes out; the greater, the sooner.

    SOON is a round of the event loop later, with all else that the client is sent in this round.
    """

    GATHERED, SOON, NOW = range(3)


class Bundle:
    """Messages that go to the same clients at the same time, their frames joined once for all of them.

    ``to`` are the rooms of skippable ones.
    """

    __slots__ = ("delivery", "frames", "hurry", "messages", "size", "to")

    def __init__(
        self, messages: list[Message], delivery: Delivery = Delivery.RELIABLE, to: tuple[str, ...] = ()
    ) -> None:
        self.messages, self.delivery, self.to = messages, delivery, to
        self.hurry = Hurry.SOON
        if len(messages) == 1:
            self.size, self.frames = messages[0].size, messages[0].frame
        else:
            self.size, self.frames = sum(map(_size, messages)), b"".join(map(_frame, messages))


def bundles(messages: list[Message], delivery: Delivery, to: tuple[str, ...]) -> list[Bundle]:
    """Return the messages in bundles, in their order, none much larger than `LARGE`."""
    found = []
    start = size = 0
    for end, message in enumerate(messages, 1):
        size += message.size
        if size > LARGE or end == len(messages):
            found.append(Bundle(messages[start:end], delivery, to))
            start, size = end, 0
    return found


def payload(messages: Iterable[Message]) -> bytes:
    """Return the answer to a poll."""
    return SEPARATOR.join(message.polled for message in messages)


class SendQueue:
    """What waits to be sent to one client, oldest first; ``messages`` is None while nothing does.

    ``size`` is in bytes.
    """

    __slots__ = ("messages", "size")

    def __init__(self) -> None:
        self.messages: deque[Message] | None = None
        self.size = 0

    def __len__(self) -> int:
        return len(self.messages) if self.messages else 0

    def put(self, bundle: Bundle) -> None:
        """Add the messages of a bundle."""
        if self.messages is None:
            self.messages = deque(bundle.messages)
        else:
            self.messages.extend(bundle.messages)
        self.size += bundle.size

    def take(self, count: int) -> list[Message]:
        """Remove and return the ``count`` oldest, or as many as there are."""
        if self.messages is None:
            return []
        taken = [self.messages.popleft() for _ in range(min(count, len(self.messages)))]
        self.size -= sum(map(_size, taken))
        if not self.messages:
            self.clear()
        return taken

    def clear(self) -> None:
        """Remove everything; an empty deque would take 600 bytes for each client."""
        self.messages = None
        self.size = 0
