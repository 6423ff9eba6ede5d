"""What the server sends by itself, and how it refuses, as types for the documents."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from chatrooms.tables import Change, User


class ServerInfo(TypedDict):
    """The server that one is connected to."""

    version: str
    name: str


class Limits(TypedDict):
    """What the server takes at most."""

    text: int


class Welcome(TypedDict):
    """Sent once, right after a socket is connected."""

    user: User
    token: NotRequired[str]
    server: ServerInfo
    limits: Limits


Signal = TypedDict("Signal", {"room": str, "from": str, "type": str, "data": Any})
Signal.__doc__ = """Something live that is never stored.

Of the server itself are ``typing`` (``data`` is empty) and ``presence`` (``room`` is ``~`` and the username,
``data`` is ``{"state": "online"}`` or ``{"state": "offline"}``). All other types come from people and
applications by ``signal``."""


class Details(TypedDict, total=False):
    """What helps to mend it; other keys depend on the refusal."""

    field: str
    retry_after: int


class Error(TypedDict):
    """Why something was refused: ``code`` for programs, ``message`` for people."""

    code: str
    message: str
    details: Details


class RefusedConnection(TypedDict):
    """The code, and the details of the refusal beside it: for `rate_limited`, the seconds until you may try again."""

    code: str
    retry_after: NotRequired[int]


class ConnectError(TypedDict):
    """Why a connection was refused: Socket.IO's own ``connect_error``."""

    message: str
    data: RefusedConnection


EVENTS: dict[str, Any] = {"welcome": Welcome, "change": Change, "signal": Signal}
"""Each event of the server with its payload."""
