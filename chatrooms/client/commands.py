"""Every command of the wire contract as a typed method; each raises `Refused` or `Unanswered`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any, Literal

from chatrooms.client.rows import (
    History,
    ListedRoom,
    Member,
    MemberPage,
    Membership,
    Message,
    Read,
    Room,
    Session,
    User,
    UserPage,
)

REPEATABLE = frozenset(
    {
        "history",
        "message.delete",
        "presence.watch",
        "read.mark",
        "room.close",
        "room.list",
        "room.members",
        "session.list",
        "sync",
        "user.get",
        "user.list",
        "user.me",
    }
)
"""Commands that can be asked again when the answer was lost; of the others nobody knows whether they were done."""


class Commands(ABC):
    """The commands, thin; `run` does the work. What is left out, or None, is not sent."""

    @abstractmethod
    async def run(self, command: str, /, **params: Any) -> Any:
        """Carry out any command; returns its result."""

    async def edit(self, id: str, text: str) -> Message:
        """Change one's own message."""
        return (await self.run("message.edit", id=id, text=text))["message"]  # type: ignore[no-any-return]

    async def delete(self, id: str) -> Message:
        """Take a message away; returns the tombstone."""
        return (await self.run("message.delete", id=id))["message"]  # type: ignore[no-any-return]

    async def history(
        self,
        room: str,
        *,
        before: int | None = None,
        after: int | None = None,
        around: int | None = None,
        limit: int | None = None,
    ) -> History:
        """The newest page, or the one next to a ``seq``; at most 100 messages, 50 if not said."""
        page = {"before": before, "after": after, "around": around, "limit": limit}
        return await self.run("history", room=room, **page)  # type: ignore[no-any-return]

    async def create(
        self,
        name: str,
        *,
        title: str | None = None,
        topic: str | None = None,
        access: Literal["open", "private"] | None = None,
    ) -> Room:
        """Make a shared room and own it."""
        given = {"title": title, "topic": topic, "access": access}
        return (await self.run("room.create", name=name, **given))["room"]  # type: ignore[no-any-return]

    async def update(
        self,
        room: str,
        *,
        title: str | None = None,
        topic: str | None = None,
        access: Literal["open", "private"] | None = None,
    ) -> Room:
        """Change a room's title, topic or access."""
        given = {"title": title, "topic": topic, "access": access}
        return (await self.run("room.update", room=room, **given))["room"]  # type: ignore[no-any-return]

    async def archive(self, room: str) -> Room:
        """Close a room for good."""
        return (await self.run("room.archive", room=room))["room"]  # type: ignore[no-any-return]

    async def joinable(self, query: str | None = None) -> list[ListedRoom]:
        """The open rooms that one could join."""
        return (await self.run("room.list", query=query))["rooms"]  # type: ignore[no-any-return]

    async def join(self, room: str) -> Member:
        """Enter an open room."""
        return (await self.run("room.join", room=room))["member"]  # type: ignore[no-any-return]

    async def leave(self, room: str) -> Member:
        """Leave a room."""
        return (await self.run("room.leave", room=room))["member"]  # type: ignore[no-any-return]

    async def close_conversation(self, room: str) -> Membership:
        """Take a conversation off your list until its next message."""
        return (await self.run("room.close", room=room))["membership"]  # type: ignore[no-any-return]

    async def invite(self, room: str, username: str) -> Member:
        """Make somebody a member."""
        return (await self.run("room.invite", room=room, username=username))["member"]  # type: ignore[no-any-return]

    async def remove(self, room: str, username: str) -> Member:
        """End somebody's membership."""
        return (await self.run("room.remove", room=room, username=username))["member"]  # type: ignore[no-any-return]

    async def members(self, room: str, *, query: str | None = None, after: str | None = None) -> MemberPage:
        """Who belongs to a room, a hundred at a time from ``after`` a username on."""
        return await self.run("room.members", room=room, query=query, after=after)  # type: ignore[no-any-return]

    async def mark_read(self, room: str, seq: int) -> Read:
        """Say that a room was read up to a message; a mark never goes backwards."""
        return (await self.run("read.mark", room=room, seq=seq))["read"]  # type: ignore[no-any-return]

    async def typing(self, room: str) -> None:
        """Tell a room that one is writing."""
        await self.run("typing", room=room)

    async def signal(self, to: str, type: str, data: Any = None) -> None:
        """Pass JSON of at most 64 KiB on, live, to a room or a person."""
        await self.run("signal", to=to, type=type, data=data)

    async def watch(self, usernames: Iterable[str]) -> dict[str, str]:
        """Hear ``presence`` signals of these people, and of no others; returns who is ``online`` and ``offline``."""
        found = await self.run("presence.watch", usernames=list(usernames))
        return found["states"]  # type: ignore[no-any-return]

    async def me(self) -> User:
        """One's own profile."""
        return (await self.run("user.me"))["user"]  # type: ignore[no-any-return]

    async def user(self, username: str) -> User:
        """Somebody's profile."""
        return (await self.run("user.get", username=username))["user"]  # type: ignore[no-any-return]

    async def users(self, *, query: str | None = None, after: str | None = None) -> UserPage:
        """The people here, a hundred at a time from ``after`` a username on."""
        return await self.run("user.list", query=query, after=after)  # type: ignore[no-any-return]

    async def update_me(self, *, name: str | None = None, about: str | None = None) -> User:
        """Change one's own profile."""
        return (await self.run("user.update", name=name, about=about))["user"]  # type: ignore[no-any-return]

    async def sessions(self) -> list[Session]:
        """Where one is joined."""
        return (await self.run("session.list"))["sessions"]  # type: ignore[no-any-return]

    async def revoke(self, id: str) -> None:
        """End one of one's own sessions."""
        await self.run("session.revoke", id=id)
