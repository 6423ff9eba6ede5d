"""The workloads, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.bench.figures import Figure
from tests.bench.peers import Bench

SENDERS = (1, 8, 64)


@dataclass(frozen=True)
class Scale:
    """How large and how long; the figures of --quick are rougher.

    seconds: how long people talk in one case.
    rooms: sockets in one room, and how many of them talk, by case.
    in_rooms: rooms of a room manager.
    """

    rounds: int = 3
    seconds: float = 4
    warm_up: float = 1
    rooms: tuple[tuple[int, tuple[int, ...]], ...] = ((100, SENDERS), (500, SENDERS), (5000, SENDERS))
    pairs: int = 250
    acknowledged: int = 3000
    connections: int = 1000
    newcomers: int = 300
    idle: int = 2000
    in_rooms: int = 100_000
    messages: int = 10_000_000
    pages: int = 300
    starts: int = 3
    crowd: int = 5000
    shouts: int = 20
    writes: int = 400
    typists: int = 200
    typists_among: int = 502
    storms: int = 5
    watched: int = 250

    @property
    def people(self) -> int:
        """How many have to be known before."""
        rooms = (sockets for sockets, _ in self.rooms)
        others = (self.crowd, self.idle, self.connections, 2 * self.pairs, self.typists_among, 2 * self.watched)
        return max(*rooms, *others) + 1


QUICK = Scale(
    rounds=1,
    seconds=1.2,
    warm_up=0.3,
    rooms=((100, (8,)), (500, SENDERS), (5000, (64,))),
    acknowledged=500,
    connections=500,
    newcomers=100,
    idle=1000,
    messages=1_000_000,
    pages=100,
    starts=1,
    shouts=10,
    writes=200,
    storms=2,
    watched=100,
)

Measure = Callable[[Bench, Scale, str], Iterator[Figure]]
"""Gives the figures of one server, by name."""


@dataclass(frozen=True)
class Workload:
    """``peers`` are those that can be compared in it. ``once``: further rounds would not say more."""

    name: str
    title: str
    measure: Measure
    peers: tuple[str, ...]
    once: bool = False
