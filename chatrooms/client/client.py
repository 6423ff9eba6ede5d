"""`Client`: a person or program in the chat."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Coroutine, Iterable, Mapping
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Any, Literal, Self, TypeVar, Unpack

import socketio

from chatrooms.client.catchup import Catchup
from chatrooms.client.changes import Change, Signal, revs_in
from chatrooms.client.commands import REPEATABLE
from chatrooms.client.connection import Connection
from chatrooms.client.errors import ClientError, Closed
from chatrooms.client.home import Home
from chatrooms.client.link import Address, SocketFactory
from chatrooms.client.methods import Methods
from chatrooms.client.outbox import Also, Outbox, Sending
from chatrooms.client.rows import Message, OneMessage, Opened
from chatrooms.client.state import State
from chatrooms.client.state_view import StateView
from chatrooms.client.streams import Stream, Streams
from chatrooms.client.uploads import Source, Uploads, address_of

T = TypeVar("T")


class Client(StateView, Methods):
    """A client of the chat at ``url``, including the path where the chat is mounted.

    Authenticate with a ``token``, or claim a free ``username`` and save `token`, which keeps the name yours. ``auth``
    holds additional credentials for a host application. ``outbox`` is a SQLite file, one per person, that keeps
    unacknowledged messages when the process ends. ``timeout`` is how many seconds to wait for a response, and
    ``sync_every`` the seconds between checks for missed changes. A stream holds up to ``backlog`` unread items, a room
    up to ``keep`` messages. ``socket`` creates the ``socketio.AsyncClient`` for each connection.

    ``async with`` starts the client, waits until it has caught up, and closes it at the end; it raises `Refused`, and
    ``TimeoutError`` after ``within`` seconds; by default, it waits as long as the chat cannot be reached. A client that
    has ended can be started again. Its methods raise ``RuntimeError`` on another event loop than that which started it.
    """

    def __init__(
        self,
        url: str,
        *,
        username: str | None = None,
        token: str | None = None,
        auth: Mapping[str, Any] | None = None,
        outbox: Path | str | None = None,
        transports: Iterable[str] = ("websocket",),
        timeout: float = 5.0,
        sync_every: float = 60.0,
        backlog: int = 1000,
        keep: int = 1000,
        within: float | None = None,
        socket: SocketFactory = socketio.AsyncClient,
    ) -> None:
        if outbox and not username:
            raise ValueError("an outbox file requires a username")
        self.token = token
        self._claim = None if token else secrets.token_urlsafe(32)
        self._given = {"username": username, **(auth or {})}
        self._changes, self._signals = Streams[Change](backlog), Streams[Signal](backlog)
        self._state = State(self._changes.push, keep)
        self._epoch: str | None = None
        self._url, self._within = url, within
        address = Address(url, tuple(transports), socket)
        self._unconnected = partial(
            Connection, address, auth=self._auth, opened=self._opened, receive=self._receive, timeout=timeout
        )
        self._connection = self._unconnected()
        self._kept_in, self._author, self._sync_every = outbox, username or "", sync_every
        self._started: tuple[Connection | Outbox | Catchup | Uploads, ...] = ()
        self._tasks: set[asyncio.Task[None]] = set()
        self._watched: list[str] | None = None
        self._home: Home | None = None
        self._over: Exception | None = None

    async def __aenter__(self) -> Self:
        self.start()
        await self._caught_up()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def start(self) -> None:
        """Connect in the background. From now on you can send, even while the server is unreachable.

        A client that was closed, or has ended otherwise, starts anew: what it holds is kept, and streams are new.
        """
        if self._home and not self._over and not self._home.gone:
            raise RuntimeError("The client runs already: enter or start it once, and again after it has ended.")
        self._leave_closed_loop()
        home, self._outbox, self._uploads = Home(), Outbox(self._kept_in, self._author), Uploads()
        self._connection = self._unconnected()
        self._catchup = Catchup(self._connection, self._state, self._sync_every)
        self._started = (self._connection, self._outbox, self._catchup, self._uploads)
        self._home, self._tasks, self._over = home, set(), None
        for streams in (self._changes, self._signals):
            streams.begin(home)
        self._spawn(self._connection.keep())
        self._spawn(self._outbox.keep_sending(self._deliver))
        self._spawn(self._catchup.keep())

    async def close(self) -> None:
        """Disconnect within a second. Unacknowledged messages raise `Closed`, and stay in the outbox file if any."""
        self._leave_closed_loop()
        if self._home and not self._home.gone:
            self._home.require()
        tasks = list(self._tasks)
        self._finish(Closed("the client was closed"))
        await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def connected(self) -> bool:
        """Return whether there is a connection, as far as the client knows."""
        return self._connection.connected

    @property
    def unsent(self) -> int:
        """Return the number of unacknowledged messages."""
        return len(self._outbox)

    def changes(self) -> Stream[Change]:
        """Return a stream of all changes from now on, each once and in the order of its room's revs."""
        return self._changes.open()

    def signals(self) -> Stream[Signal]:
        """Return a stream of all signals from now on."""
        return self._signals.open()

    def send(self, room: str, text: str, *, id: str | None = None, **also: Unpack[Also]) -> Sending:
        """Add a message to the outbox; ``room`` may be a username, ``id`` your own UUID; for the others, see `Also`.

        The client sends it, in order, until it is acknowledged or permanently refused. Await the result to know which.
        """
        self._require_started()
        return self._outbox.add(room, text, id=id, **also)

    async def post(self, room: str, text: str = "", *, id: str | None = None, **also: Unpack[Also]) -> Message:
        """Send a message and return the stored row; raises `Refused`. With ``files``, its text may be empty.

        With ``if_seq``, it is refused as a ``conflict`` if others have posted after that ``seq``; its ``details`` have
        their messages as ``since``. For the others, see `Also`.
        """
        return await self.send(room, text, id=id, **also)

    async def upload(
        self, path: Path | str, *, name: str | None = None, square: bool = False, duration: float | None = None
    ) -> str:
        """Upload a file, and return its id for `post`; raises `Refused`, or ``OSError`` if it cannot be read.

        It goes on where it was when the connection is lost. Post it within a day. Its ``name`` is that of the path if
        you give none. A ``square`` picture is for `set_my_picture` or `set_room_picture` instead.
        ``duration`` is how many seconds a recording takes, which players need if the file does not say so.
        """
        with closing(Source(path := Path(path))) as source:
            about = {"name": name or path.name, "size": source.size, "square": square, "duration": duration}
            begun = await self.run("file.begin", **about)
            await self._uploads.run(source, address_of(self._url, begun["upload"]), self._proof)
        return str(begun["file"]["id"])

    async def sync(self) -> None:
        """Wait until the client has caught up with the server."""
        self._require_started()
        await asyncio.shield(self._catchup.want())

    async def run(self, command: str, params: Mapping[str, Any] | None = None, /, **named: Any) -> Any:
        """Run any command, as soon as there is a connection, and return its result; raises `Refused`.

        It takes parameters as a mapping, as `Chatrooms.run` does, or by name; those by name that are None are left out.
        If the connection is lost before the response arrives, a repeatable command is run again, unless that takes over
        a minute, in which others may have changed the same. Any other raises `Unanswered`: it may have run or not.
        """
        self._require_started()
        given = {**(params or {}), **{name: value for name, value in named.items() if value is not None}}
        ask = self._connection.repeat if command in REPEATABLE else self._connection.ask
        return self._noticed(await ask(command, given))

    async def watch(self, usernames: Iterable[str]) -> dict[str, Literal["online", "offline"]]:
        """Receive the ``presence`` signals of these people, also after reconnecting; return who is online now."""
        self._require_started()
        self._watched = list(usernames)
        return await super().watch(self._watched)

    async def open_thread(self, id: str) -> Opened:
        """Return the thread under a message, and keep its state in `rooms`, also after reconnecting."""
        opened = await super().open_thread(id)
        self._state.open(opened["room"], id)
        await asyncio.shield(self._catchup.want(opened["room"]))
        return opened

    async def close_thread(self, id: str) -> None:
        """Stop receiving the changes of a thread, unless you follow it."""
        self._require_started()
        for thread in [thread for thread, of in self._state.opened.items() if of == id]:
            self._state.close(thread)
        await super().close_thread(id)

    async def _caught_up(self) -> None:
        """Wait until the client, which was started, has caught up; close it if it does not."""
        try:
            await asyncio.wait_for(self.sync(), self._within)
        except BaseException as error:
            await self.close()
            if isinstance(error, TimeoutError):
                raise TimeoutError(f"no answer from {self._url} within {self._within} s") from None
            raise

    def _leave_closed_loop(self) -> None:
        """End a client whose event loop was closed before it was."""
        if self._home and self._home.gone:
            self._tasks = set()
            self._finish(Closed("the event loop of the client was closed"))

    def _require_started(self) -> None:
        """Raise what is wrong unless the client runs, and on this event loop."""
        if not self._home:
            raise RuntimeError("The client has not been started: use `async with Client(…)`, or call `start`.")
        self._home.require()
        if self._over:
            raise self._over

    def _auth(self) -> dict[str, Any]:
        token = self._proof()
        given = {"claim": None if token else self._claim, **self._given, "token": token}
        return {name: value for name, value in given.items() if value is not None}

    def _proof(self) -> str | None:
        """Return the token that proves who this is, for sockets and requests alike."""
        return self.token or self._given.get("token")

    def _opened(self, welcome: dict[str, Any]) -> None:
        self.token = welcome.get("token", self.token)
        self._state.username = welcome["user"]["username"]
        if self._epoch not in (None, epoch := welcome.get("epoch")):
            self._state.distrust()
        self._epoch = epoch
        self._catchup.want()
        if self._watched is not None:
            self._spawn(self._watch_again(self._watched))
        for message in self._state.opened.values():
            self._spawn(self._open_again(message))

    def _receive(self, event: str, data: Any) -> None:
        if event == "change" and not self._state.apply(Change.from_wire(data), data.get("since")):
            self._catchup.want(data["room"])
        elif event == "signal":
            self._signals.push(Signal(data["room"], data["from"], data["type"], data["data"]))

    async def _deliver(self, message: Sending) -> Message:
        result: OneMessage = await self._connection.insist("message.post", message.params())
        return self._noticed(result)["message"]

    def _noticed(self, result: T) -> T:
        """Return ``result``; if it has a rev that the client does not have yet, fetch that room."""
        for room, rev in revs_in(result):
            if rev > self._state.rev(room) and ("/" not in room or self._state.holds(room)):
                self._catchup.want(room)
        return result

    async def _watch_again(self, usernames: list[str]) -> None:
        with suppress(ClientError):
            states = await super().watch(usernames)
            for name, state in states.items():
                self._signals.push(Signal("~" + name, name, "presence", {"state": state}))

    async def _open_again(self, id: str) -> None:
        with suppress(ClientError):
            await self.open_thread(id)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(partial(self._spent, self._tasks))

    def _spent(self, tasks: set[asyncio.Task[None]], task: asyncio.Task[None]) -> None:
        """Forget one of the tasks of a run; its error ends that run, no later one."""
        tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception) and tasks is self._tasks:
            self._finish(error)

    def _finish(self, error: Exception) -> None:
        if self._over:
            return
        self._over = error
        for task in self._tasks:
            task.cancel()
        for part in self._started:
            part.end(error)
        for streams in (self._changes, self._signals):
            streams.end(None if isinstance(error, Closed) else error)
