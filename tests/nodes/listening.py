"""Buses of their own, without servers: what each node hears is kept."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager

from chatrooms.bus_address import BusAddress
from chatrooms.pipeline.bus.carried import CarriedBus
from chatrooms.pipeline.bus.messages import Message
from chatrooms.pipeline.bus.redis import RedisCarrier
from chatrooms.storage.facts import Facts
from tests.people import PATIENCE

NOW = 1_790_000_000.0
"""What all nodes here take for the time of their database."""


class Ear:
    """A node that keeps what it hears; ``bus`` is its bus."""

    def __init__(self, bus: CarriedBus) -> None:
        self.bus = bus
        self.heard: list[Message] = []
        self.heard_in: set[str] = set()
        self.misses = 0

    def hear(self, _node: str, messages: Sequence[Message]) -> None:
        """Keep messages."""
        self.heard += messages

    def miss(self) -> None:
        """Count."""
        self.misses += 1

    def tuned(self, rooms: Collection[str]) -> None:
        """Keep rooms."""
        self.heard_in |= set(rooms)

    async def follow(self, *rooms: str) -> None:
        """Follow rooms, and wait until they are heard."""
        self.bus.follow(rooms)
        await until(lambda: self.heard_in.issuperset(rooms))


@asynccontextmanager
async def listening(url: str, facts: Facts, clock: str = "") -> AsyncIterator[Ear]:
    """Be a node at Redis that hears the others, of the database with the clock of this id."""
    ear = Ear(CarriedBus(RedisCarrier(BusAddress.read(url))))
    asked = time.monotonic()
    ear.bus.clock.take(NOW, asked, asked)
    ear.bus.clock.id = clock
    async with ear.bus.running(facts, ear):
        await until(lambda: ear.misses)
        yield ear


async def until(is_so: Callable[[], object]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(PATIENCE):
        while not is_so():
            await asyncio.sleep(0.005)
