"""Checks of every delivery: the right room and order, nothing missing, nothing duplicated.

Everyone in a room receives the same bytes in the same order. So the socket that is furthest has each of its frames
read and checked, and their bytes become the `Course`; every other socket is compared with it byte by byte, which costs
next to nothing. What is for one socket alone, such as an acknowledgement, stands between those frames.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tests.bench import texts
from tests.bench.frames import TEXT, cut


class Wrong(Exception):
    """A delivery is wrong or missing."""


@dataclass(frozen=True)
class Delivered:
    """A message as it was delivered; ``number`` is the server's, counted by room."""

    room: str
    number: int
    text: str


Read = Callable[[bytes], Iterable[Delivered] | None]
"""The messages in a payload; None if it is for one socket alone."""


@dataclass
class Ledger:
    """What was delivered in one room, one message after the other."""

    room: str
    to: str
    messages: int = 0
    newest: int | None = None
    counts: Counter[str] = field(default_factory=Counter)

    def enter(self, message: Delivered) -> None:
        """Check the next message; raises `Wrong` unless it is the expected one."""
        sender, to, count = self._parsed(message)
        if message.room != self.room or not self.meant(sender, to):
            raise Wrong(f"in {self.room}: a message of {message.room} to {to}")
        if self.newest is not None and message.number != self.newest + 1:
            raise Wrong(f"in {self.room}: number {message.number} came after {self.newest}")
        if count != self.counts[sender] + 1:
            raise Wrong(f"in {self.room}: number {count} of {sender} came after {self.counts[sender]}")
        self.newest, self.counts[sender] = message.number, count
        self.messages += 1

    def meant(self, _sender: str, to: str) -> bool:
        """Return whether a message of that sender to ``to`` belongs here."""
        return to == self.to

    def settle(self, sent: dict[str, int]) -> None:
        """Raise `Wrong` unless everything that was sent has arrived."""
        if dict(self.counts) != {sender: count for sender, count in sent.items() if count}:
            raise Wrong(f"in {self.room}: {self.counts} came of {sent}")

    def _parsed(self, message: Delivered) -> tuple[str, str, int]:
        try:
            return texts.parsed(message.text)
        except ValueError:
            raise Wrong(f"in {self.room}: somebody else's message {message.text[:40]!r}") from None


class Course:
    """The frames that everyone in a room receives, checked once."""

    def __init__(self, ledger: Ledger, read: Read) -> None:
        self.ledger, self.read = ledger, read
        self.stream = bytearray()
        self._ends = [0]

    def append(self, frame: bytes, messages: Iterable[Delivered]) -> None:
        """Check the next frame; raises `Wrong`."""
        for message in messages:
            self.ledger.enter(message)
        self.stream += frame
        self._ends.append(len(self.stream))

    def begun(self, place: int) -> bytes:
        """The beginning of the frame that ``place`` is inside of, up to there."""
        return bytes(self.stream[self._ends[bisect_right(self._ends, place) - 1] : place])


class Listener:
    """The position of one socket in these frames. ``private`` gets the frames for this socket only."""

    def __init__(self, course: Course, private: Callable[[int, bytes], None]) -> None:
        self.course, self.private = course, private
        self.place = len(course.stream)
        self._rest = b""

    @property
    def behind(self) -> int:
        """How many bytes are still to come."""
        return len(self.course.stream) - self.place

    def feed(self, chunk: memoryview | bytes) -> None:
        """Take in what arrived; raises `Wrong`."""
        if not self._rest and self.course.stream.startswith(chunk, self.place):
            self.place += len(chunk)
        else:
            begun = self._rest or self.course.begun(self.place)
            self.place -= 0 if self._rest else len(begun)
            self._walk(begun + bytes(chunk))

    def _walk(self, data: bytes) -> None:
        done = 0
        for opcode, start, body, done in cut(data):
            frame = data[start:done]
            if self.course.stream.startswith(frame, self.place):
                self.place += len(frame)
            else:
                self._take(opcode, frame, data[body:done])
        self._rest = data[done:]

    def _take(self, opcode: int, frame: bytes, payload: bytes) -> None:
        messages = _messages(self.course.read, payload) if opcode == TEXT else None
        if messages is None:
            self.private(opcode, payload)
        elif self.behind:
            raise Wrong(f"in {self.course.ledger.room}: out of order or not for this room: {payload[:200]!r}")
        else:
            self.course.append(frame, messages)
            self.place += len(frame)


class Correspondent:
    """A socket with its own conversations, whose messages are all checked."""

    def __init__(self, ledgers: dict[str, Ledger], read: Read, private: Callable[[int, bytes], None]) -> None:
        self.ledgers, self.read, self.private = ledgers, read, private
        self._rest = b""

    def feed(self, chunk: memoryview | bytes) -> None:
        """Take in what arrived; raises `Wrong`."""
        data, done = self._rest + bytes(chunk), 0
        for opcode, _, body, done in cut(data):
            payload = data[body:done]
            messages = _messages(self.read, payload) if opcode == TEXT else None
            if messages is None:
                self.private(opcode, payload)
            else:
                self._enter(messages)
        self._rest = data[done:]

    def _enter(self, messages: Iterable[Delivered]) -> None:
        for message in messages:
            ledger = self.ledgers.get(message.room)
            if ledger is None:
                raise Wrong(f"a message of {message.room} came to somebody who is not in it")
            ledger.enter(message)


def _messages(read: Read, payload: bytes) -> Iterable[Delivered] | None:
    try:
        return read(payload)
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise Wrong(f"that is no event: {payload[:200]!r}") from error
