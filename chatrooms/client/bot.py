"""`Bot`: a program that handles each message once it is posted, also those that were posted while it did not run."""

from __future__ import annotations

import asyncio
import secrets
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar, overload

from chatrooms.client import handlers
from chatrooms.client import lease as leases
from chatrooms.client import token_file as tokens
from chatrooms.client.changes import Change, Signal
from chatrooms.client.client import Client
from chatrooms.client.errors import ClientError, Lagging, Refused, Unanswered
from chatrooms.client.handlers import Handler
from chatrooms.client.lease import Lease
from chatrooms.client.rows import Message
from chatrooms.client.streams import Stream
from chatrooms.client.working import Work

H = TypeVar("H", bound=Callable[[Message], Any])

SIGNAL = "bot"
"""The type of the signals by which copies of a program hear each other."""


class Bot(Client):
    """A `Client` that calls handlers with messages.

    For instance::

        bot = Bot("http://127.0.0.1:8000", username="echo", token_file=Path("echo.token"))


        @bot.on_message(mention=True)
        async def echo(message):
            await bot.reply(message, message["text"])


        bot.serve_sync()

    It handles the messages of others in its rooms and conversations, and in threads that it follows, from where it
    stopped: its read position in each is what it has handled. Within a room, one at a time and in order. If the program
    is killed meanwhile, a message is handled again; what it has replied is not posted twice. A handler that raises is
    called again, ``attempts`` times at most, with growing pauses; then the error is logged, and the next message comes.

    Of several copies that run as the same user, one handles messages, and another takes over some seconds after it is
    gone; with ``lease=False``, each handles all. ``token_file`` keeps the token of a name that is claimed, or holds a
    service key, which needs the commands ``read``, ``post`` and ``own``, in all rooms. All else is as for `Client`.
    """

    def __init__(
        self,
        url: str,
        *,
        username: str | None = None,
        token: str | None = None,
        token_file: Path | str | None = None,
        attempts: int = 3,
        lease: bool = True,
        **how: Any,
    ) -> None:
        self._token_file, self._attempts = Path(token_file) if token_file else None, attempts
        kept = tokens.read(self._token_file) if self._token_file and not token else None
        super().__init__(url, username=username, token=token or kept, **how)
        self._lease = Lease(secrets.token_hex(8)) if lease else None
        self._handlers: list[Handler] = []
        self._work = self._unbegun()
        self._has_looked = False  # at what waited when this copy began to work

    @overload
    def on_message(self, handler: H) -> H: ...

    @overload
    def on_message(self, *, room: str | None = None, mention: bool = False) -> Callable[[H], H]: ...

    def on_message(self, handler: H | None = None, *, room: str | None = None, mention: bool = False) -> Any:
        """Have a function called with each message of others, in any room or in ``room`` and its threads.

        With ``mention``, only with those that mention the bot, and all in conversations. A function that is no
        coroutine function runs in a thread. Several handlers are called one after the other. Raises ``ValueError`` for
        a ``room`` that is neither shared nor a conversation, and ``TypeError`` for what cannot be called with one.
        """
        if room is not None and not handlers.is_heard(room):
            raise ValueError(f"A bot hears shared rooms, such as {f'#{room}'!r}, and conversations, not {room!r}.")

        def add(given: H) -> H:
            handlers.require_callable(given)
            self._handlers.append(Handler(given, room and room.lower(), mention))
            return given

        return add if handler is None else add(handler)

    async def reply(self, message: Message, text: str, **also: Any) -> Message:
        """Post in the room of a message: in a shared room as a reply that quotes it. Takes what `post` takes.

        When a handler is called again with a message, its replies are those that it posted before.
        """
        return await self.post(message["room"], text, **_quoting(message, also))

    def reply_sync(self, message: Message, text: str, **also: Any) -> Message:
        """Do what `reply` does, in a handler that runs in a thread."""
        if self._home is None or self._over:
            raise ClientError("the bot does not run")
        if self._home.here():
            raise RuntimeError("This would wait for itself: in a coroutine function, write `await bot.reply(…)`.")
        posting = self.post(message["room"], text, **_quoting(message, also))
        return asyncio.run_coroutine_threadsafe(posting, self._home.loop).result()

    async def serve(self) -> None:
        """Connect and handle messages until it is cancelled; raises `Refused` if the server does not let it in.

        Once it has ended, it can serve again.
        """
        self.start()
        changes, signals = self.changes(), self.signals()
        self._work = self._unbegun()
        try:
            await self._caught_up()
            await self._serve(changes, signals)
        finally:
            await self.close()

    def serve_sync(self) -> None:
        """Run `serve` in a program of its own, until Ctrl+C or SIGTERM."""

        async def main() -> None:
            task = asyncio.ensure_future(self.serve())
            for each in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(each, task.cancel)
            await asyncio.wait({task})
            if not task.cancelled():
                task.result()

        asyncio.run(main())

    @property
    def working(self) -> bool:
        """Return whether this copy is the one that handles messages."""
        return self.connected and (self._lease is None or self._lease.leads)

    def _unbegun(self) -> Work:
        """Return the work of one run."""
        return Work(self, lambda: self.working, self._handle)

    async def _serve(self, changes: Stream[Change], signals: Stream[Signal]) -> None:
        if self._token_file and self.token:
            tokens.write(self._token_file, self.token)
        await self._require_marks()
        beside = [asyncio.ensure_future(self._hear(signals)), asyncio.ensure_future(self._keep_lease())]
        await _first_error(asyncio.ensure_future(self._work.run(changes)), *beside)

    async def _require_marks(self) -> None:
        """Raise `Refused` if a service key is not for read positions, which say what was handled."""
        for room in self.memberships:
            if room.startswith("#"):
                await self.mark_read(room, 0)  # a mark never goes backwards
                return

    async def _handle(self, message: Message) -> None:
        for number, handler in enumerate(self._handlers):
            if handler.wants(message, self.username):
                await handlers.attempt(handler, number, message, self._attempts)

    def _opened(self, welcome: dict[str, Any]) -> None:
        super()._opened(welcome)
        self._has_looked = False
        if self._lease:
            self._lease.begin(time.monotonic())
            self._spawn(self._say(self._lease))

    async def _keep_lease(self) -> None:
        """Take the lease when it is free, and begin to work whenever this copy is the one that does."""
        while True:
            if self._lease and not self.connected:
                self._lease.lose()
            if self._lease and self._lease.take(time.monotonic()):
                await self._say(self._lease)
            if self.working and not self._has_looked:
                self._work.look_everywhere()
            self._has_looked = self.working
            await asyncio.sleep(self._lease.pause if self._lease else leases.BEAT)

    async def _hear(self, signals: Stream[Signal]) -> None:
        while True:
            with suppress(Lagging):
                async for heard in signals:
                    await self._weigh(heard)
                return

    async def _weigh(self, heard: Signal) -> None:
        """Weigh a signal of another copy; no one else can send any to our own room under our name."""
        data, ours = heard.data, heard.room == heard.sender == self.username
        if not self._lease or not ours or heard.type != SIGNAL or not isinstance(data, dict):
            return
        if self._lease.hear(str(data.get("id")), time.monotonic(), leads=bool(data.get("leads"))):
            await self._say(self._lease)

    async def _say(self, lease: Lease) -> None:
        """Tell the other copies that this one leads, or asks."""
        try:
            async with asyncio.timeout(leases.BEAT):
                await self.signal(self.username, SIGNAL, {"id": lease.id, "leads": lease.leads})
        except (Unanswered, TimeoutError):
            return
        except Refused as refused:
            if not refused.temporary:
                raise


def _quoting(message: Message, also: dict[str, Any]) -> dict[str, Any]:
    """Return what a reply is besides its text; a reply in a conversation needs no quote."""
    quote = {"reply_to": message["id"]} if message["room"].startswith("#") else {}
    return {"id": handlers.reply_id(message), **quote, **also}


async def _first_error(*tasks: asyncio.Future[None]) -> None:
    """Wait until one of the tasks ends, and cancel the others; raises what it raised."""
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
