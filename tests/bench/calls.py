"""What a message to everybody costs: ``python -m tests.bench.calls [--people N] [--online N]``.

The owner of a room of 10,000 posts ``@room``, while some of its members are online and one of them posts in another
room: how long that one's messages take to be acknowledged, before and meanwhile, and after how many seconds all
members have the item in their inbox.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import tempfile
from contextlib import AsyncExitStack, closing
from pathlib import Path

from tests.bench.fill import belong
from tests.bench.seed import Seed, sow
from tests.bench.sign_ins import SECONDS, meanwhile
from tests.people import Person, connect
from tests.processes import started
from tests.servers import QUICK
from tests.soak.wire import raise_file_limit

ROOM = "#everybody"
INTERVAL = 0.2
PATIENCE = 120
COUNTED = "UPDATE rooms SET members = ?, counter = ? WHERE name = ?"
OWNED = "UPDATE members SET role = 'owner' WHERE room = ? AND username = ?"


def gather(database: Path, people: list[str]) -> None:
    """Create a room of all these people, which the last of them owns."""
    with closing(sqlite3.connect(database)) as db:
        db.execute("PRAGMA synchronous = OFF")
        belong(db, [ROOM], *people)
        db.execute(COUNTED, (len(people), len(people) + 2, ROOM))
        db.execute(OWNED, (ROOM, people[-1]))
        db.commit()


async def call(database: Path, owner: Person, people: int) -> None:
    """Post ``@room``; return when all others have it in their inbox; raises ``TimeoutError``."""
    message = await owner.say(ROOM, "@room Lunch is ready.", confirmed=True)
    async with asyncio.timeout(PATIENCE):
        while len(await asyncio.to_thread(_holders, database, message["id"])) < people - 1:
            await asyncio.sleep(INTERVAL)


def _holders(database: Path, message: str) -> list[tuple[str]]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        return db.execute("SELECT username FROM inbox WHERE message = ?", (message,)).fetchall()


async def measure(seed: Seed, online: int) -> None:
    """Print the figures."""
    directory, people = seed.directory, list(seed.tokens)
    count, database = len(people), directory / "chatrooms.sqlite3"
    gather(database, people)
    options = [part for name, value in QUICK.items() for part in (f"--{name.replace('_', '-')}", str(value))]
    async with started(directory, "--guests", "open", *options) as server, AsyncExitStack() as stack:
        chosen = people[-online:]
        *_, other, owner = [
            await stack.enter_async_context(connect(server.url, name, token=seed.tokens[name])) for name in chosen
        ]
        await other.run("room.create", name="apart")
        await meanwhile("nothing", asyncio.sleep(SECONDS), other, "#apart")
        await meanwhile(f"@room in a room of {count:,}", call(database, owner, count), other, "#apart")


def main() -> None:
    """Measure what the command line asks for."""
    raise_file_limit()
    parser = argparse.ArgumentParser(prog="python -m tests.bench.calls", description=__doc__)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--online", type=int, default=100)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as data:
        asyncio.run(measure(sow(Path(data) / "chat", arguments.people), arguments.online))


if __name__ == "__main__":
    main()
