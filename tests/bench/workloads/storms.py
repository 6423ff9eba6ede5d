"""Many people type in one room while two others talk; and many come back at once, each watched by the others."""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import median

from tests.bench import texts
from tests.bench.cores import Meter
from tests.bench.figures import Figure
from tests.bench.load import Connection, Load
from tests.bench.peers import Bench
from tests.bench.senders import Sender
from tests.bench.wires import command
from tests.bench.workloads import Scale

SECONDS = 60
SECONDS_BETWEEN = 3.2
"""Ours shows a room at most every 3 seconds that a person types."""
WARM_UP = 3


class Ears:
    """Counts the live events that the connections of a load hear."""

    def __init__(self, connections: list[Connection], what: bytes) -> None:
        self.heard, self._what = 0, what
        for connection in connections:
            connection.heard = self._hear

    def _hear(self, payload: bytes) -> None:
        self.heard += payload.startswith(b"42") and self._what in payload


def typing(bench: Bench, scale: Scale, peer: str) -> Iterator[Figure]:
    """Milliseconds until a private message is acknowledged, sent right after many began to type in a room."""
    with bench.server(peer) as server, Load(server.address, server.wire) as load:
        connections = load.connect_many(scale.typists_among)
        load.rest()
        one, other, *rest = connections
        sender, meter = Sender(one, other.username), Meter(server.pid, bench.cores)
        for _ in range(WARM_UP):
            _say(load, sender)
        typists = rest[: scale.typists]
        delays, spent = [], []
        for _ in range(scale.storms):
            load.rest(SECONDS_BETWEEN)
            ears = Ears(rest, b'"typing"')
            meter.start()
            for connection in typists:
                connection.send(connection.wire.typing(1))
            delays.append(1000 * _say(load, sender))
            load.run(lambda: ears.heard >= len(typists) * (len(rest) - 1), SECONDS)  # noqa: B023 - it is called at once
            seconds, usage = meter.stop()
            spent.append(1000 * seconds * usage.server)
        case = f"{scale.typists} of {scale.typists_among} sockets type"
        yield Figure("typing", f"{case}, private message acknowledged", peer, median(delays), "ms")
        yield Figure("typing", f"{case}, CPU of the server", peer, median(spent), "ms")


def _say(load: Load, sender: Sender) -> float:
    """Post one message; return the seconds until it is acknowledged."""
    sender.begin(time.perf_counter(), sender.count + 1)
    load.run(lambda: not sender.waits, SECONDS)
    return sender.delays[-1]


def returning(bench: Bench, scale: Scale, peer: str) -> Iterator[Figure]:
    """Seconds until people have come back, each of whom watches whether the others are there."""
    names = [texts.name(number) for number in range(scale.watched)]
    for watching in (False, True):
        with bench.server(peer) as server, Load(server.address, server.wire) as load:
            watchers = load.connect_many(scale.watched)
            if watching:
                for connection in watchers:
                    connection.send(command(1, "presence.watch", usernames=_others(scale)))
            ears = Ears(watchers, b'"online"')
            load.rest()
            meter = Meter(server.pid, bench.cores)
            load.connect(_others(scale))
            load.run(lambda: ears.heard >= watching * len(names) ** 2, SECONDS)  # noqa: B023
            seconds, usage = meter.stop()
        case = f"{scale.watched} come, watched by {scale.watched if watching else 0}"
        yield Figure("returning", f"{case}, CPU for each", peer, 1000 * seconds * usage.server / len(names), "ms")


def _others(scale: Scale) -> list[str]:
    return [texts.name(number) for number in range(scale.watched, 2 * scale.watched)]
