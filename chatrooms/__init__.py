"""A rooms-based chat where every user has a personal room."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from chatrooms.version import __version__

if TYPE_CHECKING:
    from chatrooms.app import Chatrooms
    from chatrooms.errors import Refusal
    from chatrooms.lifetime import AlreadyRunning, NotRunning, WouldBlock
    from chatrooms.settings import Settings

__all__ = ["AlreadyRunning", "Chatrooms", "NotRunning", "Refusal", "Settings", "WouldBlock", "__version__"]

_HOMES = {
    "AlreadyRunning": "chatrooms.lifetime",
    "Chatrooms": "chatrooms.app",
    "NotRunning": "chatrooms.lifetime",
    "Refusal": "chatrooms.errors",
    "Settings": "chatrooms.settings",
    "WouldBlock": "chatrooms.lifetime",
}


def __getattr__(name: str) -> Any:
    """Bring the server in only when it is asked for: the client and the command line start without it."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(name)
