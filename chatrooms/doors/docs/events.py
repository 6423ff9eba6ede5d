"""The payloads of the server's events and errors, as types for the documents."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from chatrooms.storage.rows import Change, User


class ServerInfo(TypedDict):
    """The server that you are connected to."""

    version: Annotated[str, Field(description="The version of chatrooms that it runs.")]
    name: Annotated[str, Field(description="What it calls itself.")]


class Limits(TypedDict):
    """What the server accepts at most."""

    text: Annotated[int, Field(description="Characters in a message.")]


class Welcome(TypedDict):
    """Sent once, right after a socket has connected."""

    user: Annotated[User, Field(description="Your profile.")]
    token: NotRequired[
        Annotated[str, Field(description="For a guest who just took a name: the token that proves it from now on.")]
    ]
    server: Annotated[ServerInfo, Field(description="The server.")]
    limits: Annotated[Limits, Field(description="What it accepts at most.")]


Signal = TypedDict(
    "Signal",
    {
        "room": Annotated[str, Field(description="The room that it is for; your username if it is for you alone.")],
        "from": Annotated[str, Field(description="The username of the sender.")],
        "type": Annotated[
            str,
            Field(description="What kind of signal it is; `typing`, `presence` and `profile` are the server's own."),
        ],
        "data": Annotated[Any, Field(description="Any JSON; its meaning depends on the type.")],
    },
)
Signal.__doc__ = """Something live that is never stored.

The server itself sends ``typing`` (``data`` is empty), ``presence`` (``room`` is ``~`` and the username, ``data`` is
``{"state": "online"}`` or ``{"state": "offline"}``) and ``profile`` (``room`` likewise, ``data`` is the new profile).
People and applications send all other types, by ``signal``."""


class Details(TypedDict, total=False):
    """What helps to mend an error; other keys depend on its code."""

    field: Annotated[str, Field(description="The parameter that is not valid.")]
    retry_after: Annotated[int, Field(description="Seconds to wait.")]


class Error(TypedDict):
    """Why something was refused: ``code`` for programs, ``message`` for people."""

    code: Annotated[str, Field(description="The reason, for programs; codes may be added.")]
    message: Annotated[str, Field(description="The reason, for people.")]
    details: Annotated[Details, Field(description="What helps to mend it.")]


class RefusedConnection(TypedDict):
    """The code, with the details of the error beside it: for `rate_limited`, the seconds until you may try again."""

    code: Annotated[str, Field(description="The reason, for programs.")]
    retry_after: NotRequired[Annotated[int, Field(description="Seconds until you may try again.")]]


class ConnectError(TypedDict):
    """Why a connection was refused: Socket.IO's own ``connect_error``."""

    message: Annotated[str, Field(description="The reason, for people.")]
    data: Annotated[RefusedConnection, Field(description="The code and its details.")]


EVENTS: dict[str, Any] = {"welcome": Welcome, "change": Change, "signal": Signal}
"""The payload of each event that the server sends."""
