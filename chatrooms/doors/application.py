"""The application's door: what a host application can call, and what of its own is called."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from copy import copy
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

from chatrooms.doors import own_events
from chatrooms.doors.host_handlers import HostHandlers
from chatrooms.doors.host_live import HostLive
from chatrooms.doors.host_posting import HostPosting
from chatrooms.doors.host_users import HostUsers
from chatrooms.errors import Invalid, Refusal
from chatrooms.features.files import portraits
from chatrooms.identity import hand_over, removing
from chatrooms.identity.accounts import User
from chatrooms.lifetime import Lifetime
from chatrooms.outbox import require_known
from chatrooms.pipeline.act import APPLICATION, Caller
from chatrooms.pipeline.broadcast import Broadcast
from chatrooms.pipeline.pipeline import Pipeline
from chatrooms.settings import Settings

if TYPE_CHECKING:
    from chatrooms.client.rows import Message

AT_ONCE = 500
"""How many messages of `ApplicationDoor.post_all` are posted together."""


class ApplicationDoor(HostHandlers):
    """The calls of a host application, and its handlers.

    People are named by the ids that `authenticate` answers, exactly; in a chat without it, by their usernames. Await
    the calls on any event loop. They raise a `Refusal`, such as `NotFound`, and `NotRunning` before and after the
    chat's lifespan.
    """

    settings: Settings
    _lifetime: Lifetime
    _broadcast: Broadcast
    _pipeline: Pipeline
    _users: HostUsers
    _posting: HostPosting
    _live: HostLive
    _me: Caller = APPLICATION

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
        posts once and returns the stored message; so does posting with the same ``id``, a UUID. Give only one of them.
        """
        given = {"reply_to": reply_to, "data": data, "id": id}
        return await self._lifetime.call(
            self._posting.post,
            (target, to, room, thread),
            text,
            given=given,
            me=self._me,
            author=author,
            create=create,
            key=key,
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

    def post_many_sync(self, messages: Iterable[tuple[str, str]], **how: Any) -> list[Message | Refusal]:
        """Post many messages from a thread, as `post_sync` posts."""
        return self._lifetime.call_sync(self.post_many, messages, **how)

    async def post_all(self, messages: Iterable[Mapping[str, Any]]) -> list[Message | Refusal]:
        """Post many messages, each with what `post` takes, and return each as it was stored, or why it was not.

        Raises ``TypeError``, before any is posted, if `post` does not take what one of them has.
        """
        given = list(messages)
        for message in given:
            require_known(message)
        return await self._lifetime.call(self._post_all, given)

    async def add_user(self, user: User | str) -> str:
        """Add a user who has not come yet, so that you can write to and invite them; return their username.

        Adding them again only changes their name and role, and lets a user come back whom you have removed. Raises
        ``ValueError`` if the id cannot be one, and for somebody new in a chat without `authenticate`.
        """
        return await self._lifetime.call(self._add, user if isinstance(user, User) else User(user))

    def add_user_sync(self, user: User | str) -> str:
        """Add a user from a thread, as `post_sync` posts."""
        return self._lifetime.call_sync(self.add_user, user)

    async def remove_user(self, id: str) -> None:
        """Remove a user, such as one who has left your company, until you add them again.

        All their connections end at once, and none is accepted, whatever `authenticate` answers; `post`, `run` and
        invitations no longer reach them. They are in no list of people and in no group, and no longer belong to shared
        rooms, where the next owner follows them as if they had left. Their sessions and service keys end, and a role
        above ``member``.

        What they wrote stays, under their name, and so do conversations with them. The id and the username stay theirs:
        after `add_user`, they find their conversations again as they left them, and are invited to rooms anew. A
        suspension that a moderator made before stays. Removing them again has no effect. Raises `NotFound`.
        """
        await self._lifetime.call(self._remove, id)

    def remove_user_sync(self, id: str) -> None:
        """Remove a user from a thread, as `post_sync` posts."""
        self._lifetime.call_sync(self.remove_user, id)

    async def set_picture(self, id: str, picture: bytes | None) -> None:
        """Give a user the picture in these bytes, such as those of a JPEG, or with None take theirs away.

        Its middle is shown, without what it may say of places. Giving the same again has no effect. The user can choose
        another one. Raises `NotFound`, `Suspended`, and `Invalid`, `TooLarge` or `NoSpace` for what cannot become one.
        """
        await self._lifetime.call(self._set_picture, id, picture)

    def set_picture_sync(self, id: str, picture: bytes | None) -> None:
        """Give a user a picture from a thread, as `post_sync` posts."""
        self._lifetime.call_sync(self.set_picture, id, picture)

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

    def username_sync(self, id: str) -> str:
        """Return the username of a user, in a thread."""
        return self._lifetime.call_sync(self.username, id)

    async def user_id(self, username: str) -> str:
        """Return the id of the user who has a username, such as the ``author`` of a message.

        Without an account, such as in a chat without `authenticate`, it is the username. Raises `NotFound`.
        """
        return await self._lifetime.call(self._users.id_named, username)

    def user_id_sync(self, username: str) -> str:
        """Return the id of a user, in a thread."""
        return self._lifetime.call_sync(self.user_id, username)

    async def disconnect(self, id: str) -> None:
        """End every connection and token of a user at once; `authenticate`, or a new token, lets them reconnect.

        Someone who has never come has none, which is not an error: call it after each logout.
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
        await self._lifetime.call(self._live.signal, to, type, data, room)

    def signal_sync(self, to: str | None, type: str, data: Any = None, *, room: str | None = None) -> None:
        """Emit a signal from a thread, as `post_sync` posts."""
        self._lifetime.call_sync(self.signal, to, type, data, room=room)

    async def emit(self, event: str, data: Any, *, to: str | list[str] | None = None, room: str | None = None) -> None:
        """Emit an event of your own to Socket.IO clients of yours: addressed as a `signal`, or ``to`` several.

        An empty ``to`` reaches no one. The chat's own pages do not hear it. Raises `NotFound` for a user or a room that
        does not exist, and `Invalid` for an event of the chat's own, such as ``change``, and for data that are no JSON.
        """
        own_events.require_own(event, data)
        await self._lifetime.call(self._live.emit, event, data, to, room)

    def emit_sync(self, event: str, data: Any, *, to: str | list[str] | None = None, room: str | None = None) -> None:
        """Emit your own event from a thread, as `post_sync` posts."""
        self._lifetime.call_sync(self.emit, event, data, to=to, room=room)

    async def run(self, command: str, params: Mapping[str, Any], *, username: str | None = None) -> dict[str, Any]:
        """Run any command as the user with that id, with their permissions and rates, and return its result.

        Without one, the application itself runs it: it may read, post, edit, delete and moderate in all rooms, also in
        conversations that it is not in, and has no rates.
        """
        return await self._lifetime.call(self._run, command, params, username)

    def run_sync(self, command: str, params: Mapping[str, Any], *, username: str | None = None) -> dict[str, Any]:
        """Run any command from a thread, as `post_sync` posts."""
        return self._lifetime.call_sync(self.run, command, params, username=username)

    def sockets_in(self, room: str) -> list[str]:
        """Return the ids of this process's sockets in ``room``; empty while the chat is not running."""
        return self._broadcast.sockets.inside(room)

    async def _post_all(self, messages: Iterable[Mapping[str, Any]]) -> list[Message | Refusal]:
        posted: list[Message | Refusal] = []
        left = iter(messages)
        while some := list(islice(left, AT_ONCE)):
            for result in await asyncio.gather(*(self.post(**how) for how in some), return_exceptions=True):
                if isinstance(result, BaseException) and not isinstance(result, Refusal):
                    raise result
                posted.append(result)
        return posted

    async def _add(self, user: User) -> str:
        await self._users.require_addable(user.id)
        return await removing.add(self._pipeline, user)

    async def _hand_over(self, user: User, minutes: float) -> str:
        self._users.require_hosted()
        return await hand_over.hand_over(self._pipeline, user, hand_over.lasting(minutes))

    async def _run(self, command: str, params: Mapping[str, Any], id: str | None) -> dict[str, Any]:
        if not isinstance(params, Mapping):
            raise Invalid(f"The parameters of a command are an object, not {type(params).__name__}.", field="params")
        me = self._me if id is None else await self._users.active(id)
        return cast("dict[str, Any]", await self._pipeline.run(command, dict(params), me))

    async def _disconnect(self, id: str) -> None:
        if (username := await self._users.known(id)) is not None:
            await hand_over.disconnect(self._pipeline, username)

    async def _remove(self, id: str) -> None:
        await removing.remove(self._pipeline, (await self._users.person(id)).username)

    async def _set_picture(self, id: str, picture: bytes | None) -> None:
        if not isinstance(picture, bytes | None):
            raise Invalid(f"A picture is given as bytes, not {type(picture).__name__}.", field="picture")
        await portraits.give(self._pipeline, (await self._users.active(id)).username, picture)

    async def _id_of(self, username: str) -> str:
        return await self._users.id_of(username)

    async def _username_of(self, id: str) -> str | None:
        return await self._users.known(id)


def acting(door: ApplicationDoor, me: Caller) -> ApplicationDoor:
    """Return a door whose messages and commands are those of the application with a service key."""
    made = copy(door)
    made._me = me  # noqa: SLF001 - it is this one's copy
    return made
