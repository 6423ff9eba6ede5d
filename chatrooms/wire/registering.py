"""The decorators of python-socketio with types: its own have none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, overload

import socketio

H = TypeVar("H", bound=Callable[..., Any])


class Registering(socketio.AsyncServer):  # type: ignore[misc]
    """python-socketio's server with decorators that keep the type of a handler."""

    @overload
    def on(self, event: str, handler: None = None, namespace: str | None = None) -> Callable[[H], H]: ...
    @overload
    def on(self, event: str, handler: Callable[..., Any], namespace: str | None = None) -> None: ...

    def on(self, event: str, handler: Callable[..., Any] | None = None, namespace: str | None = None) -> Any:
        """Register the handler of an event; without a ``handler``, return a decorator that does."""
        return super().on(event, handler, namespace)

    @overload
    def event(self, handler: H, /) -> H: ...
    @overload
    def event(self, *, namespace: str | None = None) -> Callable[[H], H]: ...

    def event(self, *args: Any, **kwargs: Any) -> Any:
        """Decorate the handler of the event that has its name."""
        return super().event(*args, **kwargs)
