"""How long a message takes to people at another server, and what a bus that hangs or is dead costs.

``python -m tests.bench.nodes`` starts two servers on one PostgreSQL, with each bus. Alice posts at the first; bob is
there too, and carol at the second. Figures are from posting to the acknowledgement, to receiving, and how much later
than bob carol receives, which is what it costs to cross: undisturbed, then while the bus stands still. At last the bus
is dead for a while, and the figure is when carol has all of it after its return.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from pathlib import Path

from tests.people import Person, connect
from tests.processes import started
from tests.servers import GENEROUS
from tests.services import postgres as postgres_service
from tests.services.postgres import fresh_database, running_postgres
from tests.services.redis import redis
from tests.soak.faults import Faults

POSTS = 500
PAUSE = 0.005
RATES = [f"--rate-{name}={GENEROUS}" for name in ("post", "text", "other", "broadcast")]


class Pair:
    """Two servers, alice and bob at the first, carol at the second.

    ``at`` is when each received which text, or for alice when it was acknowledged.
    """

    def __init__(self, alice: Person, bob: Person, carol: Person) -> None:
        self.alice, self.bob, self.carol = alice, bob, carol
        self.at: dict[str, dict[str, float]] = {"alice": {}, "bob": noting(bob), "carol": noting(carol)}

    def late(self, moment: float) -> float:
        """Return how long after a moment carol had all that was acknowledged before it."""
        before = [text for text, at in self.at["alice"].items() if at < moment]
        return max(0.0, *(self.at["carol"][text] - moment for text in before))

    async def post(self, beginning: str, posts: int, pause: float) -> dict[str, list[float]]:
        """Return the milliseconds of each post, until it was acknowledged, and received by bob and by carol."""
        texts = [f"{beginning} {number}" for number in range(posts)]
        sent = []
        for text in texts:
            sent.append(time.perf_counter())
            await self.alice.say("#lobby", text)
            self.at["alice"][text] = time.perf_counter()
            await asyncio.sleep(pause)
        await asyncio.gather(self.bob.hears_text(texts[-1]), self.carol.hears_text(texts[-1]))
        acknowledged, bob, carol = ([self.at[name][text] for text in texts] for name in ("alice", "bob", "carol"))
        return {
            "acknowledged": between(sent, acknowledged),
            "same server": between(sent, bob),
            "other server": between(sent, carol),
            "crossing": between(bob, carol),
        }


def between(begins: list[float], ends: list[float]) -> list[float]:
    """Return the milliseconds between."""
    return [1000 * (end - begin) for begin, end in zip(begins, ends, strict=True)]


@asynccontextmanager
async def pair(data: Path, *flags: str) -> AsyncIterator[Pair]:
    """Start the servers, and connect the people."""
    async with AsyncExitStack() as stack:
        one, other = [await stack.enter_async_context(started(data, *flags, *RATES)) for _ in range(2)]
        places = ((one, "alice"), (one, "bob"), (other, "carol"))
        people = [await stack.enter_async_context(connect(server.url, name)) for server, name in places]
        yield Pair(*people)


def noting(person: Person) -> dict[str, float]:
    """Return when a person receives each text, which is filled as they do."""
    at: dict[str, float] = {}

    async def hear(event: str, data: dict) -> None:
        for row in data.get("messages", ()) if event == "change" else ():
            at.setdefault(row["text"], time.perf_counter())
        await Person._hear(person, event, data)

    person.client.on("*", hear)
    return at


async def measure(people: Pair, faults: Faults, given: argparse.Namespace) -> None:
    """Print the figures of one bus."""
    show(await people.post("undisturbed", given.posts, PAUSE))
    faults.signal_bus(signal.SIGSTOP)
    hanging = await people.post("hanging", given.posts, PAUSE)
    faults.signal_bus(signal.SIGCONT)
    show({f"{name}, bus hangs": times for name, times in hanging.items() if name != "crossing"})
    if given.dead:
        posting = asyncio.create_task(people.post("dead", int(10 * given.dead), 0.1))
        await faults.kill_bus((given.dead, given.dead))
        back = time.perf_counter()
        await posting
        write(f"{f'bus dead for {given.dead:.0f} s':26} complete {people.late(back):6.2f} s after its return")


def show(found: dict[str, list[float]]) -> None:
    """Print percentiles."""
    for name, times in found.items():
        ordered = sorted(times)
        p50, p99 = ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100]
        write(f"{name:26} p50 {p50:6.2f} ms   p99 {p99:6.2f} ms")


def write(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Print the figures of each bus."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.nodes", description=__doc__)
    parser.add_argument("--bus", choices=["postgresql", "redis"], action="append", help="this one alone")
    parser.add_argument("--posts", type=int, default=POSTS)
    parser.add_argument("--dead", type=float, default=60.0, help="seconds that the bus is dead; 0 to leave it out")
    given = parser.parse_args()
    postgres_service.OPTIONS["fsync"] = "on"
    for bus in given.bus or ("postgresql", "redis"):
        write(f"bus in {bus}")
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            server = stack.enter_context(running_postgres())
            database = stack.enter_context(fresh_database(server.url))
            carrier = stack.enter_context(redis()) if bus == "redis" else None
            flags = ("--database", database, *(("--bus", carrier.url) if carrier else ()))
            asyncio.run(_run(folder, flags, Faults((), server, carrier, random.Random(1)), given))


async def _run(folder: Path, flags: tuple[str, ...], faults: Faults, given: argparse.Namespace) -> None:
    async with pair(folder, *flags) as people:
        await measure(people, faults, given)


if __name__ == "__main__":
    main()
