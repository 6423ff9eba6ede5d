"""The time to acknowledge on an idle server."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median, quantiles

from tests.bench.cores import Meter
from tests.bench.figures import Figure
from tests.bench.load import Load
from tests.bench.peers import Bench
from tests.bench.senders import Sender, talk
from tests.bench.wires import ROOM
from tests.bench.workloads import Scale

SOCKETS = 10
WARM_UP = 100
SECONDS = 60


def acknowledge(bench: Bench, scale: Scale, peer: str) -> Iterator[Figure]:
    """Milliseconds from posting to acknowledgement, with one sender and ten sockets."""
    with bench.server(peer) as server, Load(server.address, server.wire) as load:
        first, *_ = load.connect_many(SOCKETS)
        load.rest()
        sender, meter = Sender(first, ROOM), Meter(server.pid, bench.cores)
        talk(load, [sender], SECONDS, most=WARM_UP)
        meter.start()
        talk(load, [sender], SECONDS, most=scale.acknowledged)
        _, usage = meter.stop()
    delays = [1000 * delay for delay in sender.delays[WARM_UP:]]
    yield Figure("acknowledge", "10 sockets, 1 sender, median", peer, median(delays), "ms", usage)
    yield Figure("acknowledge", "10 sockets, 1 sender, 99 of 100", peer, quantiles(delays, n=100)[98], "ms", usage)
