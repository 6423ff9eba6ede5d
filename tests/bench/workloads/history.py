"""Reading a room with ten million messages compared to one with ten thousand."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

from tests.bench.cores import Meter
from tests.bench.figures import Figure
from tests.bench.fill import fill
from tests.bench.load import Connection, Load
from tests.bench.peers import Bench
from tests.bench.wires import answer, command
from tests.bench.workloads import Scale

SMALL, LARGE = "#small", "#large"
SMALL_SIZE = 10_000
BEHIND = 100
SECONDS = 30
Ask = Callable[[int], dict[str, Any]]
"""The parameters of a command, given the number of messages in the room."""


class Reader:
    """A client that runs one command after another."""

    def __init__(self, load: Load, connection: Connection) -> None:
        self._load, self._connection = load, connection
        self._said = 0
        self._answer: bytes = b""
        connection.heard = self._heard

    def ask(self, name: str, **params: Any) -> tuple[float, dict[str, Any]]:
        """Milliseconds until the answer, and what it is; raises `Refused`."""
        self._answer, self._said = b"", self._said + 1
        before = time.perf_counter()
        self._connection.send(command(self._said, name, **params))
        self._load.run(lambda: bool(self._answer), SECONDS)
        took = 1000 * (time.perf_counter() - before)
        return took, answer(self._answer)["result"]

    def heads(self) -> dict[str, int]:
        """The newest rev of every room."""
        return {change["room"]: change["rev"] for change in self.ask("sync", revs={})[1]["changes"]}

    def _heard(self, payload: bytes) -> None:
        if payload.startswith(b"43"):
            self._answer = payload


def history(bench: Bench, scale: Scale, peer: str) -> Iterator[Figure]:
    """Milliseconds for a page and for a catch-up, the large room and the small one asked in turn."""
    sizes = {SMALL: SMALL_SIZE, LARGE: scale.messages}
    with bench.data() as directory:
        fill(directory, sizes, "u00000")
        with bench.server(peer, data=directory) as server, Load(server.address, server.wire) as load:
            reader, meter = Reader(load, *load.connect_many(1)), Meter(server.pid, bench.cores)
            for what, name, ask in _questions(reader.heads(), random.Random(0)):
                meter.start()
                delays = _delays(reader, name, ask, sizes, scale.pages)
                _, usage = meter.stop()
                small, large = median(delays[SMALL]), median(delays[LARGE])
                yield Figure("history", f"{what}, {SMALL_SIZE:,} messages", peer, small, "ms", usage)
                yield Figure("history", f"{what}, {scale.messages:,} messages", peer, large, "ms", usage)
                yield Figure("history", f"{what}, large / small", peer, large / small, "×")


def _questions(
    heads: dict[str, int], dice: random.Random
) -> list[tuple[str, str, Callable[[str, int], dict[str, Any]]]]:
    return [
        ("newest page", "history", lambda room, _: {"room": room}),
        ("page anywhere", "history", lambda room, size: {"room": room, "before": dice.randrange(200, size)}),
        ("catch-up of 100", "sync", lambda room, _: {"revs": heads | {room: heads[room] - BEHIND}}),
    ]


def _delays(reader: Reader, name: str, ask: Callable[..., Any], sizes: dict[str, int], pages: int) -> dict:
    delays: dict[str, list[float]] = {room: [] for room in sizes}
    for _ in range(pages):
        for room, size in sizes.items():
            took, result = reader.ask(name, **ask(room, size))
            assert _messages(result, room), f"nothing of {room}"
            delays[room].append(took)
    return delays


def _messages(result: dict[str, Any], room: str) -> list[Any]:
    if "messages" in result:
        return result["messages"]
    return next(change.get("messages", []) for change in result["changes"] if change["room"] == room)
