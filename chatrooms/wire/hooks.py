"""Callbacks of an application, in addition to its event handlers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypedDict

from chatrooms.wire.socket import Rooms

EXCLUSIVE = frozenset({"connected", "caught_up", "occupied", "vacated"})
"""Hooks with which something follows the sockets; setting one again would silence it."""


def _ignore(*_: Any) -> None:
    """Do nothing."""


async def _wait_for_nothing(*_: Any) -> None:
    """Do nothing."""


@dataclass(slots=True)
class Hooks:
    """See `Server.use`."""

    connected: Callable[..., Any] = _wait_for_nothing
    caught_up: Callable[[str, set[Rooms]], Awaitable[None]] = _wait_for_nothing
    malformed: Callable[[str], Any] | None = None
    timed_out: Any = field(default_factory=lambda: {"message": "Connecting took too long"})
    occupied: Callable[[str], None] = _ignore
    vacated: Callable[[str], None] = _ignore
    used: set[str] = field(default_factory=set, init=False)

    def use(self, given: HookArguments) -> None:
        """Set some of them; raises ``ValueError`` for one of `EXCLUSIVE` that is set already."""
        for name, value in given.items():
            if name in self.used & EXCLUSIVE:
                raise ValueError(f"the hook {name} is set already")
            self.used.add(name)
            setattr(self, name, value)


class HookArguments(TypedDict, total=False):
    """The same as keyword arguments."""

    connected: Callable[..., Any]
    caught_up: Callable[[str, set[Rooms]], Awaitable[None]]
    malformed: Callable[[str], Any] | None
    timed_out: Any
    occupied: Callable[[str], None]
    vacated: Callable[[str], None]
