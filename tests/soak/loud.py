"""A busy room, without and with guests at one address who use every limit to the full."""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from chatrooms.settings import RATES, Settings
from tests.processes import environment
from tests.soak import wire
from tests.soak.noise import PATIENCE
from tests.soak.outcome import Outcome, percentile
from tests.soak.servers import ROOT, Server

MEMBERS = 100
GUESTS = 30
RATE = 25.0
"""Messages a second, of all members together."""
QUIET_SECONDS = 15.0
LOUD_SECONDS = 60.0
SLOWER = 0.1
USUAL = [
    part
    for name in RATES
    for part in (f"--rate-{name.replace('_', '-')}", Settings.model_fields[f"rate_{name}"].default)
]


@dataclass
class Talk:
    """The seconds that each acknowledgement took, and the refusals."""

    delays: list[float] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    unanswered: int = 0


class Member:
    """A person at a separate address who reads."""

    def __init__(self, port: int, number: int) -> None:
        self._port, self._number = port, number
        self._asked: dict[int, float] = {}
        self._count = 0
        self.talk = Talk()

    async def join(self) -> None:
        """Connect."""
        address = f"127.0.1.{self._number + 1}"
        self.wire = await wire.connect(self._port, f"member{self._number}", self._heard, address=address)

    def say(self) -> None:
        """Post a message."""
        self._count += 1
        self._asked[self._count] = time.perf_counter()
        self.wire.say(wire.command(self._count, "message.post", room="#lobby", text="x" * 80))

    def _heard(self, payload: bytes) -> None:
        answer = wire.answer(payload)
        if answer is None:
            return
        number, said = answer
        self.talk.delays.append(time.perf_counter() - self._asked.pop(number))
        if not said["ok"]:
            self.talk.refused[said["error"]["code"]] += 1

    def finish(self) -> Talk:
        """Return the results so far, and start over."""
        talk, self.talk = self.talk, Talk()
        talk.unanswered = len(self._asked)
        return talk


async def loud(scratch: Path, _seconds: float, seed: int, scale: float) -> Outcome:
    """Measure without the guests and with them."""
    outcome, count = Outcome("Guests of one address who do all they may"), int(GUESTS * scale) or 1
    async with Server(scratch / "loud", *USUAL, module="tests.soak.host") as server:
        members = [Member(server.port, number) for number in range(int(MEMBERS * scale) or 1)]
        for member in members:
            await member.join()
        noise = await _noise(server.port, seed, count)
        await server.ask()
        alone = await _talk(members, QUIET_SECONDS)
        quiet = await server.ask()
        noise.stdin.write(b"\n")
        beside = await _talk(members, LOUD_SECONDS)
        beats = await server.ask()
        report = orjson.loads(await asyncio.wait_for(noise.stdout.readline(), PATIENCE))
        await noise.wait()
        dropped = sum(member.wire.ended.is_set() for member in members)
        log = server.tracebacks()
    outcome.figures = {
        "room": f"{len(members)} members, each with an address, {RATE:.0f} messages/s; {count} guests of one address",
        "acknowledgements without the noise": _figures(alone),
        "acknowledgements beside it": _figures(beside),
        "the event loop's longest work": f"{quiet['worked']:.0f} ms without, {beats['worked']:.0f} ms beside it",
        "the event loop was late, 99 %": f"{quiet['p99']:.1f} ms without, {beats['p99']:.1f} ms beside it",
        "members dropped": str(dropped),
        "commands of the guests": ", ".join(f"{what} {times:,}" for what, times in sorted(report.items())),
    }
    outcome.violations = [f"log: {line}" for line in log] + list(_wrong(alone, beside, dropped))
    return outcome


async def _noise(port: int, seed: int, guests: int) -> asyncio.subprocess.Process:
    given = orjson.dumps({"port": port, "seed": seed, "guests": guests, "seconds": LOUD_SECONDS})
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.soak.noise", given.decode()),
        cwd=ROOT,
        env=environment(Path("/tmp")),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    line = await asyncio.wait_for(process.stdout.readline(), PATIENCE)
    assert line == b"ready\n", line
    return process


async def _talk(members: list[Member], seconds: float) -> Talk:
    """Let all members post in turn at `RATE`."""
    following = time.perf_counter()
    until, number = following + seconds, 0
    while following < until:
        await asyncio.sleep(max(0, following - time.perf_counter()))
        following += 1 / RATE
        members[number % len(members)].say()
        number += 1
    await asyncio.sleep(1)
    parts = [member.finish() for member in members]
    refused = sum((part.refused for part in parts), Counter())
    return Talk([delay for part in parts for delay in part.delays], refused, sum(part.unanswered for part in parts))


def _wrong(alone: Talk, beside: Talk, dropped: int) -> Iterator[str]:
    if dropped:
        yield f"{dropped} members were dropped"
    if beside.refused or beside.unanswered:
        yield f"of the members' messages {dict(beside.refused)} were refused, {beside.unanswered} not answered"
    if percentile(beside.delays, 0.99) > percentile(alone.delays, 0.99) + SLOWER:
        yield "the 99th percentile of acknowledgements is more than 100 ms worse"


def _figures(talk: Talk) -> str:
    shares = ((0.5, "median"), (0.95, "95 %"), (0.99, "99 %"), (1.0, "worst"))
    return ", ".join(f"{name} {percentile(talk.delays, share) * 1000:.1f} ms" for share, name in shares)
