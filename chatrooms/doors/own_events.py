"""Events of a host application's own, which its pages send to the chat, by socket or HTTP, and it answers."""

from __future__ import annotations

import asyncio
import inspect
import logging
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import Any, get_origin, get_type_hints

import orjson
from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticSerializationError, to_jsonable_python
from typing_extensions import is_typeddict

from chatrooms.doors import handlers
from chatrooms.doors.answers import Failure, Success, failed, refusal_of
from chatrooms.doors.handlers import IdOf
from chatrooms.errors import Internal, Invalid, RateLimited, Refusal, Unavailable
from chatrooms.events import EVENTS
from chatrooms.pipeline.act import Caller
from chatrooms.pipeline.mistakes import invalid
from chatrooms.types import size_of
from chatrooms.wire.answer import Answer
from chatrooms.wire.packets import RESERVED_EVENTS

log = logging.getLogger(__name__)

Handler = Callable[..., Awaitable[Any]]
"""Answers an event: gets the id of the user and the parameters, and returns JSON, or what pydantic makes JSON of."""

Admit = Callable[[str, str, Caller, int], None]
"""Counts an event of a caller in a rate, as so many commands; raises a `Refusal`."""

OF_THE_CHAT = frozenset({*RESERVED_EVENTS, *EVENTS})
"""Events that mean something to every client."""
Demand = Callable[[Caller], Awaitable[None]]
"""Raises a `Refusal` unless a caller has shown a second factor, if they need one."""

AT_ONCE = 16
"""How many events of one person are handled at once."""
RETRY_AFTER = 5
SIZE_OF_ONE = 4096
"""Bytes of parameters that count as one more command in the rate, and so on."""
_name = re.compile(r"[^\x00-\x1f\x7f/{}]{1,100}")
"""What can be a part of a path, and of one in OpenAPI."""


@dataclass(frozen=True)
class OwnEvent:
    """A declared event: its handler, and the kind of its parameters if it takes a model."""

    name: str
    handler: Handler
    model: type[BaseModel] | None

    @property
    def doc(self) -> str:
        """Return the description for the documentation."""
        return inspect.getdoc(_function(self.handler)) or "An event of this application."

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

    def __init__(self, commands: Collection[str], id_of: IdOf, admit: Admit, demand: Demand) -> None:
        self._commands, self._id_of, self._admit, self._demand = commands, id_of, admit, demand
        self._declared: dict[str, OwnEvent] = {}
        self._running: dict[asyncio.Task[Any], str] = {}
        self._counts: Counter[str] = Counter()

    def __contains__(self, event: str) -> bool:
        return event in self._declared

    @property
    def declared(self) -> tuple[OwnEvent, ...]:
        """Return the events, in the order of their declaration."""
        return tuple(self._declared.values())

    def declare(self, event: str, handler: Handler) -> None:
        """Have ``handler`` answer an event; raises ``ValueError`` about its name, ``TypeError`` about the handler."""
        handlers.require_coroutine(handler, "the user's id", "the event's parameters")
        if event in {*OF_THE_CHAT, *self._commands, *self._declared}:
            raise ValueError(f"The event {event!r} is taken by the chat, or declared twice: choose another name.")
        if not _name.fullmatch(event) or not event.strip(". "):
            raise ValueError(f"The name of an event has 1 to 100 characters without / {{ }}, unlike {event!r}.")
        *_, params = inspect.signature(handler).bind(None, None).arguments
        self._declared[event] = OwnEvent(event, handler, _model(handler, params))

    def begin(self, event: str, params: Any, me: Caller) -> Answer:
        """Call the handler of an event beside the socket's other events; returns what acknowledges it.

        Raises what `_start` raises.
        """
        answer = Answer(ordered=False)
        self._start(event, params, me).add_done_callback(partial(_acknowledge, answer))
        return answer

    async def run(self, event: str, params: Any, me: Caller) -> Any:
        """Call the handler of an event, and return its result; raises a `Refusal`."""
        task = self._start(event, params, me)
        await asyncio.wait({task})
        if task.cancelled():
            raise Unavailable
        return task.result()

    def _start(self, event: str, params: Any, me: Caller) -> asyncio.Task[Any]:
        """Begin to call a handler. An event counts by its size.

        Raises `Invalid`, or `RateLimited`, also while `AT_ONCE` handlers for this person have not returned.
        """
        self._admit(event, "other", me, 1 + _size(params) // SIZE_OF_ONE)
        if self._counts[me.username] >= AT_ONCE:
            raise RateLimited(retry_after=RETRY_AFTER)
        declared = self._declared[event]
        task = asyncio.create_task(self._call(declared, me, declared.parsed(params)))
        self._counts[me.username] += 1
        self._running[task] = me.username
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        username = self._running.pop(task)
        self._counts[username] -= 1
        if not self._counts[username]:
            del self._counts[username]

    async def _call(self, event: OwnEvent, me: Caller, params: Any) -> Any:
        """Return the result of a handler; raises a `Refusal`."""
        try:
            await self._demand(me)
            result = await handlers.call(event.handler, await self._id_of(me.username), params)
        except Exception as error:
            raise refusal_of(error, f"the event {event.name!r} failed") from None
        try:
            given = to_jsonable_python(result)
            orjson.dumps(given)
        except (TypeError, PydanticSerializationError) as error:
            log.error("the handler of the event %r must return JSON: %s", event.name, error)  # noqa: TRY400 - says it all
            raise Internal from None
        return given

    async def close(self) -> None:
        """Cancel the handlers that have not returned."""
        await handlers.cancel(self._running)


def _model(handler: Handler, params: str) -> type[BaseModel] | None:
    """Return the model of a handler's parameters, or None for a dict; raises ``TypeError`` for anything else."""
    hint = _hint(handler, params)
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return hint
    kind = get_origin(hint) or hint
    if kind in {Any, object, dict, Mapping} or is_typeddict(kind):
        return None
    raise TypeError(f"{handler!r} must take the event's parameters as a dict or a pydantic model, not {hint!r}.")


def _hint(handler: Handler, params: str) -> Any:
    """Return the annotation of a handler's parameters alone, or a dict; raises ``TypeError`` if it means nothing.

    Others may name what is imported for type checkers only.
    """
    written = inspect.signature(handler).parameters[params].annotation
    if written is inspect.Parameter.empty:
        return dict
    alone = SimpleNamespace(__annotations__={params: written})
    try:
        return get_type_hints(alone, getattr(_function(handler), "__globals__", {}))[params]
    except (NameError, AttributeError, SyntaxError, TypeError) as error:
        raise TypeError(
            f"{handler!r} must say what its {params!r} are: {written!r} has no meaning when the event is declared "
            f"({error}). Define it, or import it outside of TYPE_CHECKING, at the top of the module."
        ) from None


def _function(handler: Handler) -> Callable[..., Any]:
    """Return the function that somebody wrote, which decorators, a ``partial`` or an object with ``__call__`` wrap."""
    while isinstance(handler, partial):
        handler = handler.func
    function: Callable[..., Any] = inspect.unwrap(handler)
    return function if inspect.isroutine(function) else type(function).__call__


def require_own(event: object, data: Any) -> None:
    """Raise `Invalid` unless an event can be emitted: its name is not the chat's, and its data are JSON."""
    if not isinstance(event, str) or not event or event in OF_THE_CHAT:
        raise Invalid(f"{event!r} cannot be the name of an event of your own.", field="event")
    _size(data, "data")


def _size(params: Any, field: str = "") -> int:
    """Return the size of parameters as JSON; raises `Invalid`."""
    try:
        return size_of(params)
    except TypeError as error:
        raise Invalid(f"This is not JSON: {error}", field=field) from None


def _acknowledge(answer: Answer, task: asyncio.Task[Any]) -> None:
    """Give what became of a handler; nothing if the chat has ended meanwhile."""
    if task.cancelled():
        return
    error = task.exception()
    given: Success | Failure = failed(error) if isinstance(error, Refusal) else {"ok": True, "result": task.result()}
    answer.give(given)
