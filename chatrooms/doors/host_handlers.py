"""What of a host application's own is called: its handlers, its events, and its decisions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

from chatrooms import names
from chatrooms.doors import handlers
from chatrooms.doors.commit_handlers import CommitHandlers, OnChange, OnJoin, OnMessage
from chatrooms.doors.connection_handlers import ConnectionHandlers, OnConnect, OnDisconnect
from chatrooms.doors.own_events import OwnEvents
from chatrooms.doors.policies import Decide, Policies
from chatrooms.identity.accounts import User

C = TypeVar("C", bound=OnConnect)
D = TypeVar("D", bound=Decide)
E = TypeVar("E", bound=OnDisconnect)
H = TypeVar("H", bound=Callable[..., Awaitable[Any]])
J = TypeVar("J", bound=OnJoin)
M = TypeVar("M", bound=OnMessage)
V = TypeVar("V", bound=OnChange)


class HostHandlers:
    """Takes the functions of a host application, mostly as decorators."""

    _commits: CommitHandlers
    _connections: ConnectionHandlers
    _own: OwnEvents
    _policies: Policies

    @overload
    def on_message(
        self, handler: M, *, room: str | None = None, direct: bool = False, mention: str | None = None
    ) -> M: ...

    @overload
    def on_message(
        self, handler: None = None, *, room: str | None = None, direct: bool = False, mention: str | None = None
    ) -> Callable[[M], M]: ...

    def on_message(
        self,
        handler: OnMessage | None = None,
        *,
        room: str | None = None,
        direct: bool = False,
        mention: str | None = None,
    ) -> Any:
        """Have a coroutine function called with each new message, or only with those in ``room`` and its threads.

        If ``direct``, it gets those that people write to the application, in the conversations with it; with the id of
        a user as ``mention``, those of others that mention this user, and all in conversations with them.
        The application's own messages are left out. Within a room, the next call waits for the last one; nothing else
        waits for them, and their exceptions are logged, without the text, which may quote messages. Messages that are
        posted while the chat does not run, or that wait while it ends, are missed. Use it as ``@chat.on_message`` or
        ``@chat.on_message(room="#support")``. Raises ``ValueError`` for a ``room`` that is neither shared nor a
        conversation, and for a shared one if ``direct``.
        """
        where = _heard(room, "shared", "conversation", "thread")
        if direct and where and names.APPLICATION not in names.people(names.base(where)):
            raise ValueError(f"Nobody writes to the application in {room!r}: give direct=True or room, not both.")
        who = None if mention is None else User(mention).id
        return handlers.decorated(
            lambda given: self._commits.on_message(given, where, direct=direct, mention=who), handler
        )

    @overload
    def on_join(self, handler: J, *, room: str | None = None) -> J: ...

    @overload
    def on_join(self, handler: None = None, *, room: str | None = None) -> Callable[[J], J]: ...

    def on_join(self, handler: OnJoin | None = None, *, room: str | None = None) -> Any:
        """Have a coroutine function called with the user's id and the room for each new member of a shared room.

        However they have come: the lobby, an invitation, by themselves. It is called as that of `on_message` is. Raises
        ``ValueError`` for a ``room`` that is not shared.
        """
        where = _heard(room, "shared")
        return handlers.decorated(lambda given: self._commits.on_join(given, where), handler)

    @overload
    def on_change(self, handler: V, *, room: str | None = None) -> V: ...

    @overload
    def on_change(self, handler: None = None, *, room: str | None = None) -> Callable[[V], V]: ...

    def on_change(self, handler: OnChange | None = None, *, room: str | None = None) -> Any:
        """Have a coroutine function called with each change of all rooms, people's own included, or of one.

        It gets what clients get in ``change``: the ``room``, its ``rev``, and the rows that changed, by table, such as
        ``messages`` that are new, edited or deleted. Your application's own changes come too. It is called as that of
        `on_message` is; where changes are missed, the next ``rev`` is greater by more than one. A ``room`` without
        ``#`` is the own room of the person with that username. Raises ``ValueError`` for what is no room.
        """
        where = _heard(room, "shared", "conversation", "thread", "personal")
        return handlers.decorated(lambda given: self._commits.on_change(given, where), handler)

    def on_connect(self, handler: C) -> C:
        """Have a coroutine function called for each socket that has connected: with the user's id and the handshake.

        Nothing waits for it, its exceptions are logged, and when the chat ends it is cancelled. While 16 calls for a
        person have not returned, or one for the same connection, further sockets are rejected as ``rate_limited``.
        """
        self._connections.on_connect(handler)
        return handler

    def on_disconnect(self, handler: E) -> E:
        """Have a coroutine function called with the user's id for each socket that has disconnected."""
        self._connections.on_disconnect(handler)
        return handler

    def may_create(self, decide: D) -> D:
        """Have a function decide who may create a room: with the user's id and the room's name, it returns a bool.

        It is asked before the command runs, and so is that of `may_write`. A coroutine function runs on the event loop,
        any other in a thread; others do not wait for it. The answer must be true: a function that fails rejects the
        command, and is logged; so does one that takes longer than 5 s. To give a reason, raise a `Refusal`. It is not
        asked about what the application itself does, but about calls that act as a user, such as by ``author``. What
        the chat's own rules reject, it cannot allow.
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
        if not isinstance(name, str):
            raise TypeError('An event has a name: use @chat.event("vote").')

        def declare(handler: H) -> H:
            self._own.declare(name, handler)
            return handler

        return declare


def _heard(room: str | None, *kinds: str) -> str | None:
    """Return the normalized name of a room, or of a thread in one; raises ``ValueError`` for another kind.

    A name without ``#`` is that of a person's own room, where nobody else writes: mostly, the ``#`` was forgotten.
    """
    where = None if room is None else names.durable(room)
    if where and not {names.kind(where), names.kind(names.base(where))} <= {*kinds}:
        raise ValueError(
            f"This hears nothing of {room!r}. The name of a shared room begins with #, such as '#support'."
        )
    return where
