"""The commands of the wire contract as methods.

Made by `python -m chatrooms.doors.docs`: change the declarations of the commands, not this file.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Literal

from chatrooms.client.rows import (
    History,
    Listing,
    ManyRooms,
    ManySessions,
    Member,
    MemberPage,
    Membership,
    Message,
    OneMember,
    OneMembership,
    OneMessage,
    OneRead,
    OneRoom,
    OneUser,
    Pinned,
    Read,
    Room,
    Session,
    States,
    User,
    UserPage,
)


class Commands(ABC):
    """Each command as a method that returns the main field of its result, or for a page all of it.

    A room is ``#lobby`` (the ``#`` of a shared room may be left out where only those make sense), a conversation such
    as ``alice+bob``, another person's username for the conversation with them, or your own for your own room. Ids are
    UUIDs. What is left out, or None, is not sent. All raise `Refused`, or `Unanswered` when the connection is lost
    before the answer comes.
    """

    @abstractmethod
    async def run(self, command: str, /, **params: Any) -> Any:
        """Run any command and return its result."""

    @abstractmethod
    async def _room_of(self, room: str) -> str:
        """Return the room that is meant: for the username of another person the conversation with them."""

    async def history(
        self,
        room: str,
        *,
        before: int | None = None,
        after: int | None = None,
        around: int | None = None,
        limit: int | None = None,
    ) -> History:
        """Return a page of a room's messages, at most 100.

        - ``before``: Return messages before this ``seq``.
        - ``after``: Return messages after this ``seq``.
        - ``around``: Return messages on both sides of this ``seq``. Give at most one of the three.
        - ``limit``: The most messages to return (default ``50``).
        """
        result: History = await self.run(
            "history", room=await self._room_of(room), before=before, after=after, around=around, limit=limit
        )
        return result

    async def delete(self, id: str) -> Message:
        """Delete a message; a tombstone without its text takes its place."""
        result: OneMessage = await self.run("message.delete", id=id)
        return result["message"]

    async def edit(self, id: str, text: str) -> Message:
        """Edit the text of your message.

        - ``text``: Markdown source; cannot be blank.
        """
        result: OneMessage = await self.run("message.edit", id=id, text=text)
        return result["message"]

    async def pin(self, id: str) -> Message:
        """Pin a message to its room; a room can have 100. Pinning a pinned message has no effect."""
        result: OneMessage = await self.run("message.pin", id=id)
        return result["message"]

    async def unpin(self, id: str) -> Message:
        """Unpin a message. Unpinning a message that is not pinned has no effect."""
        result: OneMessage = await self.run("message.unpin", id=id)
        return result["message"]

    async def watch(self, usernames: Sequence[str]) -> dict[str, Literal["online", "offline"]]:
        """Return which of these people are online, and send their ``presence`` signals until you watch others.

        Signals go to the socket that made the call; over HTTP there are none.

        - ``usernames``: The people to watch; they replace those of the previous call.
        """
        result: States = await self.run("presence.watch", usernames=usernames)
        return result["states"]

    async def mark_read(self, room: str, seq: int) -> Read:
        """Mark a room as read up to a message. A mark never goes backwards.

        - ``seq``: Everything up to this ``seq`` was read.
        """
        result: OneRead = await self.run("read.mark", room=await self._room_of(room), seq=seq)
        return result["read"]

    async def archive(self, room: str) -> Room:
        """Archive a room permanently: members can read it, but no one can post."""
        result: OneRoom = await self.run("room.archive", room=room)
        return result["room"]

    async def close_conversation(self, room: str) -> Membership:
        """Take a conversation off your list on all your devices, until its next message. No one else is notified."""
        result: OneMembership = await self.run("room.close", room=await self._room_of(room))
        return result["membership"]

    async def create(
        self,
        name: str,
        *,
        title: str | None = None,
        topic: str | None = None,
        access: Literal["open", "private"] | None = None,
    ) -> Room:
        """Create a shared room and become its owner. The name cannot be changed later.

        - ``title``: The title that people see, one line; if empty, the name.
        - ``topic``: What the room is about, one line.
        - ``access``: Who can join: everyone (``open``) or invited people (``private``) (default ``"open"``).
        """
        result: OneRoom = await self.run("room.create", name=name, title=title, topic=topic, access=access)
        return result["room"]

    async def invite(self, room: str, username: str) -> Member:
        """Add a person to a room, which appears on all their devices at once."""
        result: OneMember = await self.run("room.invite", room=room, username=username)
        return result["member"]

    async def join(self, room: str) -> Member:
        """Join an open room. Members can repeat this without effect."""
        result: OneMember = await self.run("room.join", room=room)
        return result["member"]

    async def leave(self, room: str) -> Member:
        """Leave a room. To return to a private one, you need an invitation.

        When the last owner leaves, the longest-standing moderator becomes the owner, or else the longest-standing
        member.
        """
        result: OneMember = await self.run("room.leave", room=room)
        return result["member"]

    async def joinable(self, query: str | None = None) -> list[Listing]:
        """Return up to 200 open rooms that you have not joined, largest first.

        - ``query``: Part of a name, title or topic; if empty, return all.
        """
        result: ManyRooms = await self.run("room.list", query=query)
        return result["rooms"]

    async def members(self, room: str, *, query: str | None = None, after: str | None = None) -> MemberPage:
        """Return the members of a room, ordered by username, a hundred at a time.

        - ``query``: Part of a username; if empty, return all.
        - ``after``: Start after this username; if empty, start at the first.
        """
        result: MemberPage = await self.run("room.members", room=await self._room_of(room), query=query, after=after)
        return result

    async def pins(self, room: str) -> list[Message]:
        """Return the pinned messages of a room, most recently pinned first."""
        result: Pinned = await self.run("room.pins", room=await self._room_of(room))
        return result["messages"]

    async def remove(self, room: str, username: str) -> Member:
        """Remove a member; their sockets stop receiving from the room at once."""
        result: OneMember = await self.run("room.remove", room=room, username=username)
        return result["member"]

    async def update(
        self,
        room: str,
        *,
        title: str | None = None,
        topic: str | None = None,
        access: Literal["open", "private"] | None = None,
    ) -> Room:
        """Update a room's title, topic or access.

        - ``title``: The title that people see, one line; if empty, the name.
        - ``topic``: What the room is about, one line.
        - ``access``: Who can join: everyone (``open``) or invited people (``private``).
        """
        result: OneRoom = await self.run("room.update", room=room, title=title, topic=topic, access=access)
        return result["room"]

    async def sessions(self) -> list[Session]:
        """Return the browsers and programs that can act for you."""
        result: ManySessions = await self.run("session.list")
        return result["sessions"]

    async def revoke(self, id: str) -> None:
        """End one of your sessions; its sockets are disconnected."""
        await self.run("session.revoke", id=id)

    async def signal(self, to: str, type: str, data: object = None) -> None:
        """Emit a signal, which is never stored, to a room that you belong to or a person you share a room with.

        - ``type``: Your name for this kind of signal; ``typing``, ``presence`` and ``profile`` are reserved.
        - ``data``: Any JSON up to 64 KiB, nested up to 16 levels deep.
        """
        await self.run("signal", to=to, type=type, data=data)

    async def typing(self, room: str) -> None:
        """Show a room that you are typing. The server emits at most one signal per person and room every 3 seconds."""
        await self.run("typing", room=await self._room_of(room))

    async def user(self, username: str) -> User:
        """Return a person's profile."""
        result: OneUser = await self.run("user.get", username=username)
        return result["user"]

    async def users(
        self, *, query: str | None = None, after: str | None = None, usernames: Sequence[str] | None = None
    ) -> UserPage:
        """Return people, ordered by username, a hundred at a time.

        - ``query``: Part of a username or name; if empty, return all.
        - ``after``: Start after this username; if empty, start at the first.
        - ``usernames``: Return only people with these usernames.
        """
        result: UserPage = await self.run("user.list", query=query, after=after, usernames=usernames)
        return result

    async def me(self) -> User:
        """Return your own profile."""
        result: OneUser = await self.run("user.me")
        return result["user"]

    async def update_me(self, *, name: str | None = None, about: str | None = None) -> User:
        """Update your profile. People who watch your presence receive it in a ``profile`` signal.

        - ``name``: The name that others see instead of your username, one line; may be empty.
        - ``about``: A line about yourself.
        """
        result: OneUser = await self.run("user.update", name=name, about=about)
        return result["user"]
