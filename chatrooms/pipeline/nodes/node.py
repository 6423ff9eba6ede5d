"""A node: it takes what others say, catches up where something is missing, and compares what nobody says."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from chatrooms import names
from chatrooms.errors import Unavailable
from chatrooms.events import Change, Emission, End, Event, Signal
from chatrooms.pipeline.broadcast import Broadcast
from chatrooms.pipeline.bus import Bus
from chatrooms.pipeline.bus.messages import Bye, Head, Message, Spent
from chatrooms.pipeline.nodes.gossip import DEAF, Gossip
from chatrooms.pipeline.nodes.heads import batches
from chatrooms.pipeline.nodes.local import Local
from chatrooms.pipeline.nodes.others import Others, revs, revs_received
from chatrooms.storage.facts import Facts
from chatrooms.storage.reader import Reader
from chatrooms.wire import failures

log = logging.getLogger(__name__)

SECONDS_TO_COMPARE = 2.0
SECONDS_WITHOUT_BUS = 0.05
"""How often rooms are compared when the bus is dead."""
SHARE, SHARE_WITHOUT_BUS = 20, 4
"""Comparing takes at most one part in so many of the time: with very many rooms it is done less often."""
ROOMS_AT_ONCE = 100
"""How many rooms catch up at a time."""
COMPARED_AT_ONCE = 500
WAITING = 20_000
"""How many messages of others may wait; when more come, all are dropped, and the rooms compared."""


class Node:
    """One of several servers on a database, while `running`."""

    def __init__(self, broadcast: Broadcast, others: Others, reader: Reader, local: Local, *, grace: float) -> None:
        self._broadcast, self._reader, self._local = broadcast, reader, local
        self._others, self._bus, self._heads = others, others.bus, others.heads
        self._gossip = Gossip(others.bus, broadcast.people, grace)
        self._waiting: deque[tuple[str, Message]] = deque()

    @asynccontextmanager
    async def running(self, facts: Facts) -> AsyncIterator[None]:
        """Be a node of the database with these facts, inside this context."""
        self._others.begin()
        self._waiting.clear()
        self._news, self._doubt, self._new = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._tuned: set[str] = set()
        await self._bus.clock.ask(self._reader)
        async with self._bus.running(facts, self):
            loops = (self._receive(), self._catch_up(), self._compare(), self._look_back(), self._gossip.beat())
            tasks = [asyncio.create_task(each) for each in loops]
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def bus(self) -> Bus:
        """What connects this node to the others."""
        return self._bus

    def count(self) -> int:
        """Return how many nodes there are, as far as this one hears."""
        return self._gossip.nodes()

    def degraded(self) -> dict[str, str]:
        """Return what makes the server slower than it could be, though everything works: the ``bus``, if it is dead."""
        silent = self._bus.silent()
        return {"bus": f"nothing came for {silent:.0f} s, so this server reads the database"} if silent > DEAF else {}

    def leave(self) -> None:
        """Let the other nodes know that this one ends, so that its people do not count as offline while they move."""
        self._bus.publish([Bye()])

    def hear(self, node: str, messages: Sequence[Message]) -> None:
        """Take the messages of another node, soon."""
        if len(self._waiting) > WAITING:
            self._waiting.clear()
            self.miss()
        self._waiting.extend((node, message) for message in messages)
        self._news.set()

    def miss(self) -> None:
        """Compare the rooms soon, because messages were lost."""
        self._doubt.set()

    def tuned(self, rooms: Collection[str]) -> None:
        """Compare these rooms soon, because they were not heard before."""
        self._tuned.update(rooms)
        self._new.set()

    async def _receive(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            waiting, self._waiting = self._waiting, deque()
            events = [event for node, message in waiting if (event := self._event(node, message))]
            if events:
                await failures.reported("delivering failed", self._broadcast.deliver, events)

    def _event(self, node: str, message: Message) -> Event | None:
        """Return what is to be delivered of a message, if it is that; take all others."""
        match message:
            case End():
                self._end(message)
                return message
            case Change() | Signal() | Emission():
                return message
            case Head():
                self._heads.hear(message.room, message.rev)
            case Spent():
                self._local.rates.count(message.rate, message.network)
            case _:
                self._gossip.hear(node, message)
        return None

    def _end(self, end: End) -> None:
        """Reject the commands of a session that another node ended, or of a person."""
        if names.kind(end.room) == "session":
            self._local.sessions.end([names.session_of(end.room)])
        elif end.bars:
            self._local.sessions.end([end.room])

    async def _catch_up(self) -> None:
        """Broadcast what is missing of the rooms that have a gap, whenever there are some."""
        while True:
            await self._heads.wait()
            known = self._heads.pick(ROOMS_AT_ONCE)
            try:
                found = await self._reader.read(partial(self._local.changes, known=known))
                await self._bring(found, known)
            except Unavailable:
                self._want_again(known)
                await asyncio.sleep(SECONDS_WITHOUT_BUS)
            except Exception:
                failures.report("catching up failed")
                self._want_again(known)
                await asyncio.sleep(SECONDS_TO_COMPARE)

    def _want_again(self, rooms: Iterable[str]) -> None:
        for room in rooms:
            self._heads.need(room)

    async def _bring(self, found: Sequence[Change], known: dict[str, int]) -> None:
        if any(change.rev < known[change.room] for change in found):
            await self._start_anew()
            return
        for change in found:
            if change.bare:  # whose rows would say who has left
                await self._align(change.room)
        await self._broadcast.deliver(found)

    async def _align(self, room: str) -> None:
        is_personal = names.kind(room) == "personal"
        for username in [room] if is_personal else self._broadcast.sockets.usernames_in(room):
            await self._broadcast.alignment.align(username)

    async def _look_back(self) -> None:
        """Compare the rooms that are heard from now on, together with others that follow at once."""
        while True:
            await self._new.wait()
            await asyncio.sleep(SECONDS_WITHOUT_BUS)
            self._new.clear()
            rooms, self._tuned = list(self._tuned), set()
            for start in range(0, len(rooms), ROOMS_AT_ONCE):
                some = rooms[start : start + ROOMS_AT_ONCE]
                try:
                    found = await self._reader.read(partial(revs_received, rooms=some))
                except Exception:
                    self.miss()
                    break
                for room, rev in found.items():
                    self._heads.hear(room, rev)

    async def _compare(self) -> None:
        """Compare the rooms and sessions that are here with the database, now and then, and when in doubt."""
        loop = asyncio.get_running_loop()
        while True:
            begun = loop.time()
            try:
                await self._bus.clock.ask(self._reader)
                await self._compare_rooms()
                await self._local.renew()
                await self._compare_sessions()
            except Unavailable:
                pass  # the next time
            except Exception:
                failures.report("comparing failed")
            took = loop.time() - begun
            is_deaf = self._bus.silent() > DEAF
            least, share = (SECONDS_WITHOUT_BUS, SHARE_WITHOUT_BUS) if is_deaf else (SECONDS_TO_COMPARE, SHARE)
            try:
                async with asyncio.timeout(max(least, share * took)):
                    await self._doubt.wait()
                await asyncio.sleep(SECONDS_WITHOUT_BUS)  # when much is lost, once for all of it
            except TimeoutError:
                pass
            self._doubt.clear()

    async def _compare_rooms(self) -> None:
        self._bus.unfollow(lambda room: not self._broadcast.sockets.hear(room))
        for some in batches(self._heads.now(), COMPARED_AT_ONCE):
            async with self._others.turn:
                self._heads.forget([room for room in some if not self._broadcast.sockets.receive(room)])
            found = await self._reader.lookup(partial(revs, rooms=some))
            if any(found.get(room, 0) < rev for room, rev in some.items()):
                await self._start_anew()
                return
            for room in some:
                self._heads.hear(room, found.get(room, 0))

    async def _compare_sessions(self) -> None:
        callers = self._broadcast.sockets.callers()
        for start in range(0, len(callers), COMPARED_AT_ONCE):
            some = callers[start : start + COMPARED_AT_ONCE]
            for caller in await self._reader.lookup(partial(self._local.ended, callers=some)):
                if caller.session is None:
                    await self._deliver_end(End(caller.username, at_once=True, bars=True))
                else:
                    await self._deliver_end(End(names.session(caller.session)))

    async def _deliver_end(self, end: End) -> None:
        self._end(end)
        await self._broadcast.deliver([end])

    async def _start_anew(self) -> None:
        """Have all clients start anew, because the database was put back to an earlier state."""
        log.error("the database was put back to an earlier state; all clients start anew")
        await self._local.renew()
        self._heads.clear()
        server: Any = self._broadcast.server
        for connection in server.manager.sessions():
            await server.close(connection)
