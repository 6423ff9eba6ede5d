"""The longest iteration of our event loop while messages go to many sockets."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from tests.bench.cores import Meter
from tests.bench.figures import Figure
from tests.bench.load import Load
from tests.bench.peers import Bench
from tests.bench.workloads import Scale
from tests.bench.workloads.fan_out import Room

PAIR = struct.Struct("dd")
SECONDS = 60


def step(bench: Bench, scale: Scale, peer: str) -> Iterator[Figure]:
    """Milliseconds; see ``servers.watched`` for what a round is."""
    watch = bench.scratch / "watch"
    watch.write_bytes(bytes(PAIR.size))
    module = "tests.bench.servers.watched"
    with bench.server(peer, module=module, BENCH_WATCH=str(watch)) as server, Load(server.address, server.wire) as load:
        load.connect_many(scale.crowd)
        load.rest(1)
        room, meter = Room(load), Meter(server.pid, bench.cores)
        room.talk(1, SECONDS, most=2)
        room.settle()
        _forget(watch)
        meter.start()
        room.talk(1, SECONDS, most=scale.shouts)
        _, usage = meter.stop()
        room.settle()
        longest = PAIR.unpack(watch.read_bytes())
    for kind, seconds in zip(("by the clock", "on the processor"), longest, strict=True):
        case = f"{scale.shouts} messages to {scale.crowd:,} sockets, longest round {kind}"
        yield Figure("step", case, peer, 1000 * seconds, "ms", usage)


def _forget(watch: Path) -> None:
    """Zero, in place: the server has the file mapped."""
    with watch.open("r+b") as file:
        file.write(bytes(PAIR.size))
