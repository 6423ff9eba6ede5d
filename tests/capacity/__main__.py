"""``python -m tests.capacity``: measure costs, compare predictions with one, two and three nodes, simulate many people.

It takes some minutes, and needs a machine that does nothing else. Figures are those of this machine; ratios travel.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from pathlib import Path

import psutil

from tests.capacity.measuring import compared, costs
from tests.capacity.model import Costs, Crowd, Machines, Simulation
from tests.services.postgres import fresh_database, postgres

PEOPLE = (1_000, 10_000, 100_000, 1_000_000)


def main() -> None:
    """Print a report."""
    options = _options()
    measured = asyncio.run(_measured(options.nodes))
    machines = Machines(processor=options.processor, memory=options.memory * 1024**2, database=options.database)
    print(f"\n{'people':>10} {'sockets':>9} {'nodes':>6} {'busiest':>8} {'database':>9} {'memory':>9}  because of")
    for people in PEOPLE:
        crowd = Crowd(people, online=options.online, posts=options.posts, room=options.room)
        found = Simulation(measured, crowd).needed(machines)
        print(
            f"{people:>10,} {crowd.connected:>9,.0f} {found.nodes:>6} {found.node:>8.0%} {found.database:>9.2f}"
            f" {found.memory / 1024:>6,.0f} MiB  {found.bound}"
        )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.capacity", description=__doc__)
    crowd, machines = Crowd(1), Machines()
    parser.add_argument("--nodes", type=int, default=3, help="compare predictions up to so many nodes")
    parser.add_argument("--online", type=float, default=crowd.online, help="share of the people who are online")
    parser.add_argument("--posts", type=float, default=crowd.posts, help="messages of each of them in an hour")
    parser.add_argument("--room", type=float, default=crowd.room, help="median of the members of a room")
    parser.add_argument("--processor", type=float, default=machines.processor, help="share of one that a node may use")
    parser.add_argument("--memory", type=float, default=machines.memory / 1024**2, help="GiB of a node")
    parser.add_argument("--database", type=float, default=machines.database, help="processors of the database")
    return parser.parse_args()


async def _measured(most: int) -> Costs:
    with tempfile.TemporaryDirectory(prefix="chatrooms-capacity-") as name, postgres() as url:
        data, server = Path(name), _server(url)
        with fresh_database(url) as database:
            found = await costs(data, database, server)
        _print_costs(found)
        print(f"\n{'nodes':>6} {'predicted':>10} {'measured':>9} {'ratio':>6}   busiest: predicted, measured")
        for count in range(1, most + 1):
            with fresh_database(url) as database:
                each = await compared(count, found, data, database, server)
            print(
                f"{count:>6} {each.predicted:>9.2f}s {each.measured:>8.2f}s {each.predicted / each.measured:>6.2f}"
                f"   {each.busiest_predicted:.2f}s, {each.busiest_measured:.2f}s",
                flush=True,
            )
    return found


def _server(url: str) -> psutil.Process:
    """Return the process of the PostgreSQL that was just started here."""
    folder = url.rpartition("host=")[2].replace("%2F", "/")
    return psutil.Process(int(Path(folder, "postmaster.pid").read_text().split()[0]))


def _print_costs(found: Costs) -> None:
    for name, value, unit in (
        ("a node at rest, each second", found.idle * 1000, "ms"),
        ("a post, at its node", found.commit * 1000, "ms"),
        ("a delivery to a socket", found.delivery * 1e6, "µs"),
        ("a post, at each other node", found.hear * 1e6, "µs"),
        ("and if it has receivers", found.take * 1e6, "µs"),
        ("a sync", found.sync * 1000, "ms"),
        ("a post, in the database", found.database * 1000, "ms"),
        ("a node without sockets", found.base / 1024, "MiB"),
        ("an idle socket", found.socket, "KiB"),
    ):
        print(f"{name:<28} {value:>9.2f} {unit}", flush=True)


if __name__ == "__main__":
    main()
