"""Presence: a person is online while their personal room has sockets, and for a few seconds of grace."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Literal

from pydantic import Field
from typing_extensions import TypedDict

from chatrooms import names
from chatrooms.events import Signal
from chatrooms.pipeline import tenants
from chatrooms.pipeline.act import Caller
from chatrooms.pipeline.broadcast import Broadcast
from chatrooms.pipeline.chat import Chat
from chatrooms.pipeline.commands import Params, live
from chatrooms.pipeline.feature import Feature
from chatrooms.types import Username
from chatrooms.wire import failures

State = Literal["online", "offline"]


class Watch(Params):
    """The people to watch, at most 500."""

    usernames: list[Username] = Field(
        max_length=500, fail_fast=True, description="The people to watch; they replace those of the previous call."
    )


class States(TypedDict):
    """Whether each person is online or offline, by username."""

    states: dict[str, State]


def _anyone(_me: Caller, _p: Watch) -> None:
    """Allow every signed-in person to watch anyone whom they see: presence is not secret."""


class Presence:
    """Signals a person's watchers when they come online, and when they have been gone for ``grace`` seconds."""

    def __init__(self, broadcast: Broadcast, chat: Chat) -> None:
        self._broadcast, self._chat, self._grace = broadcast, chat, chat.settings.presence_grace
        self._leaving: dict[str, asyncio.TimerHandle] = {}
        self._sending: set[asyncio.Task[None]] = set()
        broadcast.server.use(occupied=self.came, vacated=self.went)
        broadcast.people.watch(self._send)

    async def seen(self, me: Caller, usernames: Sequence[str]) -> set[str]:
        """Return those of some people whom the caller sees, and without tenants those who are still to come."""
        return await self._chat.lookup(lambda db: tenants.watchable(db, me, usernames))

    async def watch(self, sid: str, usernames: Iterable[str]) -> None:
        """Make a socket receive the presence of exactly these people."""
        await self._broadcast.alignment.enter(sid, {names.watchers(name) for name in usernames}, "watchers")

    def state(self, username: str) -> State:
        """Return whether a person is online; while they may be reloading the page, they still are."""
        return "online" if username in self._broadcast.people.online else "offline"

    def came(self, room: str) -> None:
        """Handle the first socket in ``room``."""
        if names.kind(room) != "personal":
            return
        if leaving := self._leaving.pop(room, None):
            leaving.cancel()
        self._broadcast.announce(room, online=True)

    def went(self, room: str) -> None:
        """Handle the loss of the last socket in ``room``."""
        if names.kind(room) == "personal":
            self._leaving[room] = asyncio.get_running_loop().call_later(self._grace, self._gone, room)

    def close(self) -> None:
        """Cancel all timers and signals that are still to be sent."""
        for timer in self._leaving.values():
            timer.cancel()
        self._leaving.clear()
        self._broadcast.people.close()
        for task in self._sending:
            task.cancel()

    def _gone(self, username: str) -> None:
        del self._leaving[username]
        self._broadcast.announce(username, online=False)

    def _send(self, username: str, is_online: bool) -> None:  # noqa: FBT001 - as `OnlinePeople.watch` calls it
        """Signal this node's watchers; other nodes signal theirs."""
        state: State = "online" if is_online else "offline"
        signal = Signal(names.watchers(username), username, "presence", {"state": state})
        task = asyncio.ensure_future(failures.reported("sending presence failed", self._broadcast.deliver, [signal]))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)


@live("presence.watch", may=_anyone, repeatable=True, scope="read")
async def watch(presence: Presence, me: Caller, p: Watch) -> States:
    """Return which of these people are online, and send their ``presence`` signals until you watch others.

    Signals go to the socket that made the call; over HTTP there are none.
    """
    seen = await presence.seen(me, p.usernames)
    if me.sid is not None:
        await presence.watch(me.sid, seen)
    return {"states": {name: presence.state(name) if name in seen else "offline" for name in p.usernames}}


FEATURE = Feature(commands=(watch,), component=Presence)
