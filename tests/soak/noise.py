"""A process of guests at one address who use every limit to the full.

    python -m tests.soak.noise '{"port": 8000, "seed": 1, "guests": 30, "seconds": 60}'

It prints ``ready`` when all have joined, begins at a line on its input, ends by itself after the seconds, and prints
how many commands of each kind were accepted and how many were refused.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import orjson
import uvloop

from tests.soak import wire

ADDRESS = "127.0.0.2"
PATIENCE = 60
ARABIC, HANGUL = (0x641, 0x64A), (0xAC00, 0xD7A3)


def _names(chance: random.Random, count: int, script: tuple[int, int]) -> list[str]:
    return ["".join(chr(chance.randint(*script)) for _ in range(32)) for _ in range(count)]


KINDS: dict[str, Callable[[random.Random], dict[str, Any]]] = {
    "signal": lambda _: {"to": "#lobby", "type": "noise", "data": "A" * 65_000},
    "message.post": lambda _: {"room": "#lobby", "text": "\N{GRINNING FACE}" * 10_000},
    "typing": lambda _: {"room": "#lobby"},
    "presence.watch": lambda chance: {"usernames": _names(chance, 420, HANGUL)},
    "user.list": lambda chance: {"usernames": _names(chance, 100, ARABIC)},
    "history": lambda _: {"room": "#lobby"},
    "sync": lambda _: {"revs": {}},
    "room.create": lambda chance: {"name": f"#noise{chance.randrange(10**9)}"},
}
"""The guests' commands, each in an expensive form."""


class Guest:
    """A guest, who runs each kind of command continuously, and after a refusal waits as long as it says."""

    def __init__(self, port: int, number: int, seed: int) -> None:
        self._port, self._name = port, f"loud{number}"
        self._chance = random.Random(f"{seed} {number}")
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._number = 0
        self.counts: Counter[str] = Counter()

    async def join(self) -> None:
        """Connect."""
        self._wire = await wire.connect(self._port, self._name, self._heard, address=ADDRESS)

    async def shout(self, kind: str, until: float) -> None:
        """Run one kind of command until the time is up."""
        while time.monotonic() < until and not self._wire.ended.is_set():
            answer = await self._ask(kind, KINDS[kind](self._chance))
            self.counts[f"{kind} {'accepted' if answer['ok'] else answer['error']['code']}"] += 1
            if not answer["ok"]:
                await asyncio.sleep(min(answer["error"]["details"].get("retry_after", 1), until - time.monotonic()))

    async def _ask(self, kind: str, params: dict[str, Any]) -> Any:
        self._number += 1
        answered = self._waiting[self._number] = asyncio.get_running_loop().create_future()
        self._wire.say(wire.command(self._number, kind, **params))
        return await answered

    def _heard(self, payload: bytes) -> None:
        answer = wire.answer(payload)
        if answer and not (waiting := self._waiting.pop(answer[0])).done():  # it is when the time is up
            waiting.set_result(answer[1])


async def main(given: dict[str, Any]) -> None:
    """Join, wait for a line of input, run the commands, and report."""
    guests = [Guest(given["port"], number, given["seed"]) for number in range(given["guests"])]
    for guest in guests:
        await guest.join()
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    until = time.monotonic() + given["seconds"]
    shouting = [asyncio.create_task(guest.shout(kind, until)) for guest in guests for kind in KINDS]
    await asyncio.wait(shouting, timeout=given["seconds"])
    for task in shouting:
        task.cancel()
    print(orjson.dumps(sum((guest.counts for guest in guests), Counter())).decode(), flush=True)


if __name__ == "__main__":
    wire.raise_file_limit()
    uvloop.run(main(orjson.loads(sys.argv[1])))
