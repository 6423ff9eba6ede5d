"""The payloads of the server's events and errors, as types for the documentation."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from chatrooms.storage.rows import Change, User


class ServerInfo(TypedDict):
    """The server that you are connected to."""

    version: Annotated[str, Field(description="Its version of chatrooms.")]
    name: Annotated[str, Field(description="Its name, as people see it.")]


class Limits(TypedDict):
    """The server's limits."""

    text: Annotated[int, Field(description="The maximum number of characters in a message.")]


class Welcome(TypedDict):
    """The first event after connecting."""

    user: Annotated[User, Field(description="Your profile.")]
    token: NotRequired[
        Annotated[str, Field(description="The token for your name, if you have just claimed it as a guest.")]
    ]
    server: Annotated[ServerInfo, Field(description="The server.")]
    limits: Annotated[Limits, Field(description="Its limits.")]


Signal = TypedDict(
    "Signal",
    {
        "room": Annotated[
            str, Field(description="The room that it was sent to; your username if it was sent only to you.")
        ],
        "from": Annotated[str, Field(description="The username of the sender.")],
        "type": Annotated[
            str,
            Field(description="The kind of signal; `typing`, `presence` and `profile` are reserved."),
        ],
        "data": Annotated[Any, Field(description="Any JSON, depending on the type.")],
    },
)
Signal.__doc__ = """A live event that is never stored.

The server sends ``typing`` (``data`` is empty), ``presence`` (``room`` is ``~`` and the username, ``data`` is
``{"state": "online"}`` or ``{"state": "offline"}``) and ``profile`` (the same ``room``, ``data`` is the new profile).
People and applications send all other types with ``signal``."""


class Details(TypedDict, total=False):
    """Details that help to fix the request; other keys depend on the code."""

    field: Annotated[str, Field(description="The invalid parameter.")]
    retry_after: Annotated[int, Field(description="Seconds to wait.")]


class Error(TypedDict):
    """The reason for a refusal: ``code`` for programs, ``message`` for people."""

    code: Annotated[str, Field(description="The reason, for programs; new codes may be added.")]
    message: Annotated[str, Field(description="The reason, for people.")]
    details: Annotated[Details, Field(description="Details that help to fix the request.")]


class RefusedConnection(TypedDict):
    """The code of a rejected connection, with the error's details in the same object."""

    code: Annotated[str, Field(description="The reason, for programs.")]
    retry_after: NotRequired[Annotated[int, Field(description="Seconds to wait before you try again.")]]


class ConnectError(TypedDict):
    """The reason for a rejected connection, in Socket.IO's ``connect_error``."""

    message: Annotated[str, Field(description="The reason, for people.")]
    data: Annotated[RefusedConnection, Field(description="The code and its details.")]


EVENTS: dict[str, Any] = {"welcome": Welcome, "change": Change, "signal": Signal}
"""The payload type of each event that the server sends."""
