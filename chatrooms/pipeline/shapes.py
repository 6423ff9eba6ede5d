"""Parameters and results that several features share."""

from __future__ import annotations

from pydantic import Field
from typing_extensions import TypedDict

from chatrooms.pipeline.commands import Params
from chatrooms.types import AnyRoom, SharedRoom, Username


class Nothing(Params):
    """No parameters."""


class InRoom(Params):
    """A room."""

    room: AnyRoom


class InListedRoom(Params):
    """A room or conversation."""

    room: AnyRoom = Field(description="A room or conversation that you belong to.")


class InSharedRoom(Params):
    """A shared room."""

    room: SharedRoom


class WithPerson(InSharedRoom):
    """A shared room and a person."""

    username: Username


class Done(TypedDict):
    """Success."""
