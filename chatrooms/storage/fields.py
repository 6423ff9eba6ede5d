"""The types of fields that several rows have, with the descriptions that the documentation shows."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

Access = TypeAliasType(
    "Access",
    Annotated[
        Literal["open", "private", "conversation", "personal", "thread"],
        Field(
            description="Who can join a room: everyone (`open`) or invited people (`private`). "
            "The server creates `conversation`, `personal` and `thread` rooms; a thread is for the members of its room."
        ),
    ],
)
Role = TypeAliasType(
    "Role",
    Annotated[Literal["owner", "moderator", "member"], Field(description="What a member may do in a room.")],
)
ServerRole = TypeAliasType(
    "ServerRole",
    Annotated[
        Literal["owner", "admin", "moderator", "member", "guest"],
        Field(description="What a person may do on this server, from most to least."),
    ],
)
Began = TypeAliasType(
    "Began",
    Annotated[
        Literal[
            "join",
            "password",
            "passkey",
            "provider",
            "single_sign_on",
            "directory",
            "device",
            "admin",
            "console",
            "setup",
            "approval",
        ],
        Field(
            description="How a session began: with the name itself (`join`), by a password, a passkey, the sign-in "
            "provider (`single_sign_on` if they had signed in there before) or the directory, by a link from another "
            "`device` of the person, from an `admin` or from the command line (`console`), by that of the first owner "
            "(`setup`), or because somebody approved the person."
        ),
    ],
)

Who = TypeAliasType(
    "Who",
    Annotated[
        Literal["members", "moderators"],
        Field(description="Who may do something in a room: all members, or its owners and moderators."),
    ],
)

Name = Annotated[str, Field(description="The room's name.")]
Person = Annotated[str, Field(description="The person's username.")]
Seq = Annotated[
    int, Field(description="The position in the room's timeline: the `rev` at which the message was posted.")
]
Rev = Annotated[
    int,
    Field(description="The revision at which the row last changed, of the room whose change it belongs to."),
]
Created = Annotated[str, Field(description="When it was created; ISO 8601, UTC, with milliseconds.")]
