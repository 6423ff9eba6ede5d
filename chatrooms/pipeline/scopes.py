"""What a program may do with a service key of a person: some commands, perhaps in some rooms, perhaps for some time.

A command says in its declaration to which group it belongs; without one, no key runs it. A key that is for some rooms
runs only what happens in one of them, as the command's permission says, and what keeps to them by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from chatrooms import clock, names
from chatrooms.errors import Forbidden, Unauthorized

Group = Literal["read", "post", "rooms", "own"]
GROUPS: Mapping[str, str] = {
    "read": "read messages, rooms and people",
    "post": "post, edit and delete messages, react, upload files",
    "rooms": "make, change, join and leave rooms, pin, invite and remove people",
    "own": "read positions, bookmarks, inbox, blocks, what is followed and muted, the profile",
}
"""What each group is about, for people."""
CALLS = ("add_user", "remove_user", "username", "user_id", "set_picture", "disconnect", "signal", "emit")
"""What a key of the application can have besides, by name: calls that are no commands. None lets it act as a user."""
ELSEWHERE = "This key doesn't cover that room."
ALLOWED_BY_ANOTHER = "This key is not for that: make one that allows it."
FOR_NONE = "No key of this kind allows that."
OUTLINE = "users", "memberships"
"""The tables of a person's own room that a program without the group ``own`` reads: who they are, and where."""


@dataclass(frozen=True)
class Scope:
    """The ``commands`` of a key, or groups of them; the shared ``rooms`` that it is for; and ``until`` when.

    None stands for all rooms, and for ever.
    """

    commands: frozenset[str]
    rooms: frozenset[str] | None = None
    until: str | None = None

    @property
    def reads(self) -> bool:
        """Whether the program may read the messages of its rooms."""
        return not self.commands.isdisjoint(("read", "history"))

    def has(self, room: str) -> bool:
        """Return whether the key is for a room, or the room that a thread is in."""
        return self.rooms is None or names.base(room) in self.rooms

    def receives(self, room: str) -> bool:
        """Return whether the program's sockets receive the changes of a room: if it may ask for them by `sync`."""
        return not self.commands.isdisjoint(("read", "sync")) and self.has(room)

    def receives_own(self, username: str) -> bool:
        """Return whether they receive all changes of their person's own room, not only `OUTLINE`."""
        return "own" in self.commands and self.receives(username)


def require(scope: Scope, name: str, group: Group | None) -> None:
    """Raise `Forbidden` unless a key has a command; `Unauthorized` if it has expired."""
    if scope.until is not None and scope.until <= clock.now():
        raise Unauthorized("This key has expired.")
    if group is None:
        raise Forbidden(FOR_NONE, command=name)
    if scope.commands.isdisjoint((name, group)):
        raise Forbidden(ALLOWED_BY_ANOTHER, command=name)


def require_call(scope: Scope, name: str) -> None:
    """Raise `Forbidden` unless a key of the application has a call that is not a command; it happens in no room."""
    if name not in CALLS:
        raise Forbidden(FOR_NONE, command=name)
    if name not in scope.commands:
        raise Forbidden(ALLOWED_BY_ANOTHER, command=name)
    require_room(scope, None)


def require_room(scope: Scope, found: Any) -> None:
    """Raise `Forbidden` unless what a permission has found is in a room of the key."""
    if scope.rooms is None:
        return
    room = room_of(found)
    if room is None or not scope.has(room):
        raise Forbidden(ELSEWHERE)


def room_of(found: Any) -> str | None:
    """Return the room of what a permission has found, or None if it is in none."""
    room = found.get("room") if isinstance(found, Mapping) else getattr(found, "room", None)
    return room if isinstance(room, str) else None
