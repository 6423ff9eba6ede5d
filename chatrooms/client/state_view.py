"""The client's state, as read-only properties."""

from __future__ import annotations

from collections.abc import Mapping

from chatrooms.client.rows import Follow, InboxItem, Membership, Read, User
from chatrooms.client.state import RoomState, State

QUIET = ("reaction", "invitation")
"""Kinds of inbox items that need no attention at once."""


class StateView:
    """The state that a client keeps up to date. Do not modify it."""

    _state: State

    @property
    def username(self) -> str:
        """Return your username, normalized by the server; empty before the first connection."""
        return self._state.username

    @property
    def profile(self) -> User | None:
        """Return your profile."""
        return self._state.profile

    @property
    def rooms(self) -> Mapping[str, RoomState]:
        """Return the state of each room that you belong to, including your own, and of threads.

        Threads, such as ``#lobby/42``, are those that you follow or have open.
        """
        return self._state.rooms

    @property
    def memberships(self) -> Mapping[str, Membership]:
        """Return your memberships of shared rooms and conversations; ``muted`` ones should not alert you."""
        return self._state.memberships

    @property
    def reads(self) -> Mapping[str, Read]:
        """Return your read position in each room."""
        return self._state.reads

    @property
    def follows(self) -> Mapping[str, Follow]:
        """Return the threads that you follow, by name, also those in rooms that you left."""
        return self._state.follows

    @property
    def inbox(self) -> Mapping[int, InboxItem]:
        """Return the unread items of your inbox by id, such as mentions; ``inbox_items`` also returns read ones."""
        return self._state.inbox

    def unread_for_me(self, room: str) -> int:
        """Return how many unread items of your inbox are about a room, but for reactions and invitations."""
        items = self._state.inbox.values()
        return sum(item["room"] == room and item["kind"] not in QUIET for item in items)

    def unread(self, room: str) -> int:
        """Return how many messages of others you have not read in a room, not counting deleted ones.

        1000 stands for more than 999.
        """
        return self._state.unread(room)
