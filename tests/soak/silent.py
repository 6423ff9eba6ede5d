"""Clients that never read, next to others that do."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from tests.soak import wire
from tests.soak.outcome import Outcome, percentile
from tests.soak.raw import Raw
from tests.soak.servers import Server

SILENT = 1000
HEALTHY = 50
PEOPLE = 50
RATE = 50
TEXT = 2000
ROUNDS = 2
WARM_UP = 3.0
REST = 2.0
QUIET_SECONDS = 12.0
LOUD_SECONDS = 16.0
ALLOWED = 10.0
KERNEL = 2.0
"""Seconds until the buffers of both kernels are full and the server has checked for slow clients.

Until then, those who never read are clients as all others are, which nobody can tell from people who come in at once.
"""
MEMORY = 256
SLOWER = 1.2
JITTER = 0.002
MEMBER = 3e-6
"""Seconds that each WebSocket of a room takes of a message to it, whether its client reads or not."""
RECEIVE_BUFFER = 4096
AT_ONCE = 50


class Healthy:
    """People who read, and how long each message took to arrive."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.delays: list[float] = []
        self._since = 0.0

    async def connect(self) -> None:
        """Come in."""
        self._wires = [await wire.connect(self._port, f"healthy{n}", self._heard) for n in range(HEALTHY)]

    async def talk(self, seconds: float, *, first: float = 0.0) -> list[float]:
        """Post at `RATE` for a while; return the delays in seconds, without those of the ``first`` seconds."""
        self.delays = []
        until = following = time.perf_counter()
        until += seconds
        self._since = following + first
        while following < until:
            await asyncio.sleep(max(0, following - time.perf_counter()))
            following += 1 / RATE
            text = f"{time.perf_counter()} ".ljust(TEXT, "x")
            self._wires[0].say(wire.command(1, "message.post", room="#lobby", text=text))
        await asyncio.sleep(0.5)
        return self.delays

    def _heard(self, payload: bytes) -> None:
        if payload.startswith(b'42["change"') and b"xxxx" in payload:
            now = time.perf_counter()
            rows = orjson.loads(payload[2:])[1]["messages"]
            sent = [float(row["text"].split()[0]) for row in rows]
            self.delays += [now - at for at in sent if at >= self._since]


class Silent:
    """A WebSocket or a polling session that joins and never reads again."""

    def __init__(self, port: int, number: int) -> None:
        self._port, self._number = port, number
        self.kind = ("websocket", "polled once", "websocket", "never polled")[number % 4]

    async def join(self) -> None:
        """Come in."""
        name = f"silent{self._number % PEOPLE}"
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", self._port))
        self._raw = raw = Raw(*await asyncio.open_connection(sock=sock), self._port)
        if self.kind == "websocket":
            await raw.joined(name)
        else:
            sid = await raw.polling(name)
        raw.writer.transport.pause_reading()
        if self.kind == "polled once":
            raw.ask("GET", sid)

    def close(self) -> None:
        """Be gone."""
        self._raw.writer.transport.abort()


async def silent(scratch: Path, _seconds: float, seed: int, scale: float) -> Outcome:
    """Measure without the silent clients and with them, in turns."""
    outcome, count = Outcome("Clients that never read"), int(SILENT * scale)
    async with Server(scratch / "silent", module="tests.soak.host") as server:
        healthy = Healthy(server.port)
        await healthy.connect()
        await healthy.talk(WARM_UP)
        rounds = [await _round(server, healthy, count) for _ in range(ROUNDS)]
        log = server.tracebacks()
    alone = min((found.alone for found in rounds), key=_p99)
    beside = min((found.beside for found in rounds), key=_p99)
    outcome.figures = {
        "seed": str(seed),
        "clients that never read": f"{count:,}: half WebSockets, a quarter polled once, a quarter never",
        "load": f"{RATE} messages/s of {TEXT} characters, {HEALTHY} clients that read, {ROUNDS} rounds",
        "the last was dropped after": ", ".join(f"{found.dropped_after:.1f} s ({found.left} left)" for found in rounds)
        + " from the first message on",
        "memory": ", ".join(f"{found.memory:.0f} MiB, at most {found.grown:+.0f} MiB" for found in rounds),
        "delivery without them, better round": f"median {_ms(alone, 0.5)}, 99 % {_ms(alone, 0.99)}",
        "delivery beside them, better round": f"median {_ms(beside, 0.5)}, 99 % {_ms(beside, 0.99)}",
        "99 % of each round": ", ".join(f"{_ms(found.alone, 0.99)} / {_ms(found.beside, 0.99)}" for found in rounds),
        "the event loop's longest work at a stretch": f"{max(found.worked for found in rounds):.0f} ms",
    }
    outcome.violations = [f"log: {line}" for line in log] + [line for found in rounds for line in found.wrong()]
    if _p99(beside) > SLOWER * _p99(alone) + JITTER + MEMBER * count / 2:
        outcome.violations.append(f"99 % of deliveries within {_ms(beside, 0.99)}, else {_ms(alone, 0.99)}")
    return outcome


@dataclass
class Round:
    """What was measured without and with those who never read; memory in MiB."""

    alone: list[float]
    beside: list[float]
    memory: float
    grown: float
    dropped_after: float
    left: int
    worked: float

    def wrong(self) -> Iterator[str]:
        """Return the violations."""
        if self.left or self.dropped_after > ALLOWED + KERNEL:
            yield f"{self.left} not dropped, the last after {self.dropped_after:.1f} s"
        if self.grown > MEMORY:
            yield f"memory grew by {self.grown:.0f} MiB"


async def _round(server: Server, healthy: Healthy, count: int) -> Round:
    alone = await healthy.talk(QUIET_SECONDS)
    memory = server.memory()
    people = [Silent(server.port, number) for number in range(count)]
    await _join(people)
    await asyncio.sleep(REST)
    await server.ask()
    watching = asyncio.create_task(_watch(server, HEALTHY))
    beside = await healthy.talk(LOUD_SECONDS, first=KERNEL)
    dropped_after, most, worked, left = await watching
    for person in people:
        person.close()
    await asyncio.sleep(REST)
    return Round(alone, beside, memory, most - memory, dropped_after, left, worked)


def _p99(delays: list[float]) -> float:
    return percentile(delays, 0.99)


def _ms(delays: list[float], share: float) -> str:
    return f"{percentile(delays, share) * 1000:.1f} ms"


async def _join(people: list[Silent]) -> None:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(person: Silent) -> None:
        async with gate:
            await person.join()

    await asyncio.gather(*map(one, people))


async def _watch(server: Server, expected: int) -> tuple[float, float, float, int]:
    """When only the ``expected`` were there; the most memory; the longest work at a stretch; how many stay."""
    began = gone = time.monotonic()
    most = worked = 0.0
    counts: dict[str, Any] = {"sockets": expected}
    while time.monotonic() - began < LOUD_SECONDS:
        await asyncio.sleep(0.2)
        counts = await server.ask()
        most, worked = max(most, server.memory()), max(worked, counts["worked"])
        if counts["sockets"] > expected:
            gone = time.monotonic()
    return gone - began, most, worked, counts["sockets"] - expected
