"""One server on PostgreSQL beside one on SQLite: ``python -m tests.bench.postgresql [CASE…] [--rounds 3]``.

Both have the same contents: that of SQLite is copied into a PostgreSQL that is started for it, with fsync. Each round
measures both, one right after the other; the ratio is that of the medians, and more is better.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median

from sqlalchemy import make_url

from chatrooms.cli.copying import copy
from chatrooms.settings import DATABASE
from chatrooms.storage.engines import connect
from chatrooms.storage.migrations import HEAD
from tests.bench import peers, stored, texts
from tests.bench.cores import Cores
from tests.bench.figures import OURS
from tests.bench.fill import talk
from tests.bench.peers import Bench, Running
from tests.bench.reads import Timed, caught_up, in_rooms
from tests.bench.seed import sow
from tests.bench.workloads import QUICK, Scale
from tests.bench.workloads.fan_out import fan_out
from tests.bench.workloads.person import person_to_person
from tests.direct import Direct
from tests.services import postgres

PAIRS, SOCKETS, SENDERS = 250, 500, 64


class OnPostgres(Bench):
    """Our server on a PostgreSQL with a copy of the data; ``url`` is that of its maintenance database."""

    url = ""

    @contextmanager
    def server(self, name: str, data: Path | None = None, module: str = "chatrooms", **env: str) -> Iterator[Running]:
        """A server on a copy in PostgreSQL."""
        folder = data or self.seed.directory
        with postgres.fresh_database(self.url) as database, self.empty() as kept:
            copy(f"sqlite:///{folder / DATABASE}", database, lambda _line: None)
            with super().server(name, data=kept, module=module, CHATROOMS_DATABASE=database, **env) as running:
                yield running


def talking(bench: Bench, scale: Scale) -> float:
    """Messages per second of pairs of people, all of whom talk at once and begin their conversations on the way."""
    (figure,) = person_to_person(bench, scale, OURS)
    return float(figure.value or 0)


def known(bench: Bench, scale: Scale) -> float:
    """The same, when their conversations exist."""
    with bench.empty() as empty:
        directory = Path(shutil.copytree(bench.seed.directory, empty / "known"))
        stored.converse(directory, [(texts.name(2 * at), texts.name(2 * at + 1)) for at in range(PAIRS)])
        (figure,) = person_to_person(replace(bench, seed=replace(bench.seed, directory=directory)), scale, OURS)
    return float(figure.value or 0)


def busy(bench: Bench, scale: Scale) -> float:
    """Deliveries per second in a room of 500 sockets, 64 of which talk."""
    (figure,) = (each for each in fan_out(bench, scale, OURS) if each.unit.startswith("deliveries"))
    return float(figure.value or 0)


def behind(url: str, direct: Direct) -> float:
    """Times per second that somebody 10 messages behind in 1,000 rooms catches up, page by page."""
    return _syncs(url, {room: rev - 10 for room, rev in _all_revs(direct).items() if room.startswith("#room")})


def nothing_new(url: str, direct: Direct) -> float:
    """Times per second that somebody asks who has all of 1,000 rooms."""
    return _syncs(url, _all_revs(direct))


def from_nothing(url: str, direct: Direct) -> float:
    """Times per second that somebody begins with 1,000 rooms of 110 messages."""
    return _syncs(url, {})


def _all_revs(direct: Direct) -> dict[str, int]:
    return caught_up(Timed(direct), {})


def _syncs(url: str, revs: dict[str, int]) -> float:
    direct = Direct()
    direct.engine = connect(make_url(url), writer=False)
    caught_up(Timed(direct), revs)  # compiles the statements
    begun = time.perf_counter()
    caught_up(Timed(direct), revs)
    seconds = time.perf_counter() - begun
    direct.engine.dispose()
    return 1 / seconds


LIVE: tuple[Callable[[Bench, Scale], float], ...] = (talking, known, busy)
SYNCS: tuple[Callable[[str, Direct], float], ...] = (nothing_new, behind, from_nothing)


def main() -> None:
    """Print a row for each case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", nargs="*", choices=[*(case.__name__ for case in (*LIVE, *SYNCS)), []])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--scratch", type=Path, help="where SQLite's databases are made")
    arguments = parser.parse_args()
    postgres.OPTIONS["fsync"] = "on"
    peers.raise_file_limit()
    print("| case | SQLite | PostgreSQL | ratio |\n|---|---:|---:|---:|")
    with tempfile.TemporaryDirectory(dir=arguments.scratch) as scratch, postgres.postgres() as server:
        for measured in (_live(arguments, Path(scratch), server), _synced(arguments, Path(scratch), server)):
            for case, sides in measured:
                sqlite, postgresql = (median(values) for values in sides)
                doc = str(case.__doc__).rstrip(".")
                print(f"| {doc} | {sqlite:,.1f} | {postgresql:,.1f} | {postgresql / sqlite:.2f} |", flush=True)


def _wanted(arguments: argparse.Namespace, cases: tuple) -> list:
    return [case for case in cases if not arguments.case or case.__name__ in arguments.case]


def _live(arguments: argparse.Namespace, scratch: Path, server: str) -> Iterator[tuple]:
    cases = _wanted(arguments, LIVE)
    if not cases:
        return
    rooms = ((SOCKETS, (SENDERS,)),)
    scale = replace(QUICK, rounds=1, seconds=arguments.seconds, warm_up=1, pairs=PAIRS, rooms=rooms)
    bench = Bench(Cores(), sow(scratch / "seed", scale.people), scratch)
    other = OnPostgres(bench.cores, bench.seed, bench.scratch)
    OnPostgres.url = server
    for case in cases:
        rounds = [[case(each, scale) for each in (bench, other)] for _ in range(arguments.rounds)]
        yield case, list(zip(*rounds, strict=True))


def _synced(arguments: argparse.Namespace, scratch: Path, server: str) -> Iterator[tuple]:
    cases = _wanted(arguments, SYNCS)
    if not cases:
        return
    direct, file = in_rooms(100), scratch / "synced.sqlite3"
    talk(direct.driver, 10)
    with direct.engine.begin() as db:
        db.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
        db.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (HEAD,))
    file.write_bytes(direct.driver.serialize())
    with postgres.fresh_database(server) as database:
        copy(f"sqlite:///{file}", database, lambda _line: None)
        for case in cases:
            urls = (f"sqlite:///{file}", database)
            rounds = [[case(url, direct) for url in urls] for _ in range(arguments.rounds)]
            yield case, list(zip(*rounds, strict=True))


if __name__ == "__main__":
    main()
