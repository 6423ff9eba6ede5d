"""The constructor arguments of python-socketio that `Server` does not have, and what to use instead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Missing(NamedTuple):
    """An argument that is not there: the values that ask for nothing, and what to do instead."""

    harmless: tuple[Any, ...]
    instead: str


MISSING = {
    "async_mode": Missing((None, "asgi"), "The server is an ASGI application: serve it with uvicorn."),
    "client_manager": Missing((None,), "Rooms are kept in this process: leave it out."),
    "json": Missing((None,), "orjson is used: leave it out."),
    "serializer": Missing(("default",), "Only the default encoding is spoken: leave it out."),
    "always_connect": Missing(
        (False,), "What a connect handler emits is sent right after the connection is confirmed: leave it out."
    ),
    "cookie": Missing((None,), "The session id is in the URL only: set cookies in your own application."),
    "http_compression": Missing((False,), "Answers to polls are not compressed: use a middleware or a proxy for that."),
    "compression_threshold": Missing((), "Answers to polls are not compressed: use a middleware or a proxy for that."),
    "monitor_clients": Missing((None, True), "Clients are always monitored: leave it out."),
}


def refuse(options: Mapping[str, Any]) -> None:
    """Raise ``TypeError`` for an unknown option, ``ValueError`` for one of python-socketio that is not supported."""
    for name, value in options.items():
        if name not in MISSING:
            raise TypeError(f"Server() has no argument {name!r}.")
        if value not in MISSING[name].harmless:
            raise ValueError(f"{name}={value!r} is not supported. {MISSING[name].instead}")


def seconds(name: str, value: Any) -> float:
    """Return a number of seconds; raises ``ValueError`` for anything else, such as python-socketio's tuples."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value <= 0:
        raise ValueError(f"{name}={value!r}: give a number of seconds above 0.")
    return value
