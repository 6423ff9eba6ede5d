"""Real nodes with one PostgreSQL, people who talk at a steady pace, and what it costs each process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.capacity.model import Costs, Work
from tests.client.processes import ServerProcess, killable
from tests.people import Person, connect

ROOMS, MEMBERS, POSTS, PACE = 6, 24, 100, 0.1
"""Rooms, people in each of the larger ones, posts in each room, and seconds from one to the next."""
WARM = 20
"""Posts in each room before anything is measured."""
IDLE = 200
"""Sockets whose memory is measured."""
SYNCS = 150
CALM = ("--ping-interval", "3600")
"""The client gives up if a ping of a busy machine is a little late; 25 s apart, they cost next to nothing."""
SECONDS_TO_SETTLE = 3.0
"""Sockets that have just connected, and the end of a talk, still cost something for a while."""


@dataclass(frozen=True)
class Room:
    """A room with one who posts, at the first of its nodes, and all who receive."""

    name: str
    members: Sequence[Person]


class Nodes:
    """Some nodes, and the database's server."""

    def __init__(self, nodes: Sequence[ServerProcess], stack: AsyncExitStack, database: psutil.Process) -> None:
        self.nodes, self._stack, self._database = nodes, stack, database
        self._processes = [psutil.Process(node.pid) for node in nodes]

    async def arrive(self, name: str, node: int) -> Person:
        """Connect a person to a node."""
        return await self._stack.enter_async_context(connect(self.nodes[node].url, name))

    async def room(self, number: int, members: int, at: Sequence[int]) -> Room:
        """Make a room whose members are at these nodes in turn."""
        name = f"room{len(at)}x{members}n{number}"
        people = [await self.arrive(f"{name}p{each}", at[each % len(at)]) for each in range(members)]
        await people[0].run("room.create", name=f"#{name}")
        for person in people[1:]:
            await person.run("room.join", room=f"#{name}")
        return Room(f"#{name}", people)

    def spent(self) -> list[float]:
        """Return the seconds of a processor that each node has used, and those of the database."""
        with_children = [self._database, *self._database.children()]
        used = [sum(each.cpu_times()[:2]) for each in self._processes]
        return [*used, sum(sum(each.cpu_times()[:2]) for each in with_children)]

    def memory(self, node: int) -> float:
        """Return the KiB of a node."""
        return self._processes[node].memory_info().rss / 1024

    async def cost(self, work) -> tuple[list[float], float]:
        """Return what some work costs each node, and the database, and how long it took."""
        await asyncio.sleep(SECONDS_TO_SETTLE)
        loop, before = asyncio.get_running_loop(), self.spent()
        begun = loop.time()
        await work
        took = loop.time() - begun
        return [after - each for after, each in zip(self.spent(), before, strict=True)], took


@asynccontextmanager
async def running(count: int, data: Path, database: str, server: psutil.Process) -> AsyncIterator[Nodes]:
    """Start some nodes."""
    async with AsyncExitStack() as stack:
        nodes = [await stack.enter_async_context(killable(data, "--database", database, *CALM)) for _ in range(count)]
        yield Nodes(nodes, stack, server)


async def talk(rooms: Sequence[Room], posts: int = POSTS) -> None:
    """Post in each room at a steady pace, and wait until all have received everything.

    No two rooms post at the same time: messages that a node stores together cost less than those that come alone.
    """
    begun = asyncio.get_running_loop().time()
    await asyncio.gather(*(_talk(room, posts, begun + at * PACE / len(rooms)) for at, room in enumerate(rooms)))


async def _talk(room: Room, posts: int, begun: float) -> None:
    loop, last = asyncio.get_running_loop(), ""
    for number in range(posts):
        await asyncio.sleep(max(0.0, begun + number * PACE - loop.time()))
        last = (await room.members[0].say(room.name, f"message {number} of {begun}"))["text"]
    await asyncio.gather(*(person.hears_text(last) for person in room.members))


async def _sync(person: Person, times: int) -> None:
    for _ in range(times):
        await person.run("sync", revs={})


async def costs(data: Path, database: str, server: psutil.Process) -> Costs:
    """Measure each cost by itself, on two nodes."""
    async with running(2, data, database, server) as nodes:
        before = nodes.memory(0)
        for each in range(IDLE):
            await nodes.arrive(f"idle{each}", 0)
        await asyncio.sleep(SECONDS_TO_SETTLE)
        socket = (nodes.memory(0) - before) / IDLE
        ((_, idle, _), took) = await nodes.cost(asyncio.sleep(8))
        each_second = idle / took
        commit, hear, stored = await _per_post(nodes, 1, [0], each_second)
        larger, _, _ = await _per_post(nodes, MEMBERS, [0], each_second)
        _, taking, _ = await _per_post(nodes, 2, [0, 1], each_second)
        asking = await nodes.arrive("asking", 0)
        ((synced, _, _), took) = await nodes.cost(_sync(asking, SYNCS))
    delivery = max(0.0, larger - commit) / (MEMBERS - 1)
    sync = max(0.0, synced - each_second * took) / SYNCS
    take = max(0.0, taking - hear - delivery)
    return Costs(each_second, commit - delivery, delivery, hear, take, sync, stored, before, socket)


async def _per_post(nodes: Nodes, members: int, at: Sequence[int], idle: float) -> tuple[float, float, float]:
    """Return what a post at the first node, in rooms of these, costs that one, the other one, and the database."""
    rooms = [await nodes.room(number, members, at) for number in range(ROOMS)]
    await talk(rooms, WARM)
    (here, there, database), took = await nodes.cost(talk(rooms))
    count = ROOMS * POSTS
    return (here - idle * took) / count, max(0.0, there - idle * took) / count, database / count


@dataclass(frozen=True)
class Compared:
    """Seconds of a processor of all nodes together, and of the busiest, as predicted and as measured."""

    nodes: int
    predicted: float
    measured: float
    busiest_predicted: float
    busiest_measured: float


async def compared(count: int, costs: Costs, data: Path, database: str, server: psutil.Process) -> Compared:
    """Let people at some nodes talk in rooms that they share, and compare."""
    async with running(count, data, database, server) as nodes:
        at = [list(range(count))[first:] + list(range(count))[:first] for first in range(count)]
        rooms = [await nodes.room(number, MEMBERS // 2, at[number % count]) for number in range(ROOMS)]
        await talk(rooms, WARM)
        spent, took = await nodes.cost(talk(rooms))
    work = [Work() for _ in range(count)]
    for number, room in enumerate(rooms):
        for member in range(len(room.members)):
            work[at[number % count][member % count]].deliveries += POSTS
        for node in range(count):
            if node == at[number % count][0]:
                work[node].commits += POSTS
            else:
                work[node].heard += POSTS
                work[node].taken += POSTS
    predicted = [each.seconds(costs, took) for each in work]
    return Compared(count, sum(predicted), sum(spent[:-1]), max(predicted), max(spent[:-1]))
