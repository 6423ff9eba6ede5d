"""What goes wrong between nodes, one after the other: each fault begins, lasts a moment, and is mended."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import make_url

from tests.services.postgres import RunningPostgres, connect
from tests.services.redis import RunningRedis
from tests.soak.servers import Server

AWAY = (0.3, 2.0)
"""Seconds that something stays dead."""
STILL = (0.5, 3.0)
"""Seconds that something stands still."""
BUSES = "SELECT pid FROM pg_stat_activity WHERE application_name = 'chatrooms bus'"


class Faults:
    """The faults of some nodes; ``times`` counts them. The bus is in PostgreSQL if there is no ``redis``."""

    def __init__(
        self, nodes: Sequence[Server], postgres: RunningPostgres, redis: RunningRedis | None, chance: random.Random
    ) -> None:
        self._nodes, self._postgres, self._redis, self.chance = nodes, postgres, redis, chance
        self.times: Counter[str] = Counter()
        self._coming: list[list[Any]] = []

    async def next(self) -> None:
        """Let one happen: each once, then each as often as is left of its share, then all again."""
        if not self._coming:
            faults = [
                (8, "a node is killed", self._kill_node),
                (2, "a node stands still", self._pause_node),
                (2, "the bus is killed", self.kill_bus),
                (2, "the bus stands still", self._pause_bus),
                (1, "PostgreSQL is restarted", self._restart_postgres),
            ]
            first = [fault for _, *fault in faults]
            more = [fault for share, *fault in faults for _ in range(share - 1)]
            self._coming = [*self._shuffled(more), *self._shuffled(first)]
        name, fault = self._coming.pop()
        await fault()
        self.times[name] += 1

    def _shuffled(self, faults: list[list[Any]]) -> list[list[Any]]:
        return self.chance.sample(faults, len(faults))

    async def _kill_node(self) -> None:
        node = self.chance.choice(self._nodes)
        await node.end(signal.SIGKILL)
        await self._for(AWAY)
        await node.start()

    async def _pause_node(self) -> None:
        node = self.chance.choice(self._nodes)
        node.send(signal.SIGSTOP)
        await self._for(STILL)
        node.send(signal.SIGCONT)

    async def kill_bus(self, seconds: tuple[float, float] = AWAY) -> None:
        """Kill the bus, and again as long as it is to be dead: PostgreSQL starts a process for each connection."""
        until = asyncio.get_running_loop().time() + self.chance.uniform(*seconds)
        while (left := until - asyncio.get_running_loop().time()) > 0:
            if self._redis and self._redis.process.poll() is None:
                self._redis.send(signal.SIGKILL)
            elif not self._redis:
                await asyncio.to_thread(self.signal_bus, signal.SIGTERM)
            await asyncio.sleep(min(left, 0.1))
        if self._redis:
            await asyncio.to_thread(self._redis.start)

    async def _pause_bus(self) -> None:
        await asyncio.to_thread(self.signal_bus, signal.SIGSTOP)
        await self._for(STILL)
        await asyncio.to_thread(self.signal_bus, signal.SIGCONT)

    def signal_bus(self, number: signal.Signals) -> None:
        """Send a signal to Redis, or to the processes of PostgreSQL that serve the bus."""
        if self._redis:
            self._redis.send(number)
            return
        with connect(make_url(self._postgres.url)) as administrator:
            for (pid,) in administrator.execute(BUSES):
                with suppress(ProcessLookupError):  # it ended by itself
                    os.kill(pid, number)

    async def _restart_postgres(self) -> None:
        how = self.chance.choice([signal.SIGINT, signal.SIGQUIT])
        await asyncio.to_thread(self._postgres.stop, how)
        await self._for(AWAY)
        await asyncio.to_thread(self._postgres.start)

    async def _for(self, seconds: tuple[float, float]) -> None:
        await asyncio.sleep(self.chance.uniform(*seconds))
