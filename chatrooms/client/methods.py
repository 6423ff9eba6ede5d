"""The client's methods that run more than one command."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import AsyncIterator

from chatrooms.client.commands import Commands
from chatrooms.client.rows import Member, Message, User

PAGE = 100


class Methods(Commands):
    """The commands, and iterators over all pages.

    Where a method takes any room, another person's username means the conversation with them.
    """

    @property
    @abstractmethod
    def username(self) -> str:
        """Return your username; empty before the first connection."""

    async def iter_history(self, room: str, *, after: int | None = None) -> AsyncIterator[Message]:
        """Iterate over the messages of a room, newest first, or oldest first over those ``after`` a ``seq``.

        Events in its timeline, which have no ``number``, are among them. Pages are fetched as needed.
        """
        forward = after is not None
        page = await self.history(room, after=after, limit=PAGE)
        while page["messages"]:
            for message in page["messages"] if forward else reversed(page["messages"]):
                yield message
            if not page["more"]:
                return
            first, last = page["messages"][0]["seq"], page["messages"][-1]["seq"]
            end = {"after": last} if forward else {"before": first}
            page = await self.history(room, limit=PAGE, **end)

    async def iter_members(self, room: str, *, query: str | None = None) -> AsyncIterator[Member]:
        """Iterate over the members of a room, ordered by username. Pages are fetched as needed."""
        after, more = "", True
        while more:
            page = await self.members(room, query=query, after=after)
            for member in page["members"]:
                after = member["username"]
                yield member
            more = page["more"]

    async def iter_users(self, *, query: str | None = None) -> AsyncIterator[User]:
        """Iterate over all people, ordered by username. Pages are fetched as needed."""
        after, more = "", True
        while more:
            page = await self.users(query=query, after=after)
            for user in page["users"]:
                after = user["username"]
                yield user
            more = page["more"]

    async def _room_of(self, room: str) -> str:
        if not room or not set("#+~!/").isdisjoint(room):
            return room
        return f"{self.username or (await self.me())['username']}+{room}"
