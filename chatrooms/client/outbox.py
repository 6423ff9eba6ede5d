"""The outbox: each message has its id from the start, so that it is stored once however often it is sent."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Generator, Sequence
from pathlib import Path
from typing import Any, TypedDict, Unpack
from uuid import UUID

from chatrooms import ids
from chatrooms.client.errors import Refused
from chatrooms.client.home import Home
from chatrooms.client.rows import Message

log = logging.getLogger("chatrooms.client")

SCHEMA = """
CREATE TABLE IF NOT EXISTS outbox (
    place INTEGER PRIMARY KEY AUTOINCREMENT, author TEXT NOT NULL, id TEXT NOT NULL UNIQUE,
    room TEXT NOT NULL, text TEXT NOT NULL, reply_to TEXT
)
"""


class Also(TypedDict, total=False):
    """What a message can have besides its text.

    ``reply_to`` is the id of a message, ``files`` are the ids of uploaded files. With ``if_seq``, it is refused as a
    ``conflict`` if others have posted after that ``seq``. `@room` and `@here` notify more than 20 people only if it is
    ``confirmed``.
    """

    reply_to: str | None
    files: Sequence[str]
    if_seq: int | None
    confirmed: bool


class Sending:
    """A message being sent. Await it for the stored row; raises `Refused`, or `Closed` if the client was closed."""

    def __init__(self, id: str, room: str, text: str, **also: Unpack[Also]) -> None:
        self.id, self.room, self.text = id, room, text
        self.also = {name: value for name, value in also.items() if _is_given(value)}
        self._home = Home()
        self._done: asyncio.Future[Message] = self._home.loop.create_future()

    def __await__(self) -> Generator[Any, None, Message]:
        if not self.done:
            self._home.require()
        return asyncio.shield(self._done).__await__()

    def __repr__(self) -> str:
        return f"<Sending {self.id} to {self.room}>"

    @property
    def done(self) -> bool:
        """Return whether the outcome is known."""
        return self._done.done()

    def params(self) -> dict[str, Any]:
        """Return the parameters of ``message.post``."""
        return {"id": self.id, "room": self.room, "text": self.text, **self.also}

    def settle(self, outcome: Message | Exception) -> None:
        """Set the outcome; an error of those who wait for it is theirs alone, such as that their loop was closed."""
        if self._done.done():
            return
        try:
            if isinstance(outcome, Exception):
                self._done.set_exception(outcome)
                self._done.exception()  # it need not be awaited
            else:
                self._done.set_result(outcome)
        except RuntimeError as error:
            log.warning("nobody can be told what became of message %s: %s", self.id, error)


Deliver = Callable[[Sending], Awaitable[Message]]


def _is_given(value: object) -> bool:
    """Return whether there is a value; 0 is one, although it equals False."""
    return value is not None and value is not False and value not in ((), [])


class File:
    """The outbox of ``author`` in a SQLite file, which survives a killed process."""

    def __init__(self, path: Path | str, author: str) -> None:
        self._author = author
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA busy_timeout = 5000")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute(SCHEMA)
        known = [column[1] for column in self._db.execute("PRAGMA table_info(outbox)")]
        for column, default in (("files", "[]"), ("more", "{}")):
            if column not in known:
                self._db.execute(f"ALTER TABLE outbox ADD COLUMN {column} TEXT NOT NULL DEFAULT '{default}'")

    def load(self) -> list[Sending]:
        """Return the messages that were unacknowledged when the file was last used, oldest first."""
        found = "SELECT id, room, text, reply_to, files, more FROM outbox WHERE author = ? ORDER BY place"
        rows = self._db.execute(found, (self._author,))
        return [
            Sending(which, room, text, reply_to=above, files=json.loads(files), **json.loads(more))
            for which, room, text, above, files, more in rows
        ]

    def add(self, message: Sending) -> None:
        """Store a message."""
        more = dict(message.also)
        above, files = more.pop("reply_to", None), json.dumps(more.pop("files", []))
        values = (self._author, message.id, message.room, message.text, above, files, json.dumps(more))
        columns = "author, id, room, text, reply_to, files, more"
        self._db.execute(f"INSERT INTO outbox ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?)", values)

    def drop(self, message: Sending) -> None:
        """Delete a message."""
        self._db.execute("DELETE FROM outbox WHERE id = ?", (message.id,))

    def close(self) -> None:
        """Close the file."""
        self._db.close()


class Outbox:
    """Unacknowledged messages, which are sent one at a time, in order.

    A message stays until it is acknowledged or permanently refused.
    """

    def __init__(self, path: Path | str | None, author: str) -> None:
        self._file = File(path, author) if path else None
        kept = self._file.load() if self._file else []
        self._waiting = OrderedDict((message.id, message) for message in kept)
        self._news = asyncio.Event()

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, room: str, text: str, *, id: str | None, **also: Unpack[Also]) -> Sending:
        """Add a message; an ``id`` that is already in the outbox is the same message."""
        message = Sending(str(UUID(id)) if id else ids.new(), room, text, **also)
        if message.id in self._waiting:
            return self._waiting[message.id]
        if self._file:
            self._file.add(message)
        self._waiting[message.id] = message
        self._news.set()
        return message

    async def keep_sending(self, deliver: Deliver) -> None:
        """Send present and future messages, forever; ``deliver`` returns the stored row or raises `Refused`."""
        while True:
            while self._waiting:
                await self._send(deliver, next(iter(self._waiting.values())))
            self._news.clear()
            await self._news.wait()

    def end(self, error: Exception) -> None:
        """Stop sending; the file keeps unsent messages."""
        for message in self._waiting.values():
            message.settle(error)
        if self._file:
            self._file.close()

    async def _send(self, deliver: Deliver, message: Sending) -> None:
        try:
            outcome: Message | Exception = await deliver(message)
        except Refused as refused:
            outcome = refused
        if self._file:
            self._file.drop(message)
        del self._waiting[message.id]
        message.settle(outcome)
