"""`Client`: somebody who is in the chat, with all they hold of it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Coroutine, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import socketio

from chatrooms.client.catchup import Catchup
from chatrooms.client.commands import REPEATABLE, Commands
from chatrooms.client.connection import Connection
from chatrooms.client.errors import ClientError, Closed
from chatrooms.client.held import Held
from chatrooms.client.link import Address, SocketFactory
from chatrooms.client.outbox import Outbox, Sending
from chatrooms.client.rows import Change, Message, Signal, told_revs
from chatrooms.client.state import State
from chatrooms.client.streams import Stream, Streams


class Client(Held, Commands):
    """Somebody at ``url``, whose path is where the chat is mounted.

    They are proven by a ``token``, or claim ``username``: then `token` keeps the name theirs, so save it.
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
        self._claim = None if token else secrets.token_urlsafe(32)
        self._given = {"username": username, **(auth or {})}
        self._changes, self._signals = Streams[Change](backlog), Streams[Signal](backlog)
        self._state = State(self._changes.push, keep)
        address = Address(url, tuple(transports), socket)
        self._connection = Connection(address, auth=self._auth, opened=self._opened, hear=self._hear, timeout=timeout)
        self._kept_in, self._author, self._sync_every = outbox, username or "", sync_every
        self._outbox: Outbox
        self._catchup: Catchup
        self._started: tuple[Outbox | Catchup, ...] = ()
        self._tasks: set[asyncio.Task[None]] = set()
        self._watched: list[str] | None = None
        self._over: Exception | None = None

    async def __aenter__(self) -> Self:
        try:
            self.start()
            await self.sync()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def start(self) -> None:
        """Connect in the background; from now on one can send, whether there is a server or not."""
        self._outbox = Outbox(self._kept_in, self._author)
        self._catchup = Catchup(self._connection, self._state, self._sync_every)
        self._started = (self._outbox, self._catchup)
        self._spawn(self._connection.keep())
        self._spawn(self._outbox.keep_sending(self._deliver))
        self._spawn(self._catchup.keep())

    async def close(self) -> None:
        """Leave within a second. What is unacknowledged gets `Closed`, and stays in the file if there is one."""
        tasks = list(self._tasks)
        self._finish(Closed("the client was closed"))
        await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def connected(self) -> bool:
        """Whether there is a connection now, as far as one can know."""
        return self._connection.connected

    @property
    def unsent(self) -> int:
        """How many messages are not acknowledged yet."""
        return len(self._outbox)

    def changes(self) -> Stream[Change]:
        """Every row that changes from now on, once, in the order of each room's revs."""
        return self._changes.open()

    def signals(self) -> Stream[Signal]:
        """Every signal from now on."""
        return self._signals.open()

    def send(self, room: str, text: str, *, id: str | None = None, reply_to: str | None = None) -> Sending:
        """Put a message in the outbox; ``room`` may be a username, ``id`` a UUID of one's own.

        It is sent, in order, until it is acknowledged or refused for good. Awaiting what is returned tells.
        """
        if self._over:
            raise self._over
        return self._outbox.add(room, text, id=id, reply_to=reply_to)

    async def post(self, room: str, text: str, *, id: str | None = None, reply_to: str | None = None) -> Message:
        """Like `send`, and wait: returns the stored row, raises `Refused`."""
        return await self.send(room, text, id=id, reply_to=reply_to)

    async def sync(self) -> None:
        """Wait until everything that the server has now is held."""
        await asyncio.shield(self._catchup.want())

    async def run(self, command: str, /, **params: Any) -> Any:
        """The result of a command, as soon as there is a connection; raises `Refused`, which it does not repeat.

        If the connection is lost meanwhile, questions are asked again; what may have been done raises `Unanswered`.
        """
        given = {name: value for name, value in params.items() if value is not None}
        ask = self._connection.insist if command in REPEATABLE else self._connection.ask
        return self._noticed(await ask(command, given))

    async def watch(self, usernames: Iterable[str]) -> dict[str, str]:
        """Hear ``presence`` signals of these people only, after a reconnect too; returns who is ``online`` now."""
        self._watched = list(usernames)
        return await super().watch(self._watched)

    def _auth(self) -> dict[str, Any]:
        given = {**self._given, "token": self.token, "claim": None if self.token else self._claim}
        return {name: value for name, value in given.items() if value is not None}

    def _opened(self, welcome: dict[str, Any]) -> None:
        self.token = welcome.get("token", self.token)
        self._state.username = welcome["user"]["username"]
        self._catchup.want()
        if self._watched is not None:
            self._spawn(self._watch_again(self._watched))

    def _hear(self, event: str, told: Any) -> None:
        if event == "change" and not self._state.apply(Change.told(told)):
            self._catchup.want(told["room"])
        elif event == "signal":
            self._signals.push(Signal(told["room"], told["from"], told["type"], told["data"]))

    async def _deliver(self, message: Sending) -> Message:
        result = await self._connection.insist("message.post", message.params(), patient=True)
        return self._noticed(result)["message"]  # type: ignore[no-any-return]

    def _noticed(self, result: Any) -> Any:
        """``result``; if it tells of a rev that was not heard of, find out what else there is."""
        for room, rev in told_revs(result):
            if rev > self._state.rev(room):
                self._catchup.want(room)
        return result

    async def _watch_again(self, usernames: list[str]) -> None:
        with suppress(ClientError):
            states = await super().watch(usernames)
            for name, state in states.items():
                self._signals.push(Signal("~" + name, name, "presence", {"state": state}))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._spent)

    def _spent(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            self._finish(error)

    def _finish(self, error: Exception) -> None:
        if self._over:
            return
        self._over = error
        for task in self._tasks:
            task.cancel()
        self._connection.end(error)
        for part in self._started:
            part.end(error)
        for streams in (self._changes, self._signals):
            streams.end(None if isinstance(error, Closed) else error)
