"""How long a message takes to people at another server: ``python -m tests.bench.nodes``.

Two servers use one PostgreSQL. Alice posts at the first; bob is there too, and carol at the second. Figures are from
posting to receiving, and how much later than bob carol receives it, which is what it costs to cross.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

from tests.people import Person, connect
from tests.processes import started
from tests.servers import GENEROUS
from tests.services.postgres import fresh_database, postgres

POSTS = 500
PAUSE = 0.005
RATES = [f"--rate-{name}={GENEROUS}" for name in ("post", "other", "broadcast")]


async def measure(database: str, data: Path) -> dict[str, list[float]]:
    """Return the milliseconds of each post, until it was acknowledged, and received by bob and by carol."""
    async with AsyncExitStack() as stack:
        one, other = [await stack.enter_async_context(started(data, "--database", database, *RATES)) for _ in range(2)]
        alice = await stack.enter_async_context(connect(one.url, "alice"))
        bob = await stack.enter_async_context(connect(one.url, "bob"))
        carol = await stack.enter_async_context(connect(other.url, "carol"))
        at = {name: noting(person) for name, person in (("bob", bob), ("carol", carol))}
        sent, acknowledged = [], []
        for number in range(POSTS):
            sent.append(time.perf_counter())
            await alice.say("#lobby", str(number))
            acknowledged.append(time.perf_counter())
            await asyncio.sleep(PAUSE)
        await asyncio.gather(bob.hears_text(str(POSTS - 1)), carol.hears_text(str(POSTS - 1)))
        received = {name: [times[str(number)] for number in range(POSTS)] for name, times in at.items()}
    return {
        "acknowledged": [1000 * (end - begin) for begin, end in zip(sent, acknowledged, strict=True)],
        "same server": [1000 * (end - begin) for begin, end in zip(sent, received["bob"], strict=True)],
        "other server": [1000 * (end - begin) for begin, end in zip(sent, received["carol"], strict=True)],
        "crossing": [1000 * (c - b) for b, c in zip(received["bob"], received["carol"], strict=True)],
    }


def noting(person: Person) -> dict[str, float]:
    """Return when a person receives each text, which is filled as they do."""
    at: dict[str, float] = {}

    async def hear(event: str, data: dict) -> None:
        for row in data.get("messages", ()) if event == "change" else ():
            at[row["text"]] = time.perf_counter()
        await Person._hear(person, event, data)

    person.client.on("*", hear)
    return at


def main() -> None:
    """Print the figures."""
    with (
        tempfile.TemporaryDirectory() as folder,
        postgres() as server,
        fresh_database(server) as database,
    ):
        found = asyncio.run(measure(database, Path(folder)))
    for name, times in found.items():
        ordered = sorted(times)
        p50, p99 = ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100]
        sys.stdout.write(f"{name:14} p50 {p50:6.2f} ms   p99 {p99:6.2f} ms\n")


if __name__ == "__main__":
    main()
