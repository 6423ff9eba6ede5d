"""How long `chatrooms copy` takes: ``python -m tests.bench.copying [--messages 1000000]``.

A chat in SQLite is filled with messages, then copied into a PostgreSQL that is started for it, with fsync, and back.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from chatrooms.cli.copying import copy
from chatrooms.settings import DATABASE
from tests.bench.seed import sow
from tests.bench.stored import ROOMS, create, fill
from tests.bench.texts import name
from tests.services import postgres

OF_ROOMS = 100


def main() -> None:
    """Print the seconds of each way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--scratch", type=Path, help="where databases are made; on the disk that is to be measured")
    arguments = parser.parse_args()
    postgres.OPTIONS["fsync"] = "on"
    with tempfile.TemporaryDirectory(dir=arguments.scratch) as scratch, postgres.postgres() as server:
        folder = Path(scratch) / "seed"
        sow(folder, 100)
        create(folder, OF_ROOMS, name(0))
        fill(folder, ROOMS, arguments.messages // OF_ROOMS, name(0))
        with postgres.fresh_database(server) as target:
            _measure(f"sqlite:///{folder / DATABASE}", target, "from SQLite to PostgreSQL")
            _measure(target, f"sqlite:///{Path(scratch) / DATABASE}", "from PostgreSQL to SQLite")


def _measure(source: str, target: str, what: str) -> None:
    begun = time.perf_counter()
    counts = copy(source, target, lambda line: print(line, file=sys.stderr, flush=True))
    seconds = time.perf_counter() - begun
    print(f"{what}: {counts['messages']:,} messages in {seconds:.1f} s", flush=True)


if __name__ == "__main__":
    main()
