"""Who the ids are that a host application gives in its calls."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from chatrooms import names
from chatrooms.errors import Invalid, NotFound
from chatrooms.features import users
from chatrooms.identity import accounts, hosts, suspensions
from chatrooms.identity.accounts import User
from chatrooms.pipeline import access, people
from chatrooms.pipeline.act import Caller
from chatrooms.pipeline.chat import Chat

T = TypeVar("T")

UNKNOWN = "No user has that id: they have neither come nor been added."
ADD_FIRST = "No user has that id yet: add them first"


class HostUsers:
    """The users by their ids: those that `authenticate` answers if the chat is ``hosted``, else their usernames."""

    def __init__(self, chat: Chat, *, hosted: bool) -> None:
        self._chat, self.hosted = chat, hosted

    def require_hosted(self) -> None:
        """Raise ``ValueError`` in a chat whose people come by themselves."""
        if not self.hosted:
            raise ValueError("Only a chat with authenticate has users of an application: here, people join by name.")

    async def require_addable(self, id: str) -> None:
        """Raise ``ValueError`` for somebody who is new in a chat whose people come by themselves."""
        with suppress(Invalid):
            if self.hosted or await self.known(id):
                return
        self.require_hosted()

    async def person(self, id: str, *, create: bool = False) -> Caller:
        """Return a user; raises `NotFound`, or `Invalid` if this cannot be an id."""
        username = await self.known(id)
        if username is None and create and self.hosted:
            username = await hosts.add(self._chat, User(id))
        if username is None:
            raise NotFound(UNKNOWN if self.hosted else "No user has that username.", field="username")
        return Caller(username)

    async def reachable(self, id: str, *, create: bool) -> Caller:
        """Return a user to write to; raises `NotFound` also for those who were removed."""
        if self.hosted and not create and await self.known(id) is None:
            raise NotFound(f"{ADD_FIRST}, or post with create=True.", field="username")
        them = await self.person(id, create=create)
        if await self._chat.lookup(lambda db: people.is_removed(db, them.username)):
            raise NotFound("This user was removed. Add them again first.", field="username")
        return them

    async def active(self, id: str) -> Caller:
        """Return a user who acts; raises `Suspended` too."""
        me = await self.person(id)
        await suspensions.require_active(self._chat, me.username)
        return me

    async def known(self, id: str) -> str | None:
        """Return the username of a user, if there is one; raises `Invalid` if this cannot be an id."""
        if self.hosted:
            user = parsed(User, id, "username")
            return await self._chat.lookup(lambda db: accounts.username_of(db, user.id))
        username = parsed(names.username, id, "username")
        return username if await self._chat.lookup(lambda db: users.find(db, username)) else None

    async def place(self, to: object, room: object = None) -> str:
        """Return the room of what is live: of a user by their id, a shared one, or any ``room``.

        Raises `NotFound` for what does not exist, and `Invalid` for what cannot, for both, and for neither.
        """
        if (to is None) == (room is None):
            raise Invalid("Give one of to and room.", field="to")
        theirs = await self.addressed(to) if room is None and self.hosted else None
        where = theirs or parsed(names.durable, to if room is None else room, "to" if room is None else "room")
        if not await self._chat.lookup(lambda db: access.known(db, where)):
            raise NotFound("No such room or person.", field="to" if room is None else "room")
        return where

    async def addressed(self, to: object) -> str | None:
        """Return the username of the user whose id this is; None for a shared room, and for what cannot be an id.

        Raises `NotFound` for what could be one, or a room of people, which are not addressed by an id; `Invalid` for
        what is both.
        """
        if not isinstance(to, str):
            return None
        if to.startswith("#"):
            await self.require_no_user(to, field="to", hint="give room=, the room or the user's username, instead.")
            return None
        with suppress(Invalid):
            username = await self.known(to)
            if username is None:
                raise NotFound(f"{ADD_FIRST}.", field="to")
            return username
        return None

    async def target(self, target: str, *, create: bool) -> tuple[str | None, str | None]:
        """Return the shared room that a target is, or else the id of a user; raises `Invalid` if it can be both."""
        if not target.startswith("#"):
            return None, target
        await self.require_no_user(target, create=create)
        return target, None

    async def require_no_user(
        self, room: str, *, create: bool = False, field: str = "target", hint: str = "give to= or room= instead."
    ) -> None:
        """Raise `Invalid` if what looks like a shared room is a user's id, or could be that of one to ``create``.

        What is meant for one person must not reach a room because of the id that they have chosen.
        """
        if self.hosted and (create or await self._chat.lookup(lambda db: accounts.find(db, room) is not None)):
            raise Invalid(f"That can be a user's id, or a room: {hint}", field=field)

    async def id_named(self, username: str) -> str:
        """Return the id of the user who has a username that the application gives; raises `NotFound` or `Invalid`."""
        name = parsed(names.username, username, "username")
        if await self._chat.lookup(lambda db: users.find(db, name)) is None:
            raise NotFound("No user has that username.", field="username")
        return await self.id_of(name)

    async def id_of(self, username: str) -> str:
        """Return the id of the user who has a username."""
        return await self._chat.lookup(lambda db: accounts.id_of(db, username))


def parsed(parse: Callable[[str], T], name: object, field: str) -> T:
    """Return what ``parse`` makes of a name; raises `Invalid`."""
    if not isinstance(name, str):
        raise Invalid(f"This must be text, not {type(name).__name__}.", field=field)
    try:
        return parse(name)
    except ValueError as error:
        raise Invalid(str(error), field=field) from None
