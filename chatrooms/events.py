"""The events that leave the server: what clients receive, and what `Broadcast` delivers and publishes on the bus.

`EVENTS` has every event that clients receive, with the type of its payload; the documents, the TypeScript types and the
doors follow it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, NotRequired, TypeAlias, get_args

from pydantic import Field
from typing_extensions import TypedDict

from chatrooms.storage.rows import Change as ChangePayload
from chatrooms.storage.rows import User
from chatrooms.types import SIGN_UP, SignUp

OwnType = Literal["typing", "presence", "profile", "reaction", "applicants", "server"]
OWN_TYPES: tuple[OwnType, ...] = get_args(OwnType)
"""The types of signals that the server sends; no one else can send them."""
RESERVED = f"{', '.join(f'`{each}`' for each in OWN_TYPES[:-1])} and `{OWN_TYPES[-1]}` are reserved."
"""These types in words, for the documentation."""


class ServerInfo(TypedDict):
    """The server that you are connected to."""

    version: Annotated[str, Field(description="Its version of chatrooms.")]
    name: Annotated[str, Field(description="Its name, as people see it.")]
    lobby: Annotated[
        str, Field(description="The room that everybody is added to when they first join; empty if there is none.")
    ]
    accent: Annotated[str, Field(description="Its colour, `#rrggbb`.")]
    sign_up: Annotated[SignUp, Field(description=f"How new people come in. {SIGN_UP}")]


class Limits(TypedDict):
    """The server's limits."""

    text: Annotated[int, Field(description="The maximum number of characters in a message.")]
    edit_minutes: Annotated[
        int,
        Field(description="Minutes for which people can edit and delete their messages; 0 for as long as they like."),
    ]


class Welcome(TypedDict):
    """The first event after connecting."""

    user: Annotated[User, Field(description="Your profile.")]
    token: NotRequired[
        Annotated[str, Field(description="The token for your name, if you have just claimed it as a guest.")]
    ]
    server: Annotated[ServerInfo, Field(description="The server.")]
    limits: Annotated[Limits, Field(description="Its limits.")]
    epoch: Annotated[
        str, Field(description="Another one after a backup was put back: then discard all that you have of any room.")
    ]


class RefusedConnection(TypedDict):
    """The code of a rejected connection, with the error's details in the same object."""

    code: Annotated[str, Field(description="The reason, for programs.")]
    retry_after: NotRequired[Annotated[int, Field(description="Seconds to wait before you try again.")]]


class ConnectError(TypedDict):
    """The reason for a rejected connection, in Socket.IO's ``connect_error``."""

    message: Annotated[str, Field(description="The reason, for people.")]
    data: Annotated[RefusedConnection, Field(description="The code and its details.")]


@dataclass
class Change:
    """The changes of one commit in ``room``: the current rows, by table.

    ``rev`` is exactly one more than in the room's previous change, unless it covers all changes after ``since``. One
    that is ``bare`` has no rows, because they would be too many: clients fetch them.
    """

    room: str
    rev: int
    rows: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)
    since: int | None = None
    bare: bool = False


@dataclass(frozen=True)
class Signal:
    """A live event that is never stored.

    The server sends ``typing`` (``data`` is empty, or ``{"stopped": true}``), ``presence`` (``room`` is ``~`` and the
    username, ``data`` is ``{"state": "online"}`` or ``{"state": "offline"}``), ``profile`` (the same ``room``, ``data``
    is the new profile), ``applicants`` (to admins and owners of the server, when somebody asks to join or is approved:
    ``data`` is ``{"waiting": 2}`` if so many wait), ``server`` (to everybody who is online, when its name or how people
    come in may have changed: ``data`` is ``{"name": "Acme", "sign_up": "invite"}``) and ``reaction`` (to yourself,
    after your own reactions: ``data`` has the ``room``, the id of the ``message``, and as ``mine`` what the message
    does not show of them). People and applications send all other types with ``signal``.
    """

    room: Annotated[str, Field(description="The room that it was sent to; your username if it was sent only to you.")]
    sender: Annotated[str, Field(alias="from", description="The username of the sender.")]
    type: Annotated[str, Field(description=f"The kind of signal; {RESERVED}")]
    data: Annotated[Any, Field(description="Any JSON, depending on the type.")]

    @property
    def payload(self) -> dict[str, Any]:
        """The event ``signal`` as clients receive it."""
        return {"room": self.room, "from": self.sender, "type": self.type, "data": self.data}


@dataclass(frozen=True)
class Align:
    """The memberships of ``username`` changed: move their sockets into and out of rooms."""

    username: str


@dataclass(frozen=True)
class End:
    """Disconnect the sockets in ``room``, for instance because their session was revoked.

    Unless ``at_once``, they first get a moment to receive the acknowledgement of what ended them. One that ``bars`` a
    person also rejects their commands from then on, as the end of a session does.
    """

    room: str
    at_once: bool = False
    bars: bool = False


@dataclass(frozen=True)
class Emission:
    """An event of the host application's own for the sockets in some rooms."""

    event: str
    data: Any
    rooms: tuple[str, ...]


Event: TypeAlias = Change | Signal | Align | End | Emission
"""What `Broadcast` takes; of these, clients receive changes and signals."""

EVENTS: dict[str, Any] = {"welcome": Welcome, "change": ChangePayload, "signal": Signal}
"""Every event that clients receive, by name, with the type of its payload."""
