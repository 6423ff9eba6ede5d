"""What a client knows of the chat, to read: always as of the revs of its rooms. Do not change it."""

from __future__ import annotations

from collections.abc import Mapping

from chatrooms.client.rows import Member, Read, User
from chatrooms.client.state import RoomState, State


class Held:
    """Views of the state that a client keeps up to date."""

    _state: State

    @property
    def username(self) -> str:
        """Your username, in the server's spelling; empty before the first connection."""
        return self._state.username

    @property
    def profile(self) -> User | None:
        """Your profile."""
        return self._state.profile

    @property
    def rooms(self) -> Mapping[str, RoomState]:
        """The state of each room that you belong to, your own room included."""
        return self._state.rooms

    @property
    def memberships(self) -> Mapping[str, Member]:
        """The shared rooms and conversations that you belong to."""
        return self._state.memberships

    @property
    def reads(self) -> Mapping[str, Read]:
        """How far you have read each room."""
        return self._state.reads

    def unread(self, room: str) -> int:
        """Return how many messages of others you have not read in a room, not counting deleted ones.

        1000 stands for more than 999.
        """
        return self._state.unread(room)
