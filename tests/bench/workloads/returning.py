"""People who come back: many at once, watched by others; and somebody with many rooms, and threads in them."""

from __future__ import annotations

import time
from collections.abc import Iterator

from tests.bench import stored, texts
from tests.bench.cores import Meter
from tests.bench.figures import Figure
from tests.bench.load import Load
from tests.bench.peers import Bench
from tests.bench.wires import command
from tests.bench.workloads import Scale
from tests.bench.workloads.history import Reader
from tests.bench.workloads.storms import Ears

SECONDS = 60
BEHIND = 10


def watched(bench: Bench, scale: Scale, peer: str) -> Iterator[Figure]:
    """Milliseconds of CPU for each person who comes, without and with others who watch all of them."""
    newcomers = [texts.name(number) for number in range(scale.watched, 2 * scale.watched)]
    for watchers in (0, scale.watched):
        with bench.server(peer) as server, Load(server.address, server.wire) as load:
            connections = load.connect_many(scale.watched)
            for connection in connections[:watchers]:
                connection.send(command(1, "presence.watch", usernames=newcomers))
            ears = Ears(connections, b'"online"')
            load.rest()
            meter = Meter(server.pid, bench.cores)
            load.connect(newcomers)
            load.run(lambda: ears.heard >= watchers * len(newcomers), SECONDS)  # noqa: B023 - it is called at once
            seconds, usage = meter.stop()
        case = f"{scale.watched} come, watched by {watchers}, CPU for each"
        yield Figure("watched", case, peer, 1000 * seconds * usage.server / len(newcomers), "ms")


def reconnect(bench: Bench, scale: Scale, peer: str) -> Iterator[Figure]:
    """Milliseconds until somebody in many rooms is connected and has caught up, from nothing and from a little ago.

    They have caught up as a browser does: the messages of a room come when it is opened.
    """
    me = texts.name(0)
    with bench.data() as directory:
        stored.create(directory, scale.many_rooms, me)
        stored.fill(directory, stored.ROOMS, 2 * BEHIND, me)
        with bench.server(peer, data=directory) as server:
            revs: dict[str, int] = {}
            for what in ("from nothing", f"{BEHIND} messages behind in each", "nothing new"):
                with Load(server.address, server.wire) as load:
                    meter, begun = Meter(server.pid, bench.cores), time.perf_counter()
                    reader = Reader(load, *load.connect([me]))
                    caught_up = _in_pages(reader, me, revs)
                    milliseconds = 1000 * (time.perf_counter() - begun)
                    seconds, usage = meter.stop()
                case = f"{scale.many_rooms:,} rooms, {what}"
                yield Figure("reconnect", case, peer, milliseconds, "ms", usage)
                yield Figure("reconnect", f"{case}, CPU of the server", peer, 1000 * seconds * usage.server, "ms")
                behind = BEHIND if what == "from nothing" else 0
                revs = {room: rev - behind * room.startswith("#room") for room, rev in caught_up.items()}


def follower(bench: Bench, scale: Scale, peer: str) -> Iterator[Figure]:
    """Milliseconds of CPU until somebody in many rooms who follows many threads is connected and has caught up."""
    me = texts.name(0)
    with bench.data() as directory:
        stored.create(directory, scale.many_rooms, me)
        stored.fill(directory, stored.ROOMS, 2 * BEHIND, me)
        stored.follow(directory, 2 * scale.many_rooms, me)
        with bench.server(peer, data=directory) as server:
            revs: dict[str, int] = {}
            for what in ("from nothing", "nothing new", "and again"):
                with Load(server.address, server.wire) as load:
                    meter = Meter(server.pid, bench.cores)
                    reader = Reader(load, *load.connect([me]))
                    revs = _in_pages(reader, me, revs)
                    seconds, usage = meter.stop()
                case = f"{scale.many_rooms:,} rooms, {2 * scale.many_rooms:,} threads, {what}, CPU of the server"
                yield Figure("threads", case, peer, 1000 * seconds * usage.server, "ms")


def _in_pages(reader: Reader, me: str, revs: dict[str, int]) -> dict[str, int]:
    """Return the revs after the heads of all rooms have come, a page at a time, as a browser asks for them."""
    found, after = dict(revs), ""
    while after is not None:
        names = sorted(name for name in found if name > after and name != me)
        asked = {name: found[name] for name in names} | ({} if after else {me: found.get(me, 0)})
        _, page = reader.ask("sync", revs=asked, after=after, heads=True)
        found |= {change["room"]: change["rev"] for change in page["changes"]}
        after = page["until"]
    return found
