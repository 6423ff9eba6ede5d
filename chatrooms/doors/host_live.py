"""What the host application emits to those who are there now: signals, and events of its own. Nothing is stored."""

from __future__ import annotations

import asyncio
from typing import Any

from chatrooms import names
from chatrooms.doors.host_users import HostUsers
from chatrooms.events import Emission, Signal
from chatrooms.pipeline import parsing
from chatrooms.pipeline.broadcast import Broadcast
from chatrooms.pipeline.signal_fields import SignalFields


class HostLive:
    """Emits for the application."""

    def __init__(self, broadcast: Broadcast, users: HostUsers) -> None:
        self._broadcast, self._users = broadcast, users

    async def signal(self, to: str | None, type: str, data: Any, room: str | None) -> None:
        """Emit a signal, as `ApplicationDoor.signal` does."""
        said = parsing.parsed(SignalFields, {"type": type, "data": data})
        where = await self._users.place(to, room)
        await self._broadcast.publish([Signal(where, names.APPLICATION, said.type, said.data)])

    async def emit(self, event: str, data: Any, to: str | list[str] | None, room: str | None) -> None:
        """Emit an event, as `ApplicationDoor.emit` does."""
        several = room is None and to is not None
        places = await self._places(to) if several else [await self._users.place(to, room)]
        rooms = dict.fromkeys(name for place in places for name in names.recipients(place))
        await self._broadcast.publish([Emission(event, data, tuple(rooms))])

    async def _places(self, to: str | list[str] | None) -> list[str]:
        """Return the rooms of what an event is emitted to; of nothing, none."""
        several = to if isinstance(to, list | tuple | set) else [to] if to else []
        return await asyncio.gather(*map(self._users.place, several))
