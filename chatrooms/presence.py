"""Who is here: derived from whether a personal room is occupied, with a few seconds of grace."""

from __future__ import annotations

import asyncio
from typing import Literal, TypedDict

from pydantic import Field

from chatrooms import names
from chatrooms.commands import Caller, Params, live
from chatrooms.live import Live, Signal
from chatrooms.params import Username
from chatrooms.wire import failures

State = Literal["online", "offline"]


class Watch(Params):
    """All the people whose presence the caller wants to hear of from now on, 500 at most."""

    usernames: list[Username] = Field(max_length=500, fail_fast=True)


class States(TypedDict):
    """Who is here now."""

    states: dict[str, State]


@live("presence.watch")
async def watch(live: Live, me: Caller, p: Watch) -> States:
    """Who of these is here now. A socket hears ``presence`` signals of them until it watches others."""
    if me.sid is not None:
        await live.watch(me.sid, p.usernames)
    return {"states": {name: "online" if live.here(name) else "offline" for name in p.usernames}}


class Presence:
    """Tells the watchers of a person when they come, and, if they stay away for ``grace`` seconds, that they left."""

    def __init__(self, live: Live, grace: float) -> None:
        self._live, self._grace = live, grace
        self._leaving: dict[str, asyncio.TimerHandle] = {}
        self._telling: set[asyncio.Task[None]] = set()
        live.server.manager.occupied = self.came
        live.server.manager.vacated = self.went
        live.lingering = self._leaving

    def came(self, room: str) -> None:
        """A room got its first socket."""
        if names.kind(room) != "personal":
            return
        leaving = self._leaving.pop(room, None)
        if leaving:
            leaving.cancel()
        else:
            self._tell(room, "online")

    def went(self, room: str) -> None:
        """A room lost its last socket."""
        if names.kind(room) == "personal":
            self._leaving[room] = asyncio.get_running_loop().call_later(self._grace, self._gone, room)

    def close(self) -> None:
        """Nobody is here any more, and nobody is left to be told."""
        for timer in self._leaving.values():
            timer.cancel()
        self._leaving.clear()
        for task in self._telling:
            task.cancel()

    def _gone(self, username: str) -> None:
        del self._leaving[username]
        self._tell(username, "offline")

    def _tell(self, username: str, state: State) -> None:
        told = Signal(names.watchers(username), username, "presence", {"state": state})
        task = asyncio.ensure_future(failures.reported("telling who is here failed", self._live.signal([told])))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)
