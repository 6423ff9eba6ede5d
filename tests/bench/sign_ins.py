"""What signing in with passwords costs others, and tells: ``python -m tests.bench.sign_ins [--at-once N] [--tries N]``.

A person posts while many sign in at the same time: how long their messages take to be acknowledged, before and
meanwhile. Then tries with known and unknown names, in turn, with hashes that cost almost nothing and so hide nothing:
by how much the medians of their times differ.

Everybody signs in from an address of their own, as limits count by address; only Linux has that many on one machine.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from statistics import median, quantiles
from unittest.mock import patch

import aiohttp
from argon2 import PasswordHasher

from chatrooms import Chatrooms, Settings
from chatrooms.features import users
from chatrooms.identity import hashing, passwords
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.chat import NOBODY
from tests.people import Person, connect
from tests.processes import started
from tests.servers import QUICK, running

PASSWORD = "umbrella cactus 42"
SECONDS = 5.0
PAUSE = 0.005
TRIES = 40
"""Of each kind from one address; it can make 100 in an hour."""
PEOPLE = 50
"""With names that are known; of each from one address, ten tries in 15 minutes are allowed."""
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def client(address: int) -> aiohttp.ClientSession:
    """Return a client at one of this machine's addresses."""
    here = f"127.1.{address // 250}.{address % 250 + 1}"
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(local_addr=(here, 0)))


async def sign_in(session: aiohttp.ClientSession, url: str, username: str, password: str) -> tuple[int, float]:
    """Try to sign in; return the status, and how many milliseconds that took."""
    begun = time.perf_counter()
    body = {"username": username, "password": password}
    async with session.post(f"{url}/api/session.password", json=body) as response:
        await response.read()
    return response.status, 1000 * (time.perf_counter() - begun)


async def add(data: Path, people: Iterable[str]) -> None:
    """Create a database with people who have the same password."""
    hash = hashing.hashed(PASSWORD)
    chat = Chatrooms(Settings(data=data))
    async with chat.lifespan():
        for name in people:

            def come(act: Act, name: str = name) -> None:
                users.add(act, name)
                passwords.store(act, name, hash)

            await chat._pipeline.change(come, NOBODY, *users.locks_to_add(name, chat.settings.lobby))


async def acknowledged(person: Person, until: asyncio.Event, room: str = "#lobby") -> list[float]:
    """Post until something ends; return how many milliseconds each acknowledgement took."""
    times = []
    while not until.is_set():
        begun = time.perf_counter()
        await person.say(room, "hello")
        times.append(1000 * (time.perf_counter() - begun))
        await asyncio.sleep(PAUSE)
    return times


async def meanwhile(what: str, work: Awaitable[None], person: Person, room: str = "#lobby") -> None:
    """Print how long a person's acknowledgements in a room take until some work is done."""
    over = asyncio.Event()
    posting = asyncio.create_task(acknowledged(person, over, room))
    begun = time.perf_counter()
    await work
    took = time.perf_counter() - begun
    over.set()
    times = await posting
    late = quantiles(times, n=100)[98]
    print(
        f"with {what} ({took:.1f} s): median {median(times):.1f} ms, 99 % {late:.1f} ms, most {max(times):.1f} ms, "
        f"{len(times)} messages"
    )


@asynccontextmanager
async def prepared(people: list[str]) -> AsyncIterator[tuple[str, list[aiohttp.ClientSession]]]:
    """Start a server with people; yield its URL, and a client for each of them, whose connection is open."""
    options = [part for name, value in QUICK.items() for part in (f"--{name.replace('_', '-')}", str(value))]
    with tempfile.TemporaryDirectory() as data:
        await add(Path(data), people)
        async with started(Path(data), *options) as server, AsyncExitStack() as stack:
            clients = [await stack.enter_async_context(client(address)) for address in range(len(people))]
            for each in clients:
                await (await each.get(f"{server.url}/healthz")).read()
            yield server.url, clients


async def measure_others(at_once: int) -> None:
    """Print how long acknowledgements take while nothing happens, and while people sign in."""
    people = [f"user{number}" for number in range(at_once)]
    async with prepared(people) as (url, clients), connect(url, "alice") as alice:

        async def sign_all_in() -> None:
            many = (sign_in(each, url, name, PASSWORD) for each, name in zip(clients, people, strict=True))
            assert {status for status, _ in await asyncio.gather(*many)} == {200}

        await meanwhile("nothing", asyncio.sleep(SECONDS), alice)
        await meanwhile(f"{at_once} sign-ins", sign_all_in(), alice)


async def measure_names(tries: int) -> None:
    """Print how long it takes to refuse known and unknown names."""
    known: list[float] = []
    unknown: list[float] = []
    hashing._nobodys.cache_clear()
    with tempfile.TemporaryDirectory() as data, patch.object(hashing, "_argon", return_value=CHEAP):
        await add(Path(data), (f"user{number}" for number in range(PEOPLE)))
        async with running(Path(data)) as server:
            for address in range(-(-tries // TRIES)):
                async with client(address) as session:
                    for number in range(min(TRIES, tries - len(known))):
                        for name, times in (f"user{number}", known), (f"nobody{number}", unknown):
                            status, took = await sign_in(session, server.url, name, "wrong")
                            assert status == 401
                            times.append(took)
    print(
        f"known names: median {median(known):.3f} ms, unknown: {median(unknown):.3f} ms, {len(known)} tries each, with "
        "hashes that cost almost nothing"
    )


async def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.sign_ins", description=__doc__)
    parser.add_argument("--at-once", type=int, default=100)
    parser.add_argument("--tries", type=int, default=2000, help="of each kind")
    arguments = parser.parse_args()
    await measure_others(arguments.at_once)
    await measure_names(arguments.tries)


if __name__ == "__main__":
    asyncio.run(main())
