"""Who is here: derived from whether a personal room is occupied, with a few seconds of grace."""

from __future__ import annotations

import asyncio
from typing import Literal

from pydantic import Field
from typing_extensions import TypedDict

from chatrooms import names
from chatrooms.events import Signal
from chatrooms.pipeline.broadcast import Broadcast
from chatrooms.pipeline.commands import Caller, Params, live
from chatrooms.pipeline.feature import Feature
from chatrooms.types import Username
from chatrooms.wire import failures

State = Literal["online", "offline"]


class Watch(Params):
    """The people to watch from now on, at most 500."""

    usernames: list[Username] = Field(
        max_length=500, fail_fast=True, description="The people to watch; they replace those of the call before."
    )


class States(TypedDict):
    """Who is online and who is offline, by username."""

    states: dict[str, State]


def _anyone(_me: Caller, _p: Watch) -> None:
    """Presence is no secret: everybody who is known may watch everybody."""


@live("presence.watch", may=_anyone)
async def watch(broadcast: Broadcast, me: Caller, p: Watch) -> States:
    """Return which of these people are online. Their ``presence`` signals follow, until you watch others.

    Watching concerns one socket: by HTTP the answer is all there is.
    """
    if me.sid is not None:
        await broadcast.watch(me.sid, p.usernames)
    return {"states": {name: "online" if broadcast.here(name) else "offline" for name in p.usernames}}


class Presence:
    """Emits the presence of people to their watchers: offline once they have been away for ``grace`` seconds."""

    def __init__(self, broadcast: Broadcast, grace: float) -> None:
        self._broadcast, self._grace = broadcast, grace
        self._leaving = broadcast.lingering
        self._telling: set[asyncio.Task[None]] = set()
        broadcast.server.use(occupied=self.came, vacated=self.went)

    def came(self, room: str) -> None:
        """Emit that a person is online, unless they only reloaded; called when a room gets its first socket."""
        if names.kind(room) != "personal":
            return
        leaving = self._leaving.pop(room, None)
        if leaving:
            leaving.cancel()
        else:
            self._tell(room, "online")

    def went(self, room: str) -> None:
        """Expect a person back for a while; called when a room loses its last socket."""
        if names.kind(room) == "personal":
            self._leaving[room] = asyncio.get_running_loop().call_later(self._grace, self._gone, room)

    def close(self) -> None:
        """Emit nothing more: every socket is closed."""
        for timer in self._leaving.values():
            timer.cancel()
        self._leaving.clear()
        for task in self._telling:
            task.cancel()

    def _gone(self, username: str) -> None:
        del self._leaving[username]
        self._tell(username, "offline")

    def _tell(self, username: str, state: State) -> None:
        signal = Signal(names.watchers(username), username, "presence", {"state": state})
        task = asyncio.ensure_future(failures.reported("telling who is here failed", self._broadcast.publish([signal])))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)


FEATURE = Feature(commands=(watch,))
