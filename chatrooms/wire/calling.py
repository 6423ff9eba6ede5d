"""Calls the handlers of an application with as many arguments as they take."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import lru_cache
from typing import Any

Handler = Callable[..., Any]


class WrongArguments(Exception):
    """A handler does not take this number of arguments."""


async def call(handler: Handler, *args: Any) -> Any:
    """Return the result of a handler, awaited if necessary; raises `WrongArguments` before it is called."""
    if not takes(handler, len(args)):
        raise WrongArguments
    result = handler(*args)
    return await result if inspect.isawaitable(result) else result


async def call_trimmed(handler: Handler, *args: Any) -> Any:
    """Call a handler with no more of ``args`` than it takes: connect and disconnect handlers have older forms."""
    return await call(handler, *trimmed(handler, *args))


def trimmed(handler: Handler, *args: Any) -> tuple[Any, ...]:
    """Return as many of ``args`` as the handler takes."""
    return args[: int(min(_bounds(handler)[1], len(args)))]


@lru_cache(maxsize=1024)
def takes(handler: Handler, count: int) -> bool:
    """Return whether a handler can be called with ``count`` arguments."""
    fewest, most = _bounds(handler)
    return fewest <= count <= most


@lru_cache(maxsize=1024)
def _bounds(handler: Handler) -> tuple[int, float]:
    """Return the smallest and the largest number of arguments."""
    try:
        parameters = inspect.signature(handler).parameters.values()
    except (TypeError, ValueError):
        return 0, float("inf")
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    endless = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    return sum(p.default is p.empty for p in positional), float("inf") if endless else len(positional)
