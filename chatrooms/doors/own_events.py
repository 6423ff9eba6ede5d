"""Events of a host application's own, which its pages send on the chat's socket and it answers."""

from __future__ import annotations

import asyncio
import inspect
from collections import Counter
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Any, get_type_hints

import orjson
from pydantic import BaseModel, ValidationError

from chatrooms.doors import handlers
from chatrooms.doors.answers import Failure, Success, failed, refusal_of
from chatrooms.doors.greeting import IdOf
from chatrooms.errors import Invalid, RateLimited
from chatrooms.events import EVENTS
from chatrooms.pipeline.mistakes import invalid
from chatrooms.wire.answer import Answer
from chatrooms.wire.packets import RESERVED_EVENTS

Handler = Callable[..., Awaitable[Any]]
"""Answers an event: gets the id of the user and the parameters, and returns JSON."""

AT_ONCE = 16
"""How many events of one person are handled at once."""
MAX_NAME = 100
RETRY_AFTER = 5


@dataclass(frozen=True)
class _Declared:
    handler: Handler
    model: type[BaseModel] | None

    def parsed(self, params: Any) -> Any:
        """Return the parameters in the form that the handler wants; raises `Invalid`."""
        if not isinstance(params, dict):
            raise Invalid("An event takes one object.", field="")
        if self.model is None:
            return params
        try:
            return self.model.model_validate(params)
        except ValidationError as error:
            raise invalid(error) from None


class OwnEvents:
    """The events that a host application declared, and their handlers that have not returned."""

    def __init__(self, commands: Collection[str], id_of: IdOf) -> None:
        self._commands, self._id_of = commands, id_of
        self._declared: dict[str, _Declared] = {}
        self._running: dict[asyncio.Task[None], str] = {}
        self._counts: Counter[str] = Counter()

    def __contains__(self, event: str) -> bool:
        return event in self._declared

    def declare(self, event: str, handler: Handler) -> None:
        """Have ``handler`` answer an event; raises ``ValueError`` about its name, ``TypeError`` about the handler."""
        handlers.require_coroutine(handler)
        if not 0 < len(event) <= MAX_NAME or event in {*RESERVED_EVENTS, *EVENTS, *self._commands, *self._declared}:
            raise ValueError(f"{event!r} cannot be the name of an event of your own: it is taken, empty or too long.")
        try:
            _, params = inspect.signature(handler).parameters
        except ValueError:
            raise TypeError(f"{handler!r} must take the id of a user and the event's parameters.") from None
        hint = get_type_hints(handler).get(params)
        is_model = isinstance(hint, type) and issubclass(hint, BaseModel)
        self._declared[event] = _Declared(handler, hint if is_model else None)

    def begin(self, event: str, username: str, params: Any) -> Answer:
        """Call the handler of an event beside the socket's other events; returns what acknowledges it.

        Raises `Invalid`, or `RateLimited` while `AT_ONCE` handlers for this person have not returned.
        """
        if self._counts[username] >= AT_ONCE:
            raise RateLimited(retry_after=RETRY_AFTER)
        declared = self._declared[event]
        given = declared.parsed(params)
        answer = Answer(ordered=False)
        task = asyncio.create_task(self._call(declared.handler, username, given, answer))
        self._counts[username] += 1
        self._running[task] = username
        task.add_done_callback(self._ended)
        return answer

    def _ended(self, task: asyncio.Task[None]) -> None:
        username = self._running.pop(task)
        self._counts[username] -= 1
        if not self._counts[username]:
            del self._counts[username]

    async def _call(self, handler: Handler, username: str, params: Any, answer: Answer) -> None:
        try:
            answer.give(_success(await handlers.call(handler, await self._id_of(username), params)))
        except Exception as error:
            answer.give(failed(refusal_of(error, "an event of the application's own failed")))

    async def close(self) -> None:
        """Cancel the handlers that have not returned."""
        await handlers.cancel(self._running)


def _success(result: Any) -> Success | Failure:
    """Return an acknowledgement; raises ``TypeError`` if the result is no JSON."""
    orjson.dumps(result)
    return {"ok": True, "result": result}
