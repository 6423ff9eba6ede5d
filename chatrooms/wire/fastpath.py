"""Checks at the start whether the installed uvicorn and websockets have inside what our protocol classes need.

These classes extend uvicorn's because its public interface, ASGI, gives no transport: no write without a task, no size
of what waits, no end of a client that does not read. What they use is documented nowhere and listed here;
``tests/wire/test_fastpath.py`` compares the list with the code. Where a release lacks some of it, uvicorn's own classes
serve instead: slower, and without our deadlines and limits below the application.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from functools import cache
from importlib import import_module
from importlib.metadata import version
from typing import Any

import uvicorn
from uvicorn.config import WS_PROTOCOLS
from uvicorn.server import ServerState

log = logging.getLogger(__name__)

OURS = "chatrooms.wire.protocols"
NEEDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "WebSocketProtocol": (
        "uvicorn.protocols.websockets.websockets_sansio_impl.WebSocketsSansIOProtocol",
        (
            *("app", "config", "conn", "default_headers", "loop", "queue", "transport", "writable"),
            *("close_sent", "close_timer", "disconnected", "handshake_complete"),
            *("curr_msg_data_type", "frames", "handle_ping", "send_500_response", "send_receive_event_to_app"),
            *("connection_lost", "connection_made", "eof_received", "pause_writing", "resume_writing"),
            *("receive", "run_asgi", "send", "shutdown", "start_keepalive"),
        ),
    ),
    "WebSocketReader": (
        "uvicorn.protocols.websockets.websockets_sansio_impl.WebSocketsSansIOProtocol",
        (
            *("app_state", "asgi_version", "client", "root_path", "scheme", "server"),
            *("close_sent", "config", "conn", "data_received", "handshake_complete", "handshake_initiated", "loop"),
            *("on_task_complete", "queue", "read_paused", "run_asgi", "tasks", "transport"),
        ),
    ),
    "HttpParsing": (
        "uvicorn.protocols.http.httptools_impl.HttpToolsProtocol",
        (
            *("_should_upgrade", "cycle", "headers", "on_body", "on_header", "on_headers_complete"),
            *("on_message_begin", "on_message_complete", "on_url", "parser"),
        ),
    ),
    "HttpProtocol": (
        "uvicorn.protocols.http.httptools_impl.HttpToolsProtocol",
        (
            *("_should_upgrade", "_start_asgi_task", "_unset_keepalive_if_required", "app_state"),
            *("config", "connection_lost", "connection_made", "connections", "cycle", "data_received"),
            *("expect_100_continue", "flow", "handle_websocket_upgrade", "headers", "loop"),
            *("on_headers_complete", "on_message_complete", "on_response_complete", "parser"),
            *("pause_writing", "pipeline", "resume_writing", "scope", "server_state", "shutdown"),
            *("timeout_keep_alive_handler", "transport", "ws_protocol_class"),
        ),
    ),
}
"""For each class of ours the class that it extends, and the attributes of that one which it uses or replaces."""
SIGNATURES = {
    "uvicorn.protocols.http.httptools_impl.HttpToolsProtocol._start_asgi_task": ("self", "cycle", "app"),
    "uvicorn.protocols.http.flow_control.FlowControl": ("transport",),
    "websockets.protocol.Protocol": ("side", "state", "max_size", "logger"),
    "websockets.protocol.Protocol.send_close": ("self", "code"),
    "websockets.protocol.Protocol.data_to_send": ("self",),
}
"""The parameters that we give."""


def options() -> dict[str, Any]:
    """Return uvicorn's ``http`` and ``ws`` options: our protocol classes if they work with this uvicorn."""
    if not missing():
        protocols = import_module(OURS)
        return {"http": protocols.HttpProtocol, "ws": protocols.WebSocketProtocol}
    return {"http": "httptools", "ws": "websockets-sansio" if "websockets-sansio" in WS_PROTOCOLS else "websockets"}


@cache
def missing() -> tuple[str, ...]:
    """Return what our protocol classes lack, normally nothing; the first call logs it."""
    try:
        import_module(OURS)
        lacks = (*_attributes(), *_parameters())
    except Exception as error:
        lacks = (type(error).__name__,)
    if lacks:
        found = ", ".join(f"{name} {version(name)}" for name in ("uvicorn", "websockets"))
        log.warning("the fast path does not work with %s (%s); using uvicorn's own protocols", found, ", ".join(lacks))
    return lacks


def base(path: str) -> Any:
    """Return an instance of one of uvicorn's protocol classes, as uvicorn makes it for a connection."""
    config = uvicorn.Config(_application, log_config=None, lifespan="off", loop="asyncio", http="httptools", ws="none")
    config.load()
    loop = asyncio.new_event_loop()
    try:
        return _find(path)(config=config, server_state=ServerState(), app_state={}, _loop=loop)
    finally:
        loop.close()


def _attributes() -> list[str]:
    made = {path: base(path) for path, _ in NEEDS.values()}
    return [f"{path}.{name}" for path, names in NEEDS.values() for name in names if not hasattr(made[path], name)]


def _parameters() -> list[str]:
    return [
        f"{function}({name})"
        for function, names in SIGNATURES.items()
        for name in names
        if name not in inspect.signature(_find(function)).parameters
    ]


def _find(path: str) -> Any:
    """Return the object with a dotted path; raises ``AttributeError`` or ``ImportError``."""
    parts = path.split(".")
    module = next(i for i, part in enumerate(parts) if part[0].isupper())
    found: Any = import_module(".".join(parts[:module]))
    for part in parts[module:]:
        found = getattr(found, part)
    return found


async def _application(_scope: Any, _receive: Any, _send: Any) -> None:
    """An ASGI application that answers nothing: it is never called."""
