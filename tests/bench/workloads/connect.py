"""The rate of new connections."""

from __future__ import annotations

import time
from collections.abc import Iterator

from tests.bench.cores import Meter
from tests.bench.figures import Figure
from tests.bench.load import AT_ONCE, Load
from tests.bench.peers import Bench
from tests.bench.workloads import Scale

WARM_UP = 50


def connect(bench: Bench, scale: Scale, peer: str) -> Iterator[Figure]:
    """Connections a second, from TCP to being able to begin: ours with the token checked and the welcome heard."""
    with bench.server(peer) as server, Load(server.address, server.wire) as load:
        load.connect_many(WARM_UP)
        load.rest()
        meter = Meter(server.pid, bench.cores)
        load.connect_many(scale.connections)
        seconds, usage = meter.stop()
        case = f"{scale.connections:,}, {AT_ONCE} at a time"
        yield Figure("connect", case, peer, scale.connections / seconds, "connections/s", usage)


def join(bench: Bench, scale: Scale, peer: str) -> Iterator[Figure]:
    """First joins per second: each is stored with a new session and broadcast to the lobby."""
    with bench.server(peer) as server, Load(server.address, server.wire) as load:
        meter = Meter(server.pid, bench.cores)
        stamp = int(time.time())
        load.connect(f"new{number}-{stamp}" for number in range(scale.newcomers))
        seconds, usage = meter.stop()
        yield Figure("join", f"{scale.newcomers} newcomers", peer, scale.newcomers / seconds, "joins/s", usage)
