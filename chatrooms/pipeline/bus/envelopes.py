"""How messages are packed for a bus that carries short texts: in numbered envelopes, the larger ones in pieces.

An envelope says which version of this it follows, which chat it is about, who sent it, and which of theirs it is:
``1 <instance> <node> <number> <piece>/<pieces> <proof> <JSON>``. The proof is made with a secret of the database,
because whoever can connect to PostgreSQL or Redis can publish.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from chatrooms.pipeline.bus.messages import Message, read, written
from chatrooms.storage.facts import Facts
from chatrooms.wire import failures

VERSION = "1"
PIECE = 7800
"""Characters of ASCII in a piece: PostgreSQL takes 7,999 bytes, and the rest is for what precedes them."""
WIDEST = 4
"""Bytes of a character in UTF-8, at most."""
PROOF = 16
"""Bytes of a proof."""
FULL = 128 * 1024
"""Bytes of JSON after which an envelope is closed."""


def envelopes(messages: Iterable[Message]) -> Iterator[str]:
    """Yield the messages as JSON lists that are not too long; without those that are no JSON."""
    some: list[bytes] = []
    size = 0
    for text in filter(None, map(_written, messages)):
        if some and size + len(text) > FULL:
            yield _listed(some)
            some, size = [], 0
        some.append(text)
        size += len(text)
    if some:
        yield _listed(some)


def _written(message: Message) -> bytes:
    try:
        return written(message)
    except TypeError:
        failures.report("publishing failed")
        return b""


def _listed(texts: Iterable[bytes]) -> str:
    return "[" + b",".join(texts).decode() + "]"


class Sender:
    """Numbers the envelopes of a node in a ``stream``; ``size`` is how many characters of ASCII a piece has."""

    def __init__(self, facts: Facts, node: str, stream: str = "", size: int = PIECE) -> None:
        self._from, self._key, self._size = f"{VERSION} {facts.instance} {node}", _key(facts, stream), size
        self.number = 0
        """The number of the last envelope."""

    def pack(self, messages: Iterable[Message]) -> list[str]:
        """Return the pieces to send, in order."""
        return [piece for text in envelopes(messages) for piece in self._pieces(text)]

    def skip(self) -> None:
        """Leave out a number, so that the others notice that something is missing."""
        self.number += 1

    def _pieces(self, text: str) -> Iterator[str]:
        self.number += 1
        size = self._size if text.isascii() else self._size // WIDEST
        parts = [text[start : start + size] for start in range(0, len(text), size)]
        for index, part in enumerate(parts, start=1):
            head = f"{self._from} {self.number} {index}/{len(parts)}"
            yield f"{head} {_proof(self._key, head, part)} {part}"


def _key(facts: Facts, stream: str) -> bytes:
    """Return the key of a stream, so that nothing of one can be sent again in another."""
    return f"{facts.secret}{stream}".encode()


def _proof(key: bytes, head: str, text: str) -> str:
    return hmac.digest(key, f"{head} {text}".encode(), "sha256")[:PROOF].hex()


class Parcel(NamedTuple):
    """What one envelope has: the messages of a node, and whether others of that node before it are missing."""

    node: str
    messages: Sequence[Message]
    missed: bool


class _Sent(NamedTuple):
    """The pieces of an envelope that came so far."""

    number: int
    pieces: list[str]


class Receiver:
    """Puts envelopes of a ``stream`` together again, and notices when one is missing; ``me`` is the node that receives.

    Unless the stream is ``whole``, others are not all for this node, and those that are missing are no one's concern.
    ``echoed`` is the number of the last envelope that the node sent itself.
    """

    def __init__(self, facts: Facts, me: str, stream: str = "", *, whole: bool = True) -> None:
        self._whole = whole
        self._database, self._key, self._me = facts.instance, _key(facts, stream), me
        self.echoed = 0
        self._last: dict[str, int] = {}
        self._open: dict[str, _Sent] = {}

    def take(self, piece: str) -> Parcel | None:
        """Take what came; return what is complete with it. Raises ``ValueError`` for what no node has sent.

        What another version or database sends, or this node itself, is nothing.
        """
        version, database, node, number, place, proof, text = piece.split(" ", 6)
        if (version, database) != (VERSION, self._database):
            return None
        if node == self._me:
            self.echoed = max(self.echoed, int(number))
            return None
        if not hmac.compare_digest(proof, _proof(self._key, f"{version} {database} {node} {number} {place}", text)):
            raise ValueError("this was not sent by a node")
        index, count = map(int, place.split("/"))
        return self._piece(node, int(number), index, count, text)

    def _piece(self, node: str, number: int, index: int, count: int, text: str) -> Parcel | None:
        if number <= self._last.get(node, 0):
            return None  # it was sent again
        sent = self._open.pop(node, None)
        if index == 1:
            sent = _Sent(number, [])
        if sent is None or sent.number != number or len(sent.pieces) != index - 1:
            return Parcel(node, (), missed=self._whole)
        sent.pieces.append(text)
        if index < count:
            self._open[node] = sent
            return None
        missed = self._whole and number != self._last.get(node, 0) + 1
        self._last[node] = number
        return Parcel(node, tuple(read("".join(sent.pieces))), missed)
