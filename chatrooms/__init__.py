"""A rooms-based chat where every user has a personal room."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from chatrooms.version import __version__

if TYPE_CHECKING:
    from chatrooms.app import Chatrooms
    from chatrooms.client.rows import Message
    from chatrooms.doors.connection_handlers import Connected
    from chatrooms.errors import Conflict, Forbidden, Invalid, NotFound, Refusal, Unauthorized
    from chatrooms.identity.accounts import User
    from chatrooms.identity.handshake import Handshake
    from chatrooms.identity.hosts import Authenticate
    from chatrooms.lifetime import AlreadyRunning, NotRunning, WouldBlock
    from chatrooms.remote import Remote, RemoteRefused
    from chatrooms.settings import Settings
    from chatrooms.storage.rows import Change

__all__ = [
    "AlreadyRunning",
    "Authenticate",
    "Change",
    "Chatrooms",
    "Conflict",
    "Connected",
    "Forbidden",
    "Handshake",
    "Invalid",
    "Message",
    "NotFound",
    "NotRunning",
    "Refusal",
    "Remote",
    "RemoteRefused",
    "Settings",
    "Unauthorized",
    "User",
    "WouldBlock",
    "__version__",
]

_HOMES = {
    "AlreadyRunning": "chatrooms.lifetime",
    "Authenticate": "chatrooms.identity.hosts",
    "Change": "chatrooms.storage.rows",
    "Chatrooms": "chatrooms.app",
    "Conflict": "chatrooms.errors",
    "Connected": "chatrooms.doors.connection_handlers",
    "Forbidden": "chatrooms.errors",
    "Handshake": "chatrooms.identity.handshake",
    "Invalid": "chatrooms.errors",
    "Message": "chatrooms.client.rows",
    "NotFound": "chatrooms.errors",
    "NotRunning": "chatrooms.lifetime",
    "Refusal": "chatrooms.errors",
    "Remote": "chatrooms.remote",
    "RemoteRefused": "chatrooms.remote",
    "Settings": "chatrooms.settings",
    "Unauthorized": "chatrooms.errors",
    "User": "chatrooms.identity.accounts",
    "WouldBlock": "chatrooms.lifetime",
}


def __getattr__(name: str) -> Any:
    """Import the server lazily, so that the client and the command line start fast."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
