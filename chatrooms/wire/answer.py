"""Outcomes that a handler gives later, without a task: what asyncio's futures do, but at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from typing import Any

from chatrooms.wire import failures


class Answer:
    """What a handler returns to acknowledge its event later, by `give`.

    ``value`` is what it acknowledges with. It must be given, because the socket's next event waits for it if it is
    ``ordered``.
    """

    __slots__ = ("_callbacks", "ordered", "value")

    def __init__(self, *, ordered: bool = True) -> None:
        self.ordered = ordered
        self._callbacks: list[Callable[[Answer], Any]] | None = []
        self.value: Any = None

    def give(self, value: Any) -> None:
        """Acknowledge the event, on the event loop; once."""
        callbacks, self._callbacks, self.value = self._callbacks or (), None, value
        for call in callbacks:
            try:
                call(self)
            except Exception:
                failures.report("a handler failed")

    def add_done_callback(self, call: Callable[[Answer], Any]) -> None:
        """Have ``call`` called with this, as soon as it has its value."""
        if self._callbacks is None:
            call(self)
        else:
            self._callbacks.append(call)

    def __await__(self) -> Generator[Any, None, Any]:
        given: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.add_done_callback(lambda _: None if given.done() else given.set_result(None))
        yield from given
        return self.value


Pending = Answer | asyncio.Task[None]
"""What was begun and is not done yet."""
