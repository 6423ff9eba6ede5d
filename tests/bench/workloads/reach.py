"""One message at a time into a room of thousands: the time until everybody has it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import median, quantiles

from tests.bench.cores import Meter
from tests.bench.figures import Figure
from tests.bench.load import Load
from tests.bench.peers import Bench
from tests.bench.senders import Sender
from tests.bench.wires import ROOM
from tests.bench.workloads import Scale
from tests.bench.workloads.fan_out import Room

SECONDS = 60
WARM_UP = 3


def reach(bench: Bench, scale: Scale, peer: str) -> Iterator[Figure]:
    """Milliseconds from posting to the last socket; the load reads all of them on one core, which takes a part."""
    with bench.server(peer) as server, Load(server.address, server.wire) as load:
        load.connect_many(scale.crowd)
        load.rest()
        room, meter = Room(load), Meter(server.pid, bench.cores)
        room.listen()
        sender = Sender(load.connections[0], ROOM)
        for _ in range(WARM_UP):
            _once(room, sender)
        meter.start()
        delays = [_once(room, sender) for _ in range(scale.calls)]
        _, usage = meter.stop()
        load.rest(0.15)
        room.ledger.settle({sender.connection.username: sender.count})
    case = f"{scale.crowd:,} sockets, one message, until all have it"
    yield Figure("reach", f"{case}, median", peer, median(delays), "ms", usage)
    yield Figure("reach", f"{case}, 99 of 100", peer, quantiles(delays, n=100)[98], "ms", usage)


def _once(room: Room, sender: Sender) -> float:
    begun = time.perf_counter()
    sender.begin(begun, sender.count + 1)
    room.load.run(lambda: room.ledger.messages >= sender.count, SECONDS)
    for listener in room.listeners:
        room.load.run(lambda: not listener.behind, SECONDS)  # noqa: B023 - it is called at once
    took = time.perf_counter() - begun
    room.load.run(lambda: not sender.waits, SECONDS)
    return 1000 * took
