"""`Client`: somebody who is in the chat, with all they hold of it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import socketio

from chatrooms.client.catchup import Catchup
from chatrooms.client.commands import Commands
from chatrooms.client.connection import Connection
from chatrooms.client.errors import Closed
from chatrooms.client.link import Address, SocketFactory
from chatrooms.client.outbox import Outbox, Sending
from chatrooms.client.rows import Change, Member, Message, Read, Signal, User
from chatrooms.client.state import RoomState, State
from chatrooms.client.streams import Stream, Streams

REPEATABLE = frozenset(
    {
        "history",
        "message.delete",
        "presence.watch",
        "read.mark",
        "room.list",
        "room.members",
        "session.list",
        "sync",
        "user.get",
        "user.list",
        "user.me",
    }
)
"""Commands that can be asked again when the answer was lost; of the others nobody knows whether they were done."""


class Client(Commands):
    """Somebody at ``url``, whose path is where the chat is mounted.

    They are proven by a ``token``, or claim ``username``: then `token` is what keeps the name theirs, so save it.
    ``auth`` goes to the server as well, for a host application. ``outbox`` is a SQLite file, one for each person, that
    keeps unacknowledged messages over the end of the process. Seconds: ``timeout`` for an answer, ``sync_every``
    between questions for what was missed. Counts: ``backlog`` unread items in a stream, ``keep`` messages in a room.
    ``socket`` makes the ``socketio.AsyncClient`` for each connection.

    ``async with`` starts, waits until all is caught up, and closes; it raises `Refused`.
    """

    def __init__(
        self,
        url: str,
        *,
        username: str | None = None,
        token: str | None = None,
        auth: Mapping[str, Any] | None = None,
        outbox: Path | None = None,
        transports: Iterable[str] = ("websocket",),
        timeout: float = 5.0,
        sync_every: float = 60.0,
        backlog: int = 1000,
        keep: int = 1000,
        socket: SocketFactory = socketio.AsyncClient,
    ) -> None:
        if outbox and not username:
            raise ValueError("an outbox file is somebody's: give the username")
        self.token = token
        self._given = {"username": username, **(auth or {})}
        self._changes, self._signals = Streams[Change](backlog), Streams[Signal](backlog)
        self._state = State(self._changes.push, keep)
        address = Address(url, _known(transports), socket)
        self._connection = Connection(
            address, auth=self._auth, opened=self._opened, hear=self._hear, timeout=timeout
        )
        self._outbox_file, self._author, self._sync_every = outbox, username or "", sync_every
        self._tasks: list[asyncio.Task[None]] = []
        self._watched: list[str] | None = None
        self._end: Exception | None = None
''' '''
