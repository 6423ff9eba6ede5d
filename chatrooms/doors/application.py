"""The application's door: what a host application can call, and what of its own is called."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import timedelta
from itertools import islice
from typing import Any, TypeVar

from chatrooms import names
from chatrooms.doors import handlers, own_events
from chatrooms.doors.greeting import Greeting, OnConnect, OnDisconnect
from chatrooms.doors.hearing import Hearing, OnMessage
from chatrooms.doors.host_posting import HostPosting
from chatrooms.doors.host_users import HostUsers, parsed
from chatrooms.doors.own_events import OwnEvents
from chatrooms.doors.policies import Decide, Policies
from chatrooms.errors import Invalid, NotFound, Refusal
from chatrooms.events import Emission, Signal
from chatrooms.features import signals, users
from chatrooms.identity import hand_over, removing
from chatrooms.identity.accounts import User
from chatrooms.lifetime import Lifetime
from chatrooms.pipeline import access, parsing
from chatrooms.pipeline.broadcast import Broadcast
from chatrooms.pipeline.pipeline import Pipeline
from chatrooms.settings import Settings
from chatrooms.storage.rows import Message

T = TypeVar("T")
D = TypeVar("D", bound=Decide)
H = TypeVar("H", bound=Callable[..., Awaitable[Any]])

AT_ONCE = 500
"""How many messages of `ApplicationDoor.post_all` are posted together."""


class ApplicationDoor:
    """The calls of a host application, and its handlers.

    People are named by the ids that `authenticate` answers, exactly; in a chat without it, by their usernames. Await
    the calls on any event loop. They raise a `Refusal`, such as `NotFound`, and `NotRunning` before and after the
    chat's lifespan.
    """

    settings: Settings
    _lifetime: Lifetime
    _broadcast: Broadcast
    _pipeline: Pipeline
    _hearing: Hearing
    _greeting: Greeting
    _users: HostUsers
    _own: OwnEvents
    _posting: HostPosting
    _policies: Policies

    async def post(
        self,
        target: str | None = None,
        text: str = "",
        *,
        to: str | None = None,
        room: str | None = None,
        thread: str | None = None,
        reply_to: str | None = None,
        author: str | None = None,
        create: bool = False,
        data: Mapping[str, Any] | None = None,
        key: str | None = None,
        id: str | None = None,
    ) -> Message:
        """Store a message, emit it to every tab and device of those whom it is for, and return it.

        ``target`` is a shared room, such as ``#lobby``, or else the id of a user; what is both is `Invalid`. Give
        ``to`` instead where people choose their ids, ``room`` for any room's name, ``thread`` for the id of the message
        to reply under, or only ``reply_to``, the id of a message that this one quotes in its room.

        Without an ``author``, the application itself posts: its messages to a user are a conversation with it, under
        its name, which the user can answer (see `on_message`). With the id of an ``author``, that user posts, with
        their permissions. A user who has not come yet is `NotFound`, unless you ``create`` them (see `add_user`).

        ``data`` is an object in JSON for clients of your own. Posting twice with the same ``key``, any text, in a room
        posts once and returns the stored message; so does posting with the same ``id``, a UUID.
        """
        given = {"reply_to": reply_to, "data": data, "id": id}
        return await self._lifetime.call(
            self._posting.post, (target, to, room, thread), text, given=given, author=author, create=create, key=key
        )

    def post_sync(self, target: str | None = None, text: str = "", **how: Any) -> Message:
        """Post from a thread, for instance in a ``def`` endpoint, a worker, or another framework's signal handler.

        Takes what `post` takes. Blocks until the message is stored. Raises what `post` raises, and `WouldBlock` on the
        thread of the chat's own event loop: ``await post(...)`` there.
        """
        return self._lifetime.call_sync(self.post, target, text, **how)

    async def post_many(self, messages: Iterable[tuple[str, str]], **how: Any) -> list[Message | Refusal]:
        """Post many messages, each a target and a text, and return each as it was stored, or why it was not.

        Takes what `post` takes otherwise. The order of messages to one target is kept.
        """
        return await self.post_all({"target": target, "text": text, **how} for target, text in messages)

    async def post_all(self, messages: Iterable[Mapping[str, Any]]) -> list[Message | Refusal]:
        """Post many messages, each with what `post` takes, and return each as it was stored, or why it was not."""
        return await self._lifetime.call(self._post_all, messages)

    async def add_user(self, user: User | str) -> str:
        """Add a user who has not come yet, so that you can write to and invite them; return their username.

        Adding them again only changes their name and role, and lets a user come back whom you have removed. Raises
        ``ValueError`` if the id cannot be one.
        """
        return await self._lifetime.call(removing.add, self._pipeline, user if isinstance(user, User) else User(user))

    def add_user_sync(self, user: User | str) -> str:
        """Add a user from a thread, as `post_sync` posts."""
        return self._lifetime.call_sync(self.add_user, user)

    async def remove_user(self, id: str) -> None:
        """Remove a user, such as one who has left your company, until you add them again.

        All their connections end at once, and none is accepted, whatever `authenticate` answers; `post`, `run` and
        invitations no longer reach them. They are in no list of people, and no longer belong to shared rooms, where the
        next owner follows them as if they had left. Their sessions and service keys end, and a role above ``member``.

        What they wrote stays, under their name, and so do conversations with them. The id and the username stay theirs:
        after `add_user`, they find their conversations again, and are invited to rooms anew. A suspension that a
        moderator made before stays. Removing them again has no effect. Raises `NotFound`.
        """
        await self._lifetime.call(self._remove, id)

    def remove_user_sync(self, id: str) -> None:
        """Remove a user from a thread, as `post_sync` posts."""
        self._lifetime.call_sync(self.remove_user, id)

    async def hand_over(self, user: User | str, *, minutes: float = 15) -> str:
        """Return a token by which a page connects as a user for that many minutes, without `authenticate`.

        For visitors whom your application knows only by a page, and for pages of other origins in ``settings.origins``
        (see docs/widget.md). The token proves that user: give it to their page alone. The chat takes their name and
        role at once, as `add_user` does; the token says neither, so an old one gives nothing back. Connections that are
        open end some minutes after it has expired. Raises ``ValueError`` if the id cannot be one, for more than a day,
        and in a chat without `authenticate`.
        """
        return await self._lifetime.call(self._hand_over, user if isinstance(user, User) else User(user), minutes)

    def hand_over_sync(self, user: User | str, *, minutes: float = 15) -> str:
        """Return what `hand_over` returns, from a thread, for instance in a Django view."""
        return self._lifetime.call_sync(self.hand_over, user, minutes=minutes)

    async def username(self, id: str) -> str:
        """Return the username of a user; raises `NotFound` before they have come or were added."""
        return (await self._lifetime.call(self._users.person, id)).username

    async def user_id(self, username: str) -> str:
        """Return the id of the user who has a username, such as the ``author`` of a message.

        Without an account, such as in a chat without `authenticate`, it is the username.
        """
        return await self._lifetime.call(self._id_of, username)

    async def disconnect(self, id: str) -> None:
        """End every connection and token of a user at once; `authenticate`, or a new token, lets them reconnect.

        Someone who has never come has none, which is no error: call it after each logout.
        """
        await self._lifetime.call(self._disconnect, id)

    def disconnect_sync(self, id: str) -> None:
        """End every connection of a user from a thread, as `post_sync` posts."""
        self._lifetime.call_sync(self.disconnect, id)

    async def signal(self, to: str | None, type: str, data: Any = None, *, room: str | None = None) -> None:
        """Emit a live signal, which is not stored, to a shared room or else to a user by their id; or to any ``room``.

        What is both a room and a user's id is `Invalid`: give ``room``. Pages get it as an event ``chatrooms:signal``
        on ``window``, with the signal as its ``detail``. What people cannot signal is `Invalid`: more than 64 KiB,
        or a ``type`` of the server's own, such as ``typing``.
        """
        await self._lifetime.call(self._signal, to, type, data, room)

    async def emit(self, event: str, data: Any, *, to: str | list[str]) -> None:
        """Emit your own event to the sockets in one or more rooms; an empty ``to`` reaches no one.

        Raises `Invalid` for an event of the chat's own, such as ``change``, and for data that are no JSON.
        """
        own_events.require_own(event, data)
        rooms = (to,) if isinstance(to, str) else tuple(to or ())
        await self._lifetime.call(self._broadcast.publish, [Emission(event, data, rooms)])

    async def run(self, command: str, params: Mapping[str, Any], *, username: str) -> dict[str, Any]:
        """Run any command as the user with that id, with their permissions, and return its result."""
        return await self._lifetime.call(self._run, command, params, username)

    def sockets_in(self, room: str) -> list[str]:
        """Return the ids of this process's sockets in ``room``; empty while the chat is not running."""
        return self._broadcast.sockets_in(room)

    def on_message(self, handler: OnMessage | None = None, *, room: str | None = None) -> Any:
        """Have a coroutine function called with each new message, or only with those in ``room`` and its threads.

        The application's own messages are left out. Within a room, the next call waits for the last one; nothing else
        waits for them, and their exceptions are logged. Messages that are posted while the chat does not run, or that
        wait while it ends, are missed. Use it as ``@chat.on_message`` or ``@chat.on_message(room="#support")``.
        """
        return handlers.decorated(lambda given: self._hearing.add(given, room and names.durable(room)), handler)

    def on_connect(self, handler: OnConnect) -> OnConnect:
        """Have a coroutine function called for each socket that has connected: with the user's id and the handshake.

        Nothing waits for it, its exceptions are logged, and when the chat ends it is cancelled. While 16 calls for a
        person have not returned, or one for the same connection, further sockets are rejected as ``rate_limited``.
        """
        self._greeting.on_connect(handler)
        return handler

    def on_disconnect(self, handler: OnDisconnect) -> OnDisconnect:
        """Have a coroutine function called with the user's id for each socket that has disconnected."""
        self._greeting.on_disconnect(handler)
        return handler

    def may_create(self, decide: D) -> D:
        """Have a function decide who may create a room: with the user's id and the room's name, it returns a bool.

        It is asked before the command runs, and so is that of `may_write`. A coroutine function runs on the event loop,
        any other in a thread; others do not wait for it. The answer must be true: a function that fails rejects the
        command, and is logged; so does one that takes longer than 5 s. To give a reason, raise a `Refusal`. Your own
        calls are not asked about. What the chat's own rules reject, it cannot allow.
        """
        self._policies.add("create", decide)
        return decide

    def may_write(self, decide: D) -> D:
        """Have a function decide who may write to whom: with the ids of both users, it returns a bool.

        It is asked about each other person of a conversation in which a user posts, edits, reacts or types, and about
        people whom a user signals or invites to a room.
        """
        self._policies.add("write", decide)
        return decide

    def event(self, name: str) -> Callable[[H], H]:
        """Have a coroutine function answer an event of your own, which pages emit on the socket or send by HTTP.

        It gets the user's id and the parameters: a dict, or the pydantic model that it is annotated with. What it
        returns is the acknowledgement's ``result``; a `Refusal` that it raises is its ``error``. Use it as
        ``@chat.event("vote")``. Its docstring describes the event in the server's documents. Raises ``ValueError`` if a
        command or another event has that name, or it cannot be one.
        """

        def declare(handler: H) -> H:
            self._own.declare(name, handler)
            return handler

        return declare

    async def _post_all(self, messages: Iterable[Mapping[str, Any]]) -> list[Message | Refusal]:
        posted: list[Message | Refusal] = []
        left = iter(messages)
        while some := list(islice(left, AT_ONCE)):
            for result in await asyncio.gather(*(self.post(**how) for how in some), return_exceptions=True):
                if isinstance(result, BaseException) and not isinstance(result, Refusal):
                    raise result
                posted.append(result)
        return posted

    async def _hand_over(self, user: User, minutes: float) -> str:
        if not self._users.hosted:
            raise ValueError("Only a chat with authenticate hands users over: here, people join by name.")
        return await hand_over.hand_over(self._pipeline, user, timedelta(minutes=minutes))

    async def _signal(self, to: str | None, type: str, data: Any, room: str | None) -> None:
        if to is not None and room is not None:
            raise Invalid("Give one of to and room.", field="to")
        said = parsing.parsed(signals.Said, {"type": type, "data": data})
        where = await self._users.addressed(to) if room is None and self._users.hosted else None
        where = where or parsed(names.durable, to if room is None else room, "to")
        if not await self._pipeline.lookup(lambda db: access.known(db, where)):
            raise NotFound("No such room or person.", field="to")
        await self._broadcast.publish([Signal(where, users.SYSTEM, said.type, said.data)])

    async def _run(self, command: str, params: Mapping[str, Any], id: str) -> dict[str, Any]:
        result: dict[str, Any] = await self._pipeline.run(command, dict(params), await self._users.active(id))
        return result

    async def _disconnect(self, id: str) -> None:
        username = await self._users.known(id)
        if username is not None:
            await hand_over.disconnect(self._pipeline, username)

    async def _remove(self, id: str) -> None:
        await removing.remove(self._pipeline, (await self._users.person(id)).username)

    async def _id_of(self, username: str) -> str:
        return await self._users.id_of(username)
