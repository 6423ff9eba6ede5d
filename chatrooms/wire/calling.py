"""Calling a user's handlers with as many arguments as they take."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import lru_cache
from typing import Any

Handler = Callable[..., Any]


class Unfit(Exception):
    """A handler does not take so many arguments."""


async def call(handler: Handler, *args: Any) -> Any:
    """The result of a handler, awaited if it has to be; raises `Unfit` before anything is done."""
    fewest, most = _takes(handler)
    if not fewest <= len(args) <= most:
        raise Unfit
    result = handler(*args)
    return await result if inspect.isawaitable(result) else result


async def call_trimmed(handler: Handler, *args: Any) -> Any:
    """The same with no more of ``args`` than the handler takes: connect and disconnect handlers have older forms."""
    return await call(handler, *trimmed(handler, *args))


def trimmed(handler: Handler, *args: Any) -> tuple[Any, ...]:
    """Return as many of ``args`` as the handler takes."""
    return args[: int(min(_takes(handler)[1], len(args)))]


@lru_cache(maxsize=1024)
def _takes(handler: Handler) -> tuple[int, float]:
    """The fewest and the most arguments."""
    try:
        parameters = inspect.signature(handler).parameters.values()
    except (TypeError, ValueError):
        return 0, float("inf")
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    endless = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    return sum(p.default is p.empty for p in positional), float("inf") if endless else len(positional)
