"""What a client holds, to look at: it is always as of the revs of its rooms, and never to be changed."""

from __future__ import annotations

from collections.abc import Mapping

from chatrooms.client.rows import Member, Read, User
from chatrooms.client.state import RoomState, State


class Held:
    """Views of the state that a client keeps up to date."""

    _state: State

    @property
    def username(self) -> str:
        """Who this is, in the server's spelling; empty before the first connection."""
        return self._state.username

    @property
    def profile(self) -> User | None:
        """One's own profile."""
        return self._state.profile

    @property
    def rooms(self) -> Mapping[str, RoomState]:
        """What is held of each room that one belongs to, one's own room too."""
        return self._state.rooms

    @property
    def memberships(self) -> Mapping[str, Member]:
        """The shared rooms and conversations that one belongs to."""
        return self._state.memberships

    @property
    def reads(self) -> Mapping[str, Read]:
        """How far one has read each room."""
        return self._state.reads
