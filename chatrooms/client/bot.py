"""`Bot`: a program that handles each message once it is posted, also those that were posted while it did not run."""

from __future__ import annotations

import asyncio
import inspect
import logging
import secrets
import signal
import time
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar, overload
from uuid import UUID, uuid5

from chatrooms.client import token_file as tokens
from chatrooms.client.client import Client
from chatrooms.client.errors import ClientError, Lagging, Refused
from chatrooms.client.lease import Lease
from chatrooms.client.outbox import Also
from chatrooms.client.rows import Message

H = TypeVar("H", bound=Callable[[Message], Any])

REPLIES = UUID("4b0a7c52-6d3f-4c7e-9a51-0f6f5c1f2d9b")
"""The namespace of the ids of replies (RFC 9562, section 5.5)."""
SIGNAL = "bot"
LONGEST_PAUSE = 60.0

log = logging.getLogger("chatrooms.client.bot")


class Handler:
    """A function of the program, and which messages it is for."""

    def __init__(self, call: Callable[[Message], Any], room: str | None, *, mention: bool) -> None:
        self._call, self._room, self._mention = call, room, mention

    def wants(self, message: Message, username: str) -> bool:
        """Return whether a message is for it; all of a conversation counts as a mention."""
        room = message["room"].partition("/")[0]
        if self._room not in (None, room, message["room"]):
            return False
        return not self._mention or username in message["mentions"] or "+" in room

    async def run(self, message: Message) -> None:
        """Call it: a coroutine function on the event loop, any other in a thread."""
        if inspect.iscoroutinefunction(self._call):
            await self._call(message)
        else:
            await asyncio.to_thread(self._call, message)


class Bot(Client):
    """A `Client` that calls handlers with messages::

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
    service key, which needs the commands ``signal``, ``history``, ``read.mark``, ``message.post`` and ``sync``. All
    else is as for `Client`.
    """

    def __init__(
        self,
        url: str,
        *,
        username: str | None = None,
        token: str | None = None,
        token_file: Path | None = None,
        attempts: int = 3,
        lease: bool = True,
        **how: Any,
    ) -> None:
        kept = tokens.read(token_file) if token_file and not token else None
        super().__init__(url, username=username, token=token or kept, **how)
        self._token_file, self._attempts = token_file, attempts
        self._lease = Lease(secrets.token_hex(8)) if lease else None
        self._handlers: list[Handler] = []
        self._news: dict[str, asyncio.Event] = {}
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._replies: dict[str, int] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    @overload
    def on_message(self, handler: H) -> H: ...

    @overload
    def on_message(self, *, room: str | None = None, mention: bool = False) -> Callable[[H], H]: ...

    def on_message(self, handler: H | None = None, *, room: str | None = None, mention: bool = False) -> Any:
        """Have a function called with each message of others, in any room or in ``room`` and its threads.

        With ``mention``, only with those that mention the bot, and all in conversations. A function that is no
        coroutine function runs in a thread. Several handlers are called one after the other.
        """

        def add(given: H) -> H:
            self._handlers.append(Handler(given, room, mention=mention))
            return given

        return add if handler is None else add(handler)

    async def reply(self, message: Message, text: str, **also: Any) -> Message:
        """Post in the room of a message: in a shared room as a reply that quotes it. Takes what `post` takes.

        The second time that a handler is called with a message, its replies are those that it posted the first time.
        """
        number = self._replies[message["id"]] = self._replies.get(message["id"], 0) + 1
        given: Also = {"reply_to": message["id"], **also} if message["room"].startswith("#") else {**also}
        return await self.post(message["room"], text, id=str(uuid5(REPLIES, f"{message['id']} {number}")), **given)

    def reply_sync(self, message: Message, text: str, **also: Any) -> Message:
        """Do what `reply` does, in a handler that runs in a thread."""
        if self._loop is None:
            raise ClientError("the bot does not run")
        return asyncio.run_coroutine_threadsafe(self.reply(message, text, **also), self._loop).result()

    async def serve(self) -> None:
        """Connect and handle messages until it is cancelled; raises `Refused` if the server lets nobody in."""
        self._loop = asyncio.get_running_loop()
        async with self:
            if self._token_file and self.token:
                tokens.write(self._token_file, self.token)
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._keep_lease())
                    tasks.create_task(self._hear_others())
                    tasks.create_task(self._watch_rooms(tasks))
            except* ClientError as group:
                raise group.exceptions[0] from None

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
