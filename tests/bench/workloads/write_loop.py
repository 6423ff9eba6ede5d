"""The upper bound of a core: see ``servers.write_loop``."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from tests.bench.checks import Course, Ledger, Listener
from tests.bench.cores import Meter
from tests.bench.figures import Figure
from tests.bench.load import Load
from tests.bench.peers import Bench, port, spawned
from tests.bench.wires import ROOM, Peer
from tests.bench.workloads import Scale

SOCKETS = 500
TOGETHER = (1, 4, 16)
SECONDS = 60


def write_loop(bench: Bench, scale: Scale, peer: str) -> Iterator[Figure]:
    """Deliveries per second to 500 sockets, by how many go in a write."""
    for together in TOGETHER:
        messages = scale.writes * together
        command = [sys.executable, "-m", "tests.bench.servers.write_loop", *map(str, (SOCKETS, messages, together))]
        with spawned(command, bench.cores) as process, Load(("127.0.0.1", port(process)), Peer()) as load:
            course = Course(Ledger(ROOM, ROOM), load.wire.read)
            listeners = _listeners(load, course)
            meter = Meter(process.pid, bench.cores)
            load.connections[-1].socket.send(b"!")
            for listener in listeners:
                load.run(lambda: course.ledger.messages >= messages and not listener.behind, SECONDS)  # noqa: B023
            seconds, usage = meter.stop()
        rate = SOCKETS * messages / seconds
        yield Figure("write-loop", f"500 sockets, {together} in a write", peer, rate, "deliveries/s", usage)


def _listeners(load: Load, course: Course) -> list[Listener]:
    """Sockets without any handshake."""
    listeners = []
    for _ in range(SOCKETS):
        connection = load.bare()
        listener = Listener(course, connection.private)
        connection.feed = listener.feed
        listeners.append(listener)
    return listeners
