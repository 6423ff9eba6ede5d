"""What search costs: ``python -m tests.bench.search find [--messages N]`` and ``… post [--rounds N]``.

``find`` writes a SQLite database of so many messages in 1,500 rooms, indexes it, and prints the median time of searches
at the server, without sockets, for people in 5 and in 500 rooms, busy and quiet ones. ``post`` prints how much CPU
time posting takes with the index and without it, in alternating runs, until everything is indexed.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from statistics import median

from sqlalchemy import make_url

from chatrooms import ids
from chatrooms.app import APPLICATION, Chatrooms
from chatrooms.features import FEATURES, search, users
from chatrooms.features.search import indexing
from chatrooms.pipeline.act import Act, Caller, Server
from chatrooms.pipeline.changes import Changes
from chatrooms.pipeline.feature import Features
from chatrooms.pipeline.jobs import Job
from chatrooms.pipeline.parsing import parse
from chatrooms.pipeline.rates import Rates
from chatrooms.settings import DATABASE, Settings
from chatrooms.storage.engines import connect
from tests.bench.stored import indexed

BUSY, QUIET = 1000, 500
BATCH = 20_000
SHARE_OF_QUIET = 0.01
VOCABULARY = 50_000
PEOPLE = {"five": 5, "many": 500, "quiet": 500}
ASKED = {
    "common": ("{1}", "{3}", "{6}"),
    "rare": ("{20000}", "{30000}", "{45000}"),
    "absent": ("zzzz", "nosuchword"),
    "two words": ("{1} {9}", "{5} {40}", "{2} {900}"),
    "common and rare": ("{1} {30000}", "{2} {20000}"),
    "two that never meet": ("{29999} {30000}", "{25000} {26000}"),
    "beginning": ("{3:.2}*", "{30:.3}*", "{500:.3}* {1}"),
    "phrase": ('"{1} {2}"', '"{2} {3} {1}"', '"{9} {30}"'),
    "without": ("{5} -{1}", "{1} -{2}"),
    "author": ("from:person7", "from:person7 {4}"),
    "states": ("has:link {3}", "is:pinned", "is:mention"),
    "times": ("before:2025-06 {4}", "on:2025-03-03 {50}"),
}
ROUNDS = 5
POSTS = 2000
TOGETHER = 8


class Filled:
    """A database with messages, and the words that they are made of, the most frequent first."""

    def __init__(self, folder: Path, messages: int) -> None:
        self.folder, self.messages = folder, messages
        self._dice = random.Random(1)
        self.words = ["".join(self._dice.choices("abcdefghijklmnopqrstuvwxyz", k=2 + n % 8)) for n in range(VOCABULARY)]
        self._weights = list(accumulate(1 / (n + 2) for n in range(VOCABULARY)))

    def fill(self) -> None:
        """Write and index the messages."""
        asyncio.run(_create(self.folder))
        file = self.folder / DATABASE
        with sqlite3.connect(file) as driver:
            driver.execute("PRAGMA synchronous = OFF")
            _join(driver, self._dice)
            for first in range(0, self.messages, BATCH):
                driver.executemany(_MESSAGE, self._rows(first, min(BATCH, self.messages - first)))
                driver.commit()
        driver.close()
        indexed(file)

    def _rows(self, first: int, count: int) -> Iterator[tuple]:
        texts = self._dice.choices(self.words, cum_weights=self._weights, k=count * 12)
        for number in range(count):
            at, key = first + number, first + number + 1
            quiet = self._dice.random() < SHARE_OF_QUIET
            room = f"#quiet{self._dice.randrange(QUIET)}" if quiet else f"#busy{self._dice.randrange(BUSY)}"
            said = " ".join(texts[number * 12 : number * 12 + self._dice.randint(3, 12)])
            when = time.gmtime(1735689600 + at * 31_536_000 // self.messages)
            link = " https://example.com/" if key % 50 == 0 else ""
            stamp = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", when)
            yield key, ids.new(), room, key, key, key, f"person{at % 100}", said + link, stamp


_MESSAGE = """
INSERT INTO messages (key, id, room, seq, rev, number, author, text, at, deleted) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)
"""


async def _create(folder: Path) -> None:
    """Make the database, and the people who wrote the messages and search them."""
    chat = Chatrooms(Settings(data=folder))
    names = [f"person{number}" for number in range(100)] + list(PEOPLE)
    async with chat.lifespan():
        for name in names:
            await chat._pipeline.change(
                lambda act, name=name: users.find_or_add(act, name), APPLICATION, name, "#lobby"
            )


def _join(driver: sqlite3.Connection, dice: random.Random) -> None:
    busy, quiet = [f"#busy{number}" for number in range(BUSY)], [f"#quiet{number}" for number in range(QUIET)]
    driver.executemany(
        "INSERT INTO rooms (name, title, topic, access, created_by, created_at, archived, rev, counter, posted) "
        "VALUES (?, '', '', 'open', 'person0', '2025-01-01T00:00:00.000Z', 0, 1, 3000000, 0)",
        [(room,) for room in (*busy, *quiet)],
    )
    mine = {"five": dice.sample(busy, 5), "many": dice.sample(busy, 500), "quiet": quiet}
    driver.executemany(
        "INSERT INTO members (room, username, role, since, gone, rev, person_rev) "
        "VALUES (?, ?, 'member', '2025-01-01T00:00:00.000Z', 0, 1, 1)",
        [(room, person) for person, rooms in mine.items() for room in rooms],
    )


def find(filled: Filled) -> None:
    """Print the table of searches."""
    engine = connect(make_url(f"sqlite:///{filled.folder / DATABASE}"), writer=False)
    features, rates = Features(FEATURES), Rates(Settings())
    server = Server(parts=features.parts, blank=features.blank)
    print(f"| {filled.messages:,} messages | 5 rooms: median, longest ms | 500 rooms | 500 quiet rooms |")
    print("|---|---:|---:|---:|", flush=True)
    for kind, queries in ASKED.items():
        cells = []
        for person in PEOPLE:
            took, hits = [], 0
            for query in queries * ROUNDS:
                with engine.begin() as db:
                    act = Act(Caller(person), db, Changes(db), rates, server)
                    begun = time.perf_counter()
                    p = parse(search.search, {"query": query.format(*filled.words)})
                    page = search.search.body(act, p, search.search.may(act, p))
                    took.append(1000 * (time.perf_counter() - begun))
                    hits += len(page["messages"])
            cells.append(f"{median(took):.1f}, {max(took):.1f} ({hits // len(took)} hits)")
        print(f"| {kind} | {' | '.join(cells)} |", flush=True)
    engine.dispose()


async def posted(features: tuple, at_once: int) -> float:
    """Return the microseconds of CPU of a message, its share of indexing included."""
    dice = random.Random(2)
    words = ["".join(dice.choices("abcdefghijklmnopqrstuvwxyz", k=5)) for _ in range(5000)]
    generous = dict.fromkeys(("rate_post", "rate_text", "rate_broadcast", "rate_begin"), "1000000/second")
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        chat = Chatrooms(Settings(data=Path(folder), **generous), features=features)
        async with chat.lifespan():
            await chat._pipeline.change(lambda act: users.find_or_add(act, "alice"), APPLICATION, "alice", "#lobby")

            async def post(count: int) -> None:
                for _ in range(count):
                    text = " ".join(dice.choices(words, k=13))
                    await chat._pipeline.run("message.post", {"room": "#lobby", "text": text}, Caller("alice"))

            await asyncio.gather(*(post(50) for _ in range(at_once)))
            begun = time.process_time()
            await asyncio.gather(*(post(POSTS // at_once) for _ in range(at_once)))
            if search.FEATURE in features:
                await indexing.INDEX.run(chat._pipeline, Job(0, "", "", None, 0))
            return 1e6 * (time.process_time() - begun) / POSTS


def post(rounds: int) -> None:
    """Print what posting costs with search and without it."""
    without = tuple(feature for feature in FEATURES if feature is not search.FEATURE)
    print("| posting | without the index | with it: µs of CPU | ratio |\n|---|---:|---:|---:|")
    for at_once in (1, TOGETHER):
        pairs = [(asyncio.run(posted(without, at_once)), asyncio.run(posted(FEATURES, at_once))) for _ in range(rounds)]
        one, other = (median(column) for column in zip(*pairs, strict=True))
        ratio = median(after / before for before, after in pairs)
        print(f"| {at_once} at once | {one:.0f} | {other:.0f} | {ratio:.3f} |", flush=True)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["find", "post"])
    parser.add_argument("--messages", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="where the database is kept, and found again, for `find`")
    chosen = parser.parse_args()
    if chosen.what == "post":
        post(chosen.rounds)
        return
    with tempfile.TemporaryDirectory() as folder:
        filled = Filled(chosen.folder or Path(folder), chosen.messages)
        if not (filled.folder / DATABASE).exists():
            filled.fill()
        find(filled)


if __name__ == "__main__":
    main()
