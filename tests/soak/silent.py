"""Clients that never read, beside others that do."""

from __future__ import annotations

import asyncio
import socket
import time
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
QUIET_SECONDS = 15.0
LOUD_SECONDS = 20.0
ALLOWED = 10.0
KERNEL = 2.0
"""Seconds until the buffers of both kernels are full, and until the next round of the server's patrol."""
MEMORY = 256
SLOWER = 1.2
JITTER = 0.005
RECEIVE_BUFFER = 4096
AT_ONCE = 50


class Healthy:
    """People who read, and how long each message took to reach them."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.delays: list[float] = []

    async def connect(self) -> None:
        """Come in."""
        self._wires = [await wire.connect(self._port, f"healthy{n}", self._heard) for n in range(HEALTHY)]

    async def talk(self, seconds: float) -> list[float]:
        """Post at `RATE` for a while; gives the delays in seconds."""
        self.delays = []
        until = following = time.perf_counter()
        until += seconds
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
            self.delays += [now - float(row["text"].split()[0]) for row in rows]


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
    """Talk without them, with them, and without them again."""
    outcome = Outcome("Clients that never read")
    count = int(SILENT * scale)
    async with Server(scratch / "silent", module="tests.soak.host") as server:
        healthy = Healthy(server.port)
        await healthy.connect()
        before = await healthy.talk(QUIET_SECONDS)
        memory = server.memory()
        people = [Silent(server.port, number) for number in range(count)]
        await _join(people)
        await server.ask()
        watching = asyncio.create_task(_watch(server, HEALTHY))
        during = await healthy.talk(LOUD_SECONDS)
        dropped_after, most, late, left = await watching
        for person in people:
            person.close()
        after = await healthy.talk(QUIET_SECONDS)
        wrong = server.tracebacks()
    found = {"before": before, "with them": during, "after": after}
    p99 = {when: percentile(delays, 0.99) for when, delays in found.items()}
    outcome.figures = {
        "seed": str(seed),
        "clients that never read": f"{count:,}: half WebSockets, a quarter polled once, a quarter never",
        "load": f"{RATE} messages/s of {TEXT} characters, {HEALTHY} clients that read",
        "the last was dropped after": f"{dropped_after:.1f} s from the first message on ({left} left)",
        "memory": f"{memory:.0f} MiB before, at most {most - memory:+.0f} MiB",
        **{f"delivery, 99th percentile, {when}": f"{value * 1000:.1f} ms" for when, value in p99.items()},
        **{f"delivery, median, {when}": f"{percentile(delays, 0.5) * 1000:.1f} ms" for when, delays in found.items()},
        "deliveries to those who read": f"{sum(map(len, found.values())):,}",
        "the event loop's longest work at a stretch": f"{late:.0f} ms",
    }
    quiet = max(p99["before"], p99["after"])
    outcome.violations = [f"log: {line}" for line in wrong]
    if left or dropped_after > ALLOWED + KERNEL:
        outcome.violations.append(f"{left} not dropped, the last after {dropped_after:.1f} s")
    if most - memory > MEMORY:
        outcome.violations.append(f"memory grew by {most - memory:.0f} MiB")
    if p99["with them"] > SLOWER * quiet + JITTER:
        outcome.violations.append(f"99th percentile {p99['with them'] * 1000:.1f} ms, else {quiet * 1000:.1f} ms")
    return outcome


async def _join(people: list[Silent]) -> None:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(person: Silent) -> None:
        async with gate:
            await person.join()

    await asyncio.gather(*map(one, people))


async def _watch(server: Server, expected: int) -> tuple[float, float, float, int]:
    """When no more than the ``expected`` are there; the most memory; the worst lateness; how many are left."""
    began = gone = time.monotonic()
    most = late = 0.0
    counts: dict[str, Any] = {"sockets": expected}
    while time.monotonic() - began < LOUD_SECONDS:
        await asyncio.sleep(0.2)
        counts = await server.ask()
        most, late = max(most, server.memory()), max(late, counts["worked"])
        if counts["sockets"] > expected:
            gone = time.monotonic()
    return gone - began, most, late, counts["sockets"] - expected
