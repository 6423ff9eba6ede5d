"""What reactions cost the members of a room: ``python -m tests.bench.reactions [--people N] [--seconds S]``.

Each of some reactions is the first to its message: the time until all members have it. Then 2,000 to one message: how
many bytes that is for a member who does nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from uuid import uuid4

from tests.processes import started
from tests.servers import QUICK
from tests.soak import wire

LONE = 60
STORM = 2000
CHANGE = b'42["change"'
EMOJIS = ("👍", "❤️", "🎉", "😮")
PATIENCE = 60


class Member:
    """A member of the lobby, who counts what arrives."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.bytes = 0
        self.found: asyncio.Future[float] | None = None
        self.acknowledged: asyncio.Future[Any] | None = None
        self._wanted = b""
        self._wire: wire.Wire | None = None

    async def connect(self, port: int) -> None:
        """Join."""
        self._wire = await wire.connect(port, self.name, self._hear)

    def expect(self, id: str) -> asyncio.Future[float]:
        """Return when the next change of a message arrives."""
        self._wanted, self.found = id.encode(), asyncio.get_running_loop().create_future()
        return self.found

    async def run(self, command: str, **params: Any) -> Any:
        """Run a command."""
        self.acknowledged = asyncio.get_running_loop().create_future()
        self._wire.say(wire.command(1, command, **params))
        answer = await asyncio.wait_for(self.acknowledged, PATIENCE)
        assert answer["ok"], answer
        return answer["result"]

    def _hear(self, payload: bytes) -> None:
        self.bytes += len(payload)
        if self.found and not self.found.done() and payload.startswith(CHANGE) and self._wanted in payload:
            self.found.set_result(time.perf_counter())
        if answer := wire.answer(payload):
            self.acknowledged.set_result(answer[1])


async def lone(members: list[Member]) -> list[float]:
    """Return the milliseconds from each reaction to each member."""
    delays: list[float] = []
    for number in range(LONE):
        author = members[number % len(members)]
        id = str(uuid4())
        await author.run("message.post", room="#lobby", text="x" * 200, id=id)
        await asyncio.sleep(0.05)
        waiting = [member.expect(id) for member in members]
        begun = time.perf_counter()
        await author.run("reaction.add", id=id, emoji=EMOJIS[0])
        delays += [1000 * (at - begun) for at in await asyncio.wait_for(asyncio.gather(*waiting), PATIENCE)]
    return delays


async def storm(members: list[Member], seconds: float) -> int:
    """Return the bytes that a silent member receives because of a message and the reactions to it."""
    silent, *others = members
    before, id = silent.bytes, str(uuid4())
    await others[0].run("message.post", room="#lobby", text="x" * 200, id=id)
    begun = time.perf_counter()
    for number in range(STORM):
        emoji = EMOJIS[number // len(others) % len(EMOJIS)]
        await others[number % len(others)].run("reaction.add", id=id, emoji=emoji)
        await asyncio.sleep(max(0.0, begun + seconds * (number + 1) / STORM - time.perf_counter()))
    await asyncio.sleep(3)
    return silent.bytes - before


async def measure(people: int, seconds: float) -> None:
    """Print the figures."""
    settings = {f"CHATROOMS_{name.upper()}": str(value) for name, value in QUICK.items()}
    with tempfile.TemporaryDirectory() as data:
        async with started(Path(data), "--guests", "open", **settings) as server:
            members = [Member(f"p{number}") for number in range(people)]
            for member in members:
                await member.connect(server.port)
            await asyncio.sleep(1)
            delays = await lone(members)
            print(f"{people} members, a lone reaction: median {median(delays):.1f} ms, ", end="")
            print(f"99 of 100 {quantiles(delays, n=100)[98]:.1f} ms, longest {max(delays):.1f} ms")
            received = await storm(members, seconds)
            print(f"{STORM:,} reactions to one message in {seconds:.0f} s: {received / 1000:.1f} kB for each member")


if __name__ == "__main__":
    wire.raise_file_limit()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=60)
    chosen = parser.parse_args()
    asyncio.run(measure(chosen.people, chosen.seconds))
