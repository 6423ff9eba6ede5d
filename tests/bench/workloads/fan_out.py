"""Many sockets in one room, some of which post at the same time."""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench.checks import Course, Ledger, Listener
from tests.bench.cores import Meter, Usage
from tests.bench.figures import Figure
from tests.bench.load import Load
from tests.bench.peers import Bench
from tests.bench.senders import DRAIN_SECONDS, Sender, talk
from tests.bench.wires import ROOM
from tests.bench.workloads import Scale

UNIT = "deliveries/s"
WARM = 5000
"""Deliveries under way at the most while everything warms up."""


class Room:
    """All sockets of a load, which receive the same messages."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.ledger = Ledger(ROOM, ROOM)

    def listen(self) -> None:
        """Compare what all sockets receive from now on."""
        self.ledger = Ledger(ROOM, ROOM)
        course = Course(self.ledger, self.load.wire.read)
        self.listeners = []
        for connection in self.load.connections:
            listener = Listener(course, connection.private)
            connection.feed = listener.feed
            self.listeners.append(listener)

    def talk(self, senders: int, seconds: float, most: float = float("inf")) -> int:
        """Let some sockets post until all have received everything; return the number of messages; raises `Wrong`."""
        self.listen()
        talking = [Sender(connection, ROOM) for connection in spread(self.load.connections, senders)]
        talk(self.load, talking, seconds, most)
        said = {sender.connection.username: sender.count for sender in talking}
        self.load.run(lambda: self.ledger.messages >= sum(said.values()), DRAIN_SECONDS)
        for listener in self.listeners:
            self.load.run(lambda: not listener.behind, DRAIN_SECONDS)  # noqa: B023 - it is called at once
        self._said = said
        return self.ledger.messages

    def settle(self) -> None:
        """Check that nothing else arrives; raises `Wrong`."""
        self.load.rest(0.15)
        self.ledger.settle(self._said)


def fan_out(bench: Bench, scale: Scale, peer: str) -> Iterator[Figure]:
    """Deliveries per second, by the number of sockets and senders."""
    for sockets, talking in scale.rooms:
        with bench.server(peer) as server, Load(server.address, server.wire) as load:
            load.connect_many(sockets)
            load.rest()
            room, meter = Room(load), Meter(server.pid, bench.cores)
            for senders in talking:
                rate, usage = _rate(room, meter, senders, scale)
                yield Figure("fan-out", _case(sockets, senders), peer, rate, UNIT, usage)


def spread(connections: list, count: int) -> list:
    """So many of the connections, from everywhere among them."""
    return [connections[at * len(connections) // count] for at in range(count)]


def _rate(room: Room, meter: Meter, senders: int, scale: Scale) -> tuple[float, Usage]:
    room.talk(min(senders, max(1, WARM // len(room.load.connections))), scale.warm_up)
    room.settle()
    meter.start()
    messages = room.talk(senders, scale.seconds)
    seconds, usage = meter.stop()
    room.settle()
    return messages * len(room.load.connections) / seconds, usage


def _case(sockets: int, senders: int) -> str:
    return f"{sockets:,} sockets, {senders} sender{'s' if senders > 1 else ''}"
