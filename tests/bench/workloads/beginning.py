"""First messages: many people who each write to somebody they have not written to before."""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import median, quantiles

from tests.bench.cores import Meter
from tests.bench.figures import Figure
from tests.bench.load import Load
from tests.bench.peers import Bench
from tests.bench.senders import DRAIN_SECONDS, Sender
from tests.bench.workloads import Scale


def beginning(bench: Bench, scale: Scale, peer: str) -> Iterator[Figure]:
    """First messages a second, all sent at once, and the milliseconds until they are acknowledged."""
    with bench.server(peer) as server, Load(server.address, server.wire) as load:
        people = load.connect_many(scale.beginners)
        load.rest()
        following = [*people[1:], people[0]]
        senders = [Sender(one, other.username) for one, other in zip(people, following, strict=True)]
        meter = Meter(server.pid, bench.cores)
        for sender in senders:
            sender.begin(time.perf_counter(), 1)
        load.run(lambda: not any(sender.waits for sender in senders), DRAIN_SECONDS)
        seconds, usage = meter.stop()
    delays = [1000 * delay for sender in senders for delay in sender.delays]
    case = f"{len(senders)} people, each to somebody new"
    yield Figure("beginning", case, peer, len(senders) / seconds, "messages/s", usage)
    yield Figure("beginning", f"{case}, acknowledged, median", peer, median(delays), "ms")
    yield Figure("beginning", f"{case}, acknowledged, 99 of 100", peer, quantiles(delays, n=100)[98], "ms")
