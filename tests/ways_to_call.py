"""The ways in which applications write a function that the chat awaits, or calls in a thread."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial, wraps
from typing import Any

Does = Callable[[Any], Any]


class Asynchronous:
    """An object that is called."""

    def __init__(self, does: Does) -> None:
        self._does = does

    async def __call__(self, *given: Any) -> Any:
        return self._does(given[-1])

    async def method(self, *given: Any) -> Any:
        return self._does(given[-1])


class Plain:
    """The same, without a coroutine."""

    def __init__(self, does: Does) -> None:
        self._does = does

    def __call__(self, *given: Any) -> Any:
        return self._does(given[-1])


def _coroutine(does: Does) -> Callable[..., Awaitable[Any]]:
    async def call(*given: Any) -> Any:
        return does(given[-1])

    return call


def _hidden(does: Does) -> Callable[..., Any]:
    """Return what a decorator that knows nothing of coroutines makes of one."""
    hidden = _coroutine(does)

    @wraps(hidden)
    def call(*given: Any) -> Any:
        return hidden(*given)

    return call


COROUTINES: dict[str, Callable[[Does], Callable[..., Any]]] = {
    "function": _coroutine,
    "object": Asynchronous,
    "method": lambda does: Asynchronous(does).method,
    "partial": lambda does: partial(_coroutine(does)),
    "partial of a partial": lambda does: partial(partial(_coroutine(does))),
    "partial of an object": lambda does: partial(Asynchronous(does)),
}
"""What makes coroutines and says so, given what the last argument is for."""
OTHERS: dict[str, Callable[[Does], Callable[..., Any]]] = {
    "plain function": lambda does: lambda *given: does(given[-1]),
    "plain object": Plain,
    "plain method": lambda does: Plain(does).__call__,
    "partial of a plain object": lambda does: partial(Plain(does)),
}
"""What makes none."""
HIDDEN: dict[str, Callable[[Does], Callable[..., Any]]] = {"decorated": _hidden}
"""What makes coroutines, though it does not say so."""
WAYS = COROUTINES | OTHERS | HIDDEN
