"""What signing in with passwords costs others, and tells: ``python -m tests.bench.sign_ins [--at-once N] [--tries N]``.

A person posts while many sign in at the same time: how long their messages take to be acknowledged, before and
meanwhile. Then tries with known and unknown names, in turn: by how much the medians of their times differ.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

import aiohttp

from tests.people import Person, connect
from tests.processes import started
from tests.servers import QUICK

PASSWORD = "umbrella cactus 42"
SECONDS = 5.0
PAUSE = 0.005


async def sign_in(session: aiohttp.ClientSession, url: str, username: str, password: str) -> float:
    """Try to sign in; return how many milliseconds that took."""
    begun = time.perf_counter()
    body = {"username": username, "password": password}
    async with session.post(f"{url}/api/session.password", json=body) as response:
        await response.read()
    return 1000 * (time.perf_counter() - begun)


async def acknowledged(person: Person, until: asyncio.Event, room: str = "#lobby") -> list[float]:
    """Post until something ends; return how many milliseconds each acknowledgement took."""
    times = []
    while not until.is_set():
        begun = time.perf_counter()
        await person.say(room, "hello")
        times.append(1000 * (time.perf_counter() - begun))
        await asyncio.sleep(PAUSE)
    return times


async def meanwhile(session: aiohttp.ClientSession, url: str, people: list[str]) -> None:
    """Sign everybody in at once."""
    await asyncio.gather(*(sign_in(session, url, name, PASSWORD) for name in people))


async def measure(url: str, at_once: int, tries: int) -> None:
    """Print the figures."""
    people = [f"user{number}" for number in range(at_once)]
    async with aiohttp.ClientSession() as session, connect(url, "alice") as alice:
        for name in people:
            async with connect(url, name) as person:
                await person.run("password.set", password=PASSWORD)
        for what, work in (
            ("nothing", asyncio.sleep(SECONDS)),
            (f"{at_once} sign-ins", meanwhile(session, url, people)),
        ):
            over = asyncio.Event()
            posting = asyncio.create_task(acknowledged(alice, over))
            begun = time.perf_counter()
            await work
            took = time.perf_counter() - begun
            over.set()
            times = await posting
            late = quantiles(times, n=100)[98]
            print(
                f"with {what} ({took:.1f} s): median {median(times):.1f} ms, 99 % {late:.1f} ms, {len(times)} messages"
            )
        known, unknown = [], []
        for number in range(tries):
            known.append(await sign_in(session, url, people[number % at_once], "wrong"))
            unknown.append(await sign_in(session, url, f"nobody{number}", "wrong"))
        print(f"known names: median {median(known):.2f} ms, unknown: {median(unknown):.2f} ms, {tries} tries each")


async def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.sign_ins", description=__doc__)
    parser.add_argument("--at-once", type=int, default=100)
    parser.add_argument("--tries", type=int, default=90, help="of each kind; an address can make 100 in an hour")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as data:
        options = [part for name, value in QUICK.items() for part in (f"--{name.replace('_', '-')}", str(value))]
        async with started(Path(data), *options) as server:
            await measure(server.url, arguments.at_once, arguments.tries)


if __name__ == "__main__":
    asyncio.run(main())
