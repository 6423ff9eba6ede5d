"""The revs up to which a node has broadcast the changes of rooms, and the rooms where it misses some."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping

from chatrooms.events import Change


class Heads:
    """The rooms of a node's sockets: those that are not here have no socket that would receive their changes.

    ``wanted`` are the rooms with a gap.
    """

    def __init__(self) -> None:
        self._revs: dict[str, int] = {}
        self.wanted: dict[str, None] = {}
        self._news = asyncio.Event()

    def __contains__(self, room: str) -> bool:
        return room in self._revs

    def rev(self, room: str) -> int | None:
        """Return the rev up to which the changes of a room were broadcast."""
        return self._revs.get(room)

    def now(self) -> dict[str, int]:
        """Return the revs of all rooms."""
        return dict(self._revs)

    def begin(self, revs: Mapping[str, int]) -> None:
        """Follow rooms from these revs on, or from earlier ones if they are followed already."""
        for room, rev in revs.items():
            self._revs.setdefault(room, rev)

    def forget(self, rooms: Iterable[str]) -> None:
        """Forget rooms that have no sockets any more."""
        for room in rooms:
            self._revs.pop(room, None)
            self.wanted.pop(room, None)

    def take(self, change: Change) -> bool:
        """Return whether a change is to be broadcast now, and count it as that; after a gap, want its room."""
        since = change.rev - 1 if change.since is None else change.since
        last = self._revs.get(change.room)
        if last is None or change.rev <= last:
            return False
        if since > last:
            self.need(change.room)
            return False
        self._revs[change.room] = change.rev
        return True

    def hear(self, room: str, rev: int) -> None:
        """Want a room that has this rev, if the node follows it and has not broadcast as much."""
        last = self._revs.get(room)
        if last is not None and rev > last:
            self.need(room)

    def need(self, room: str) -> None:
        """Want a room."""
        self.wanted[room] = None
        self._news.set()

    async def wait(self) -> None:
        """Wait until a room is wanted."""
        while not self.wanted:
            self._news.clear()
            await self._news.wait()

    def pick(self, most: int) -> dict[str, int]:
        """Return the revs of wanted rooms, which are wanted no longer."""
        picked = list(self.wanted)[:most]
        for room in picked:
            del self.wanted[room]
        return {room: self._revs[room] for room in picked if room in self._revs}

    def clear(self) -> None:
        """Forget all rooms."""
        self._revs.clear()
        self.wanted.clear()
        self._news = asyncio.Event()


def batches(revs: Mapping[str, int], size: int) -> Iterator[dict[str, int]]:
    """Yield parts of some revs."""
    rooms = list(revs)
    for start in range(0, len(rooms), size):
        yield {room: revs[room] for room in rooms[start : start + size]}
