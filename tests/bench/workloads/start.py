"""The time from start to the first response, and the memory of an idle server."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from tests.bench.figures import Figure
from tests.bench.peers import Bench
from tests.bench.workloads import Scale

HANDSHAKE = "/socket.io/?EIO=4&transport=polling"
SETTLE_SECONDS = 1.0


def start(bench: Bench, scale: Scale, peer: str) -> Iterator[Figure]:
    """Seconds from the command to the first answer; ours on a new database first, then on that one again."""
    with bench.empty() as directory:
        seconds, resident = _start(bench, peer, directory)
        yield Figure("start", "first start to first answer", peer, seconds, "s")
        for _ in range(scale.starts):
            seconds, resident = _start(bench, peer, directory)
            yield Figure("start", "later start to first answer", peer, seconds, "s")
        yield Figure("start", "idle memory after a start", peer, resident / 1024 / 1024, "MiB")


def _start(bench: Bench, peer: str, directory: Path) -> tuple[float, int]:
    with bench.server(peer, data=directory) as server:
        connection = http.client.HTTPConnection(*server.address, timeout=10)
        connection.request("GET", HANDSHAKE)
        answer = connection.getresponse()
        answer.read()
        seconds = time.perf_counter() - server.spawned_at
        connection.close()
        if answer.status != http.HTTPStatus.OK:
            raise OSError(f"{peer} answers {answer.status}")
        time.sleep(SETTLE_SECONDS)
        return seconds, psutil.Process(server.pid).memory_info().rss
