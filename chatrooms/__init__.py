"""A rooms-based chat where every user has a personal room."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from chatrooms.version import __version__

if TYPE_CHECKING:
    from chatrooms.app import Chatrooms
    from chatrooms.client.rows import Message
    from chatrooms.doors.connection_handlers import Connected
    from chatrooms.errors import (
        Conflict,
        Forbidden,
        Invalid,
        NoSpace,
        NotFound,
        Refusal,
        Suspended,
        TooLarge,
        Unauthorized,
        Unconfirmed,
    )
    from chatrooms.identity.accounts import User
    from chatrooms.identity.handshake import Handshake
    from chatrooms.identity.hosts import Authenticate
    from chatrooms.lifetime import AlreadyRunning, NotRunning, WouldBlock
    from chatrooms.remote import Remote, RemoteRefused
    from chatrooms.settings import Settings
    from chatrooms.storage.fitness import Unfit
    from chatrooms.storage.rows import Change
    from chatrooms.storage.server_lock import Busy

__all__ = [
    "AlreadyRunning",
    "Authenticate",
    "Busy",
    "Change",
    "Chatrooms",
    "Conflict",
    "Connected",
    "Forbidden",
    "Handshake",
    "Invalid",
    "Message",
    "NoSpace",
    "NotFound",
    "NotRunning",
    "Refusal",
    "Remote",
    "RemoteRefused",
    "Settings",
    "Suspended",
    "TooLarge",
    "Unauthorized",
    "Unconfirmed",
    "Unfit",
    "User",
    "WouldBlock",
    "__version__",
]

_HOMES = {
    "AlreadyRunning": "chatrooms.lifetime",
    "Authenticate": "chatrooms.identity.hosts",
    "Busy": "chatrooms.storage.server_lock",
    "Change": "chatrooms.storage.rows",
    "Chatrooms": "chatrooms.app",
    "Conflict": "chatrooms.errors",
    "Connected": "chatrooms.doors.connection_handlers",
    "Forbidden": "chatrooms.errors",
    "Handshake": "chatrooms.identity.handshake",
    "Invalid": "chatrooms.errors",
    "Message": "chatrooms.client.rows",
    "NoSpace": "chatrooms.errors",
    "NotFound": "chatrooms.errors",
    "NotRunning": "chatrooms.lifetime",
    "Refusal": "chatrooms.errors",
    "Remote": "chatrooms.remote",
    "RemoteRefused": "chatrooms.remote",
    "Settings": "chatrooms.settings",
    "Suspended": "chatrooms.errors",
    "TooLarge": "chatrooms.errors",
    "Unauthorized": "chatrooms.errors",
    "Unconfirmed": "chatrooms.errors",
    "Unfit": "chatrooms.storage.fitness",
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
