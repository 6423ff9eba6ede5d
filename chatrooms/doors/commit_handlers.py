"""The host application's handlers of what is committed: they run beside everything else, in order within each room."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from chatrooms import names
from chatrooms.doors import handlers
from chatrooms.doors.handlers import IdOf, UsernameOf
from chatrooms.events import Change, Event
from chatrooms.pipeline.broadcast import payload
from chatrooms.storage import rows as stored

if TYPE_CHECKING:
    from chatrooms.client.rows import Message

log = logging.getLogger(__name__)

OnMessage: TypeAlias = "Callable[[Message], Awaitable[object]]"
"""What a host application does with a new message."""
OnJoin = Callable[[str, str], Awaitable[object]]
"""What it does when somebody has become a member of a shared room: gets the id of the user, and the room."""
OnChange = Callable[[stored.Change], Awaitable[object]]
"""What it does with a change of a room, as clients receive it."""
Given = tuple[Any, ...]
Of = Callable[[Change], Iterable[Given]]
"""Returns with what a handler is called because of a change."""

AT_ONCE = 16
"""How many rooms a handler works for at once."""
MAX_WAITING = 10_000
"""How many calls wait for a handler; it misses those beyond."""
MAX_OF_ROOM = 1000
"""How many of these are of one room."""
SECONDS_TO_RETURN = 30.0
"""A call that takes longer is mentioned in the log once others wait for it."""


class CommitHandlers:
    """The ``handlers``, each of all rooms or of one and its threads, and the calls that wait for them."""

    def __init__(self, id_of: IdOf, username_of: UsernameOf) -> None:
        self._id_of, self._username_of = id_of, username_of
        self.handlers: list[_Handler] = []

    def on_message(self, handler: OnMessage, room: str | None, *, direct: bool, mention: str | None) -> None:
        """Have ``handler`` called for each new message, except the application's own; if ``direct``, those to it.

        With the id of a user as ``mention``, it is called only for those that are for that user.
        """

        async def mentioned(message: Message) -> None:
            if _is_for(message, await self._username_of(mention or "")):
                await handler(message)

        handlers.require_coroutine(handler, "the message")
        call = mentioned if mention else handler
        self._add(f"on_message of {handler!r}", call, room, _direct if direct else _messages)

    def on_join(self, handler: OnJoin, room: str | None) -> None:
        """Have ``handler`` called for each person who becomes a member of a shared room."""

        async def joined(username: str, room: str) -> None:
            await handler(await self._id_of(username), room)

        handlers.require_coroutine(handler, "the user's id", "the room")
        self._add(f"on_join of {handler!r}", joined, room, _joined)

    def on_change(self, handler: OnChange, room: str | None) -> None:
        """Have ``handler`` called for each change."""
        handlers.require_coroutine(handler, "the change")
        self._add(f"on_change of {handler!r}", handler, room, _whole)

    def _add(self, what: str, call: Callable[..., Awaitable[object]], room: str | None, of: Of) -> None:
        self.handlers.append(_Handler(what, call, room, of))

    async def close(self) -> None:
        """Cancel the calls that have not returned, and forget what waits."""
        await asyncio.gather(*(handler.close() for handler in self.handlers))


def _messages(change: Change) -> Iterator[Given]:
    for row in change.rows.get("messages", ()):
        is_message = row["number"] is not None and not row["deleted"]
        if is_message and row["seq"] == change.rev and row["author"] != names.APPLICATION:
            yield (dict(row),)


def _direct(change: Change) -> Iterator[Given]:
    return _messages(change) if names.APPLICATION in names.people(names.base(change.room)) else iter(())


def _is_for(message: Message, username: str | None) -> bool:
    """Return whether a message of others mentions a person, or is in a conversation with them."""
    return username in {*message["mentions"], *names.people(names.base(message["room"]))} - {message["author"]}


def _joined(change: Change) -> Iterator[Given]:
    """Find new members: with their number, the room's row changes; who only gets another role was there before."""
    rows = change.rows.get("members", ()) if "rooms" in change.rows and names.kind(change.room) == "shared" else ()
    now = max((row["since"] for row in rows), default="")
    for row in rows:
        if row["since"] == now and not row["gone"]:
            yield row["username"], change.room


def _whole(change: Change) -> Iterator[Given]:
    copied = {table: [dict(row) for row in rows] for table, rows in change.rows.items()}
    yield (payload(change, copied),)


class _Handler:
    """One handler, and the calls that wait for it by room."""

    def __init__(self, what: str, run: Callable[..., Awaitable[object]], room: str | None, of: Of) -> None:
        self._what, self._run, self._room, self._of = what, run, room, of
        self._waiting: dict[str, deque[Given]] = {}
        self._begun: dict[str, float] = {}
        self._count = 0
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._running: set[asyncio.Task[None]] = set()
        self._misses = False

    def handle(self, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, Change) and self._room in (None, event.room, names.base(event.room)):
                for given in self._of(event):
                    self._call(event.room, given)

    def _call(self, room: str, given: Given) -> None:
        if self._count >= MAX_WAITING or len(self._waiting.get(room, ())) >= MAX_OF_ROOM:
            self._miss()
            return
        self._count += 1
        if room in self._waiting:
            self._waiting[room].append(given)
            self._note_slow(room)
            return
        self._waiting[room] = deque([given])
        task = asyncio.create_task(self._work(room))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def _miss(self) -> None:
        if not self._misses:
            log.error("%s misses calls: too many wait for it; leave what takes long to a task", self._what)
        self._misses = True

    def _note_slow(self, room: str) -> None:
        if time.monotonic() - self._begun.get(room, math.inf) > SECONDS_TO_RETURN:
            self._begun[room] = math.inf  # once for each call
            log.warning(
                "%s has not returned for %g s, and hears no more of that room until it does; "
                "leave what takes long to a task",
                self._what,
                SECONDS_TO_RETURN,
            )

    async def _work(self, room: str) -> None:
        queue = self._waiting[room]
        try:
            while queue:
                async with self._turn:  # for each call, so that busy rooms and others take turns
                    self._begun[room] = time.monotonic()
                    await handlers.run(self._what, self._run, *queue[0])
                queue.popleft()
                self._count -= 1
        finally:
            self._count -= len(queue)
            self._misses = False
            self._waiting.pop(room, None)
            self._begun.pop(room, None)

    async def close(self) -> None:
        await handlers.cancel(self._running)
        self._waiting.clear()
