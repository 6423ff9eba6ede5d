"""The cost of a disconnect with many rooms: only the room managers, in one process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

from tests.bench.cores import Meter
from tests.bench.figures import Figure
from tests.bench.peers import Bench, spawned
from tests.bench.workloads import Scale


def disconnect(bench: Bench, scale: Scale, peer: str) -> Iterator[Figure]:
    """Milliseconds for one disconnect, the median of many."""
    command = [sys.executable, "-m", "tests.bench.servers.managers", peer, str(scale.in_rooms)]
    with spawned(command, bench.cores) as process:
        meter = Meter(process.pid, bench.cores)
        line = process.stdout.readline()
        _, usage = meter.stop()
        if not line:
            raise subprocess.CalledProcessError(process.wait(), command)
    yield Figure("disconnect", f"{scale.in_rooms:,} rooms, median", peer, float(line), "ms", usage)
