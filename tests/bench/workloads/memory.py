"""The memory of an idle socket."""

from __future__ import annotations

from collections.abc import Iterator

import psutil

from tests.bench.figures import Figure
from tests.bench.load import Load
from tests.bench.peers import Bench
from tests.bench.workloads import Scale

WARM_UP = 200
SETTLE_SECONDS = 1.0


def memory(bench: Bench, scale: Scale, peer: str) -> Iterator[Figure]:
    """Growth of the resident memory by each further socket, after some have come already."""
    with bench.server(peer) as server, Load(server.address, server.wire) as load:
        load.connect_many(WARM_UP)
        load.rest(SETTLE_SECONDS)
        before = psutil.Process(server.pid).memory_info().rss
        load.connect_many(scale.idle)
        load.rest(SETTLE_SECONDS)
        grown = psutil.Process(server.pid).memory_info().rss - before
        yield Figure("memory", f"{scale.idle:,} sockets", peer, grown / scale.idle / 1024, "KiB")
