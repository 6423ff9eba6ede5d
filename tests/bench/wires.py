"""The wire protocols of the servers: joining, posting and receiving."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import orjson

from chatrooms import ids
from tests.bench.checks import Delivered

ROOM = "#lobby"


class Refused(Exception):
    """A server refused a command of the benchmark."""


class Wire(Protocol):
    """How to talk to a server: payloads of Engine.IO messages, their leading ``4`` included."""

    def join(self, username: str) -> bytes:
        """Return the packet that connects a person."""

    def joined(self, payload: bytes) -> bool:
        """Return whether this packet completes the connection."""

    def post(self, id: int, to: str, text: str) -> bytes:
        """Return the event that posts to a room or person, to be acknowledged with ``id``."""

    def typing(self, id: int) -> bytes:
        """Return the event that shows `ROOM` that its sender types."""

    def read(self, payload: bytes) -> Iterable[Delivered] | None:
        """The messages that this delivers; None if it delivers none."""

    def conversation(self, sender: str, to: str) -> str:
        """Return the room in which the recipient receives messages of ``sender``."""


class Chatrooms:
    """Chatrooms. People already exist and connect with their token."""

    def __init__(self, tokens: dict[str, str]) -> None:
        self._tokens = tokens

    def join(self, username: str) -> bytes:
        """With the token, or by the name alone for the first time."""
        token = self._tokens.get(username)
        return b"40" + orjson.dumps({"username": username} | ({"token": token} if token else {}))

    def joined(self, payload: bytes) -> bool:
        """The welcome."""
        if payload.startswith(b"44"):
            raise Refused(payload.decode())
        return payload.startswith(b'42["welcome"')

    def post(self, id: int, to: str, text: str) -> bytes:
        """With an id of the message, as the browser sends it."""
        return command(id, "message.post", room=to, text=text, id=ids.new())

    def typing(self, id: int) -> bytes:
        """A command."""
        return command(id, "typing", room=ROOM)

    def read(self, payload: bytes) -> Iterable[Delivered] | None:
        """The messages of a change."""
        if not payload.startswith(b'42["change"'):
            return None
        rows = orjson.loads(payload[2:])[1].get("messages")
        return rows and [Delivered(row["room"], row["number"], row["text"]) for row in rows]

    def conversation(self, sender: str, to: str) -> str:
        """One room for both."""
        return "+".join(sorted((sender, to)))


class Peer:
    """The same chat on Socket.IO, written like its tutorials, without storage; see ``servers``."""

    def join(self, username: str) -> bytes:
        """By name."""
        return b"40" + orjson.dumps({"username": username})

    def joined(self, payload: bytes) -> bool:
        """The answer to the connect packet."""
        return payload.startswith(b"40")

    def post(self, id: int, to: str, text: str) -> bytes:
        """An event of theirs."""
        return b"42%d" % id + orjson.dumps(["post", {"room": to, "text": text}])

    def typing(self, id: int) -> bytes:
        """An event of theirs."""
        return b"42%d" % id + orjson.dumps(["typing", {"room": ROOM}])

    def read(self, payload: bytes) -> Iterable[Delivered] | None:
        """The one message of an event."""
        if not payload.startswith(b'42["message"'):
            return None
        message = orjson.loads(payload[2:])[1]
        return [Delivered(message["room"], message["number"], message["text"])]

    def conversation(self, sender: str, to: str) -> str:
        """The recipient's own room."""
        return to


def command(id: int, name: str, /, **params: object) -> bytes:
    """A command of ours, to be acknowledged with ``id``."""
    return b"42%d" % id + orjson.dumps([name, params])


def answer(payload: bytes) -> dict[str, object]:
    """Return the result in an acknowledgement; raises `Refused`."""
    said = orjson.loads(payload[payload.index(b"[") :])[0]
    if not said["ok"]:
        raise Refused(payload.decode())
    return said
