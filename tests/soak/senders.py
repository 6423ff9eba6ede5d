"""A process of people who post continuously and retry what was not acknowledged.

    python -m tests.soak.senders '{"port": 8000, "seed": 1, "lost": 0.2, "senders": [["s0", "#room-0"], ...]}'

It prints ``ready`` when all have joined, begins at a line on its input, stops at the next, and then, when everything
is acknowledged, prints what was acknowledged: for each sender the seq of each message.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import time
from collections import Counter
from typing import Any
from uuid import UUID

import orjson
import uvloop

from tests.soak import wire

WINDOW = 24
OVERDUE = 1.5
TICK = 0.25
PAUSE = 0.3
JOINING = 2**31 - 1
FIRST_JOIN = 30
PATIENCE = 120


class Sender:
    """One person with an outbox; an acknowledgement is lost with the probability ``lost``.

    With a ``window`` of 1, whatever is rejected as unavailable is tried again before the next, so the order holds.
    """

    def __init__(
        self, port: int, name: str, room: str, chance: random.Random, lost: float, window: int = WINDOW
    ) -> None:
        self.name, self.room = name, room
        self.acknowledged: list[int | None] = []
        self.counts: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.joined = asyncio.Event()
        self.going = False
        self.pending: dict[int, float] = {}
        self._port, self._chance, self._lost, self._window = port, chance, lost, window
        self._wire: wire.Wire | None = None

    async def keep(self) -> None:
        """Stay connected, forever."""
        while True:
            try:
                self._wire = await wire.connect(self._port, self.name, self._heard, patience=FIRST_JOIN)
            except OSError:
                await asyncio.sleep(self._chance.uniform(0, PAUSE))
                continue
            self.counts["connections"] += 1
            if not self.joined.is_set():
                self._wire.say(wire.command(JOINING, "room.join", room=self.room))
            self._repeat(overdue=0.0)
            await self._wire.ended.wait()
            self._wire = None
            await asyncio.sleep(self._chance.uniform(0, PAUSE))

    def tick(self) -> None:
        """Retry overdue messages, and post new ones."""
        self._repeat(OVERDUE)
        self._say_more()

    def _repeat(self, overdue: float) -> None:
        if self._wire is None:
            return
        now = time.monotonic()
        for number, at in self.pending.items():
            if now - at >= overdue:
                self.counts["repeated"] += 1
                self._say(number)

    def _say_more(self) -> None:
        while self.going and self._wire and len(self.pending) < self._window:
            self.acknowledged.append(None)
            self._say(len(self.acknowledged) - 1)

    def _say(self, number: int) -> None:
        self.pending[number] = time.monotonic()
        said = {"room": self.room, "text": str(number), "id": id_of(self.name, number)}
        self._wire.say(wire.command(number, "message.post", **said))

    def _heard(self, payload: bytes) -> None:
        found = wire.answer(payload)
        if found is None:
            self.counts["told"] += 1
            return
        number, said = found
        if not said["ok"] and self._window == 1 and said["error"]["code"] == "unavailable":
            self.counts["unavailable"] += 1
        elif not said["ok"]:
            self.wrong.append(f"{self.name} {number}: {said}")
        elif number == JOINING:
            self.joined.set()
        elif self._chance.random() < self._lost:
            self.counts["acknowledgements lost"] += 1
        else:
            self._acknowledge(number, said["result"]["message"])

    def _acknowledge(self, number: int, row: dict[str, Any]) -> None:
        said = (row["id"], row["text"], row["room"], row["author"])
        known = self.acknowledged[number]
        if said != (id_of(self.name, number), str(number), self.room, self.name) or known not in (None, row["seq"]):
            self.wrong.append(f"{self.name} {number}: acknowledged as {row}, before as {known}")
        self.acknowledged[number] = row["seq"]
        self.pending.pop(number, None)
        self._say_more()


def id_of(name: str, number: int) -> str:
    """The id of a sender's message."""
    return str(UUID(int=int.from_bytes(name.encode().ljust(8, b"_")[:8], "big") << 64 | number))


async def run(
    port: int, seed: int, lost: float, senders: list[tuple[str, str]], window: int = WINDOW
) -> dict[str, Any]:
    """Send from the first line of input to the second, and print what was acknowledged."""
    chance = random.Random(seed)
    people = [Sender(port, name, room, chance, lost, window) for name, room in senders]
    tasks = [asyncio.create_task(person.keep()) for person in people]
    await asyncio.gather(*(person.joined.wait() for person in people))
    print("ready", flush=True)
    line = asyncio.get_running_loop().run_in_executor
    await line(None, sys.stdin.readline)
    _set(people, going=True)
    until = line(None, sys.stdin.readline)
    while not until.done():
        await _step(people)
    _set(people, going=False)
    deadline = time.monotonic() + PATIENCE
    while any(person.pending for person in people) and time.monotonic() < deadline:
        await _step(people)
    for task in tasks:
        task.cancel()
    return _report(people)


async def _step(people: list[Sender]) -> None:
    await asyncio.sleep(TICK)
    for person in people:
        person.tick()


def _set(people: list[Sender], *, going: bool) -> None:
    for person in people:
        person.going = going


def _report(people: list[Sender]) -> dict[str, Any]:
    return {
        "acknowledged": {person.name: person.acknowledged for person in people},
        "counts": dict(sum((person.counts for person in people), Counter())),
        "wrong": [line for person in people for line in person.wrong],
    }


if __name__ == "__main__":
    found = uvloop.run(run(**orjson.loads(sys.argv[1])))
    # `sys.stdout` can be unbuffered, by `PYTHONUNBUFFERED`: then it writes a part.
    with os.fdopen(sys.stdout.fileno(), "wb", closefd=False) as output:
        output.write(orjson.dumps(found))
