"""How messages are packed for a bus that carries short texts: in numbered, sealed envelopes, the larger ones in pieces.

A piece is ``2 <instance> <node> <salt> <number> <piece>/<pieces> <milliseconds> <sealed JSON>``. What precedes the JSON
says which version of this it follows (first, in every version), which chat it is about, who sent it, with which key,
which of theirs it is, and when. Whoever can connect to PostgreSQL or Redis can listen and publish, but reads nothing,
sends nothing that a node takes, and nothing again: each number is taken once, and only while it is fresh.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from chatrooms.pipeline.bus.database_clock import DatabaseClock
from chatrooms.pipeline.bus.messages import By, Message, read, written
from chatrooms.pipeline.bus.seals import Seal, new_salt
from chatrooms.storage.facts import Facts
from chatrooms.wire import failures

VERSION = "2"
PIECE = 5700
"""Bytes of JSON in a piece, which become less than the 7,999 that PostgreSQL takes."""
FULL = 128 * 1024
"""Bytes of JSON after which an envelope is closed."""
LONGEST = 32 * FULL
"""Characters of a piece of any bus; what is longer is not read at all."""
FRESH = 5.0
"""Seconds by the database's clock after which an envelope counts as sent again by somebody else."""


def envelopes(messages: Iterable[Message], first: Message) -> Iterator[bytes]:
    """Yield the messages as JSON lists, each with ``first`` first, that are not too long; without what is no JSON."""
    some: list[bytes] = []
    begins = written(first)
    size = 0
    for text in filter(None, map(_written, messages)):
        if some and size + len(text) > FULL:
            yield _listed([begins, *some])
            some, size = [], 0
        some.append(text)
        size += len(text)
    if some:
        yield _listed([begins, *some])


def _written(message: Message) -> bytes:
    try:
        return written(message)
    except TypeError:
        failures.report("publishing failed")
        return b""


def _listed(texts: Iterable[bytes]) -> bytes:
    return b"[" + b",".join(texts) + b"]"


class Sender:
    """Numbers, dates and seals the envelopes of a node in a ``stream``; a piece has ``size`` bytes of JSON at most."""

    def __init__(self, facts: Facts, node: str, clock: DatabaseClock, stream: str = "", size: int = PIECE) -> None:
        salt = new_salt()
        self._from = f"{VERSION} {facts.instance} {node} {salt}"
        self._seal, self._clock, self._size = Seal(facts.secret, salt, stream), clock, size
        self.number = 0
        """The number of the last envelope."""

    def pack(self, messages: Iterable[Message]) -> list[str]:
        """Return the pieces to send, in order."""
        return [piece for content in envelopes(messages, By(self._clock.id)) for piece in self._pieces(content)]

    def skip(self) -> None:
        """Leave out a number, so that the others notice that something is missing."""
        self.number += 1

    def _pieces(self, content: bytes) -> Iterator[str]:
        self.number += 1
        at = int(1000 * self._clock.now())
        parts = [content[start : start + self._size] for start in range(0, len(content), self._size)]
        for index, part in enumerate(parts, start=1):
            head = f"{self._from} {self.number} {index}/{len(parts)} {at}"
            yield f"{head} {self._seal.close(part, head, self.number, index)}"


class OtherVersion(Exception):
    """A node of this database packs its envelopes as another version does."""


class OfCopy(Exception):
    """A node of a copy of this database has sent this, or one of this database that has not noticed yet that it moved.

    The argument is the id of its clock.
    """


class Parcel(NamedTuple):
    """What one envelope has: the messages of a node, and whether others of that node before it are missing."""

    node: str
    messages: Sequence[Message]
    missed: bool


class _Place(NamedTuple):
    """Which piece of which envelope something is."""

    node: str
    number: int
    piece: int
    pieces: int


class _Sent:
    """What came of a sender so far: the number of the last envelope, and the pieces of an open one."""

    def __init__(self, seal: Seal) -> None:
        self.seal = seal
        self.last = 0
        self.open = 0
        self.pieces: list[bytes] = []


class Receiver:
    """Opens envelopes of a ``stream``, puts them together again, and notices when one is missing.

    ``me`` is the node that receives, and ``echoed`` the number of the last envelope that it sent itself. Unless the
    stream is ``whole``, others are not all for this node, and those that are missing are no one's concern.
    """

    def __init__(self, facts: Facts, me: str, clock: DatabaseClock, stream: str = "", *, whole: bool = True) -> None:
        self._database, self._secret, self._stream = facts.instance, facts.secret, stream
        self._me, self._clock, self.whole = me, clock, whole
        self.echoed = 0
        self._senders: dict[str, _Sent] = {}

    def take(self, piece: str) -> Parcel | None:
        """Take what came; return what is complete with it.

        What another database sends, this node itself, or somebody again is nothing. Raises `OtherVersion`, `OfCopy`,
        and ``ValueError`` for what no node has sent.
        """
        if len(piece) > LONGEST:
            raise ValueError("no envelope is that long")
        head, _, sealed = piece.rpartition(" ")
        version, database, node, rest = head.split(" ", 3)
        if database != self._database:
            return None
        if version != VERSION:
            raise OtherVersion(version)
        salt, number, part, at = rest.split(" ")
        index, count = part.split("/")
        place = _Place(node, int(number), int(index), int(count))
        mine = node == self._me
        if not mine and not abs(1000 * self._clock.now() - float(at)) <= 1000 * FRESH:
            return None
        sent = self._senders.get(salt) or _Sent(Seal(self._secret, salt, self._stream))
        content = sent.seal.open(sealed, head, place.number, place.piece)
        self._senders[salt] = sent
        if mine:
            self.echoed = max(self.echoed, place.number)
            return None
        parcel = _joined(sent, place, content, whole=self.whole)
        return self._checked(parcel) if parcel else None

    def _checked(self, parcel: Parcel) -> Parcel:
        """Return a parcel of this database; versions before this one do not say of which one they are."""
        match parcel.messages:
            case [By(clock), *_] if clock != self._clock.id:
                raise OfCopy(clock)
            case [By(), *_]:
                return parcel._replace(messages=parcel.messages[1:])
        return parcel


def _joined(sent: _Sent, place: _Place, content: bytes, *, whole: bool) -> Parcel | None:
    """Return what is complete with this piece."""
    if place.number <= sent.last or (place.number == sent.open and place.piece <= len(sent.pieces)):
        return None  # it was sent again
    if place.piece == 1:
        sent.open, sent.pieces = place.number, []
    if sent.open != place.number or len(sent.pieces) != place.piece - 1:
        sent.open, sent.pieces = 0, []
        return Parcel(place.node, (), missed=whole)
    sent.pieces.append(content)
    if place.piece < place.pieces:
        return None
    missed = whole and place.number != sent.last + 1
    joined = b"".join(sent.pieces)
    sent.last, sent.open, sent.pieces = place.number, 0, []
    return Parcel(place.node, tuple(read(joined)), missed)
