"""A great many malformed packets."""

from __future__ import annotations

import asyncio
import os
import random
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.soak import mutations, wire
from tests.soak.outcome import Outcome, percentile
from tests.soak.raw import Raw
from tests.soak.servers import Server

PACKETS = 1_000_000
CONNECTIONS = 12
BATCH = 250
SIGN = 2_000_000_000
PATIENCE = 60
STALL = 50
MOST_SECONDS = 420
LETHAL_EVERY = 4


class Fuzzer:
    """Opens one connection after another. A batch counts once the command that follows it was acknowledged."""

    def __init__(self, port: int, number: int, seed: int) -> None:
        self._port, self.name = port, f"fuzz{number}"
        self._chance = random.Random(f"{seed} {number}")
        self._sign = SIGN
        self._seen = asyncio.Event()
        self._wire: wire.Wire | None = None
        self.counts: Counter[str] = Counter()
        self.wrong: list[str] = []

    async def run(self, wanted: asyncio.Queue[int]) -> None:
        """Send batches until there are no more to send."""
        while not wanted.empty():
            wanted.get_nowait()
            if self._wire is None or self._wire.ended.is_set():
                self._wire = await wire.connect(self._port, self.name, self._heard)
                self.counts["connections"] += 1
            await self._batch()
            if self._chance.randrange(LETHAL_EVERY) == 0:
                await self._lethal()

    async def _batch(self) -> None:
        state = self._chance.getstate()
        for _ in range(BATCH):
            self._wire.say(mutations.packet(self._chance))
        if await self._answered():
            self.counts["packets"] += BATCH
        elif not self._wire.ended.is_set():
            self.wrong.append(f"{self.name}: no answer within {PATIENCE} s, random state {hash(state)}")
            self._wire.cut()
        else:
            self.counts["batches that ended their connection"] += 1

    async def _answered(self) -> bool:
        self._sign += 1
        self._seen.clear()
        self._wire.say(wire.join(self.name))  # for whoever said goodbye by chance
        self._wire.say(wire.command(self._sign, "user.me"))
        waiting = {asyncio.ensure_future(self._seen.wait()), asyncio.ensure_future(self._wire.ended.wait())}
        _, pending = await asyncio.wait(waiting, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        return self._seen.is_set()

    async def _lethal(self) -> None:
        """A frame, or the body of a POST, that ends the connection."""
        self.counts["packets that end a connection"] += 1
        if self._chance.random() < 0.3:
            await self._post()
            return
        self._wire.say(self._chance.choice(mutations.LETHAL))
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wire.ended.wait(), 5)
            return
        self.wrong.append(f"{self.name}: a packet that is none did not end the connection")

    async def _post(self) -> None:
        raw = await Raw.open(self._port)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            sid = await raw.session()
            body = b"\x1e".join(mutations.packet(self._chance) for _ in range(self._chance.randrange(20)))
            raw.ask("POST", sid, self._chance.choice((body, body + b"\x1e", self._chance.randbytes(50), b"")))
            await raw.answer()
            raw.ask("POST", sid, b"1")
            await raw.answer()
        raw.reset()

    def _heard(self, payload: bytes) -> None:
        self.counts["answers"] += 1
        if payload.startswith(b"43%d[" % self._sign):
            self._seen.set()


async def fuzz(scratch: Path, seconds: float, seed: int, scale: float) -> Outcome:
    """Send the packets, watch the server's event loop, and check that it still responds."""
    outcome = Outcome("Fuzzed packets")
    wanted: asyncio.Queue[int] = asyncio.Queue()
    for number in range(int(PACKETS * scale) // BATCH + 1):
        wanted.put_nowait(number)
    async with Server(scratch / "fuzz", module="tests.soak.host") as server:
        fuzzers = [Fuzzer(server.port, number, seed) for number in range(CONNECTIONS)]
        await server.ask()
        running = asyncio.gather(*(fuzzer.run(wanted) for fuzzer in fuzzers))
        beats = await _listen(server, running, min(seconds, MOST_SECONDS), wanted)
        last = await wire.connect(server.port, "afterwards")
        last.cut()
        log = server.tracebacks()
    counts = sum((fuzzer.counts for fuzzer in fuzzers), Counter())
    outcome.figures = {
        "seed": str(seed),
        **{what: f"{count:,}" for what, count in counts.items()},
        "the event loop's longest work at a stretch": f"{max(beat['worked'] for beat in beats):.0f} ms",
        "late by the clock, each half second's worst": f"median {percentile([b['late'] for b in beats], 0.5):.0f} ms, "
        f"99 % {percentile([b['late'] for b in beats], 0.99):.0f} ms, load average {os.getloadavg()[0]:.1f}",
        "lines of tracebacks or errors in the log": str(len(log)),
        "afterwards": "the server lets people in",
    }
    outcome.violations = [f"log: {line}" for line in log]
    outcome.violations += [
        f"the event loop worked for {beat['worked']:.0f} ms at {beat['places']}"
        for beat in beats
        if beat["worked"] > STALL
    ]
    outcome.violations += [line for fuzzer in fuzzers for line in fuzzer.wrong]
    return outcome


async def _listen(server: Server, running: asyncio.Future, seconds: float, wanted: asyncio.Queue[int]) -> list[Any]:
    found, until = [], time.monotonic() + seconds
    while not running.done():
        await asyncio.wait({running}, timeout=0.5)
        beat = await server.ask()
        found.append(beat)
        if beat["late"] > STALL:
            print(f"{beat['late']:.0f} ms late, {beat['worked']:.0f} worked: {beat['places']}", file=sys.stderr)
        if time.monotonic() > until:
            _empty(wanted)
    running.result()
    return found


def _empty(wanted: asyncio.Queue[int]) -> None:
    while not wanted.empty():
        wanted.get_nowait()
