"""The functions of a program that are called with messages, and the ids of what they reply."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from chatrooms.client.backoff import Backoff
from chatrooms.client.errors import Closed
from chatrooms.client.rows import Message
from chatrooms.coroutines import makes_coroutines

REPLIES = UUID("4b0a7c52-6d3f-4c7e-9a51-0f6f5c1f2d9b")
"""The namespace of the ids of replies (RFC 9562, section 5.5)."""

log = logging.getLogger("chatrooms.client.bot")


@dataclass
class Turn:
    """A call of a handler: the message's id, the handler's number, and how many replies it has posted."""

    message: str
    handler: int
    replies: int = 0


_turn: ContextVar[Turn | None] = ContextVar("turn", default=None)


def reply_id(message: Message) -> str | None:
    """Return the id of the next reply of the handler that runs: the same when it is called again.

    None outside of a handler, or for another message than the one that it was called with.
    """
    turn = _turn.get()
    if turn is None or turn.message != message["id"]:
        return None
    turn.replies += 1
    return str(uuid5(REPLIES, f"{turn.message} {turn.handler} {turn.replies}"))


def is_heard(room: str) -> bool:
    """Return whether a name is that of a shared room or a conversation, or of a thread in one."""
    return room.startswith("#") or "+" in room


def require_callable(handler: object) -> None:
    """Raise ``TypeError`` unless this is something that can be called with a message."""
    if not callable(handler):
        raise TypeError(f"A handler is a function that is called with a message, not {handler!r}.")
    try:
        signature = inspect.signature(handler)
    except ValueError:  # of some that are written in C, nobody knows
        return
    try:
        signature.bind({})
    except TypeError as error:
        raise TypeError(f"A handler is called with a message alone, which {handler!r} cannot be: {error}.") from None


@dataclass(frozen=True)
class Handler:
    """A function, and which messages it is for."""

    call: Callable[[Message], Any]
    room: str | None
    mention: bool

    def wants(self, message: Message, username: str) -> bool:
        """Return whether a message is for it; all of a conversation counts as a mention."""
        room = message["room"].partition("/")[0]
        if self.room not in (None, room, message["room"]):
            return False
        return not self.mention or username in message["mentions"] or "+" in room

    async def run(self, message: Message) -> None:
        """Call it: what makes coroutines on the event loop, any other in a thread."""
        if makes_coroutines(self.call):
            await self.call(message)
        else:
            returned = await asyncio.to_thread(self.call, message)
            if inspect.isawaitable(returned):  # a decorator's function hides what it calls
                await returned


async def attempt(handler: Handler, number: int, message: Message, attempts: int) -> None:
    """Call a handler until it returns; after ``attempts`` calls that raise, log the error and give up.

    Raises `Closed`: what ends with the program is handled when it runs again.
    """
    backoff = Backoff()
    for left in reversed(range(attempts)):
        _turn.set(Turn(message["id"], number))
        try:
            return await handler.run(message)
        except Closed:
            raise
        except Exception:
            where = message["room"], message["seq"]
            if left:
                log.warning("handling message %s/%d failed, once more", *where, exc_info=True)
            else:
                log.exception("handling message %s/%d failed %d times, going on", *where, attempts)
        finally:
            _turn.set(None)
        if left:
            await asyncio.sleep(backoff.next())
    return None
