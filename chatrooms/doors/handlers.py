"""The host application's handlers: what they must be, and calling them so that none of their mistakes spreads."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

from chatrooms.coroutines import makes_coroutines
from chatrooms.wire import failures

log = logging.getLogger(__name__)

SECONDS_TO_END = 1.0

T = TypeVar("T")
H = TypeVar("H", bound=Callable[..., Awaitable[Any]])

IdOf = Callable[[str], Awaitable[str]]
"""Returns the id of the user who has a username."""
UsernameOf = Callable[[str], Awaitable[str | None]]
"""Returns the username of a user by their id; None before they have come."""


class Cancelled(Exception):
    """A handler ended because something that it awaited was cancelled."""


def require_coroutine(handler: Callable[..., Any], *given: str) -> None:
    """Raise ``TypeError`` unless ``handler`` is a coroutine function that takes what is ``given``, by position."""
    if not makes_coroutines(inspect.unwrap(handler)):  # a decorator may hide it
        raise TypeError(f"{handler!r} must be a coroutine function: async def.")
    try:
        inspect.signature(handler).bind(*given)
    except TypeError:
        raise TypeError(f"{handler!r} must take {' and '.join(given)}.") from None


def decorated(register: Callable[[H], None], handler: H | None) -> Any:
    """Register ``handler``, or return a decorator that does; raises ``TypeError`` for a room in its place."""
    if isinstance(handler, str):
        raise TypeError(f"Name what to hear, such as room={handler!r}.")

    def decorate(given: H) -> H:
        register(given)
        return given

    return decorate if handler is None else decorate(handler)


async def call(handler: Callable[..., Awaitable[T]], *given: Any) -> T:
    """Call a handler; raises what it raises, and `Cancelled` if it was not this call that was cancelled."""
    try:
        return await handler(*given)
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        raise Cancelled from error


async def run(what: str, handler: Callable[..., Awaitable[object]], *given: Any) -> None:
    """Call a handler whose result does not matter, and log its failure: ``what`` failed."""
    try:
        await call(handler, *given)
    except Exception:
        failures.report(f"{what} failed")


async def cancel(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel calls of handlers, and give them `SECONDS_TO_END` for it."""
    running = set(tasks)
    for task in running:
        task.cancel()
    if running and (await asyncio.wait(running, timeout=SECONDS_TO_END))[1]:
        log.error("a handler does not end when it is cancelled; it is left alone")
