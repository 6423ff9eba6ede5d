"""Which functions of an application are awaited."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable
from typing import Any, TypeGuard


def makes_coroutines(given: object) -> TypeGuard[Callable[..., Awaitable[Any]]]:
    """Return whether a call makes a coroutine: by ``async def``, also of ``__call__``, or a ``functools.partial``."""
    while isinstance(given, functools.partial):
        given = given.func
    return callable(given) and any(map(inspect.iscoroutinefunction, (given, type(given).__call__)))
