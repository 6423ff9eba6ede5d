"""CPU time of reads and beginnings, without a server: ``python -m tests.bench.reads [CASE…]``.

Each case runs a command's body, and the encoding of its result, on a SQLite database in memory, and takes the least of
some rounds. The first message of a conversation, say, costs its socket and commit besides.
"""

from __future__ import annotations

import argparse
import gc
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from chatrooms.cli.gc_tuning import THRESHOLDS
from chatrooms.pipeline.pipeline import parse
from tests.bench.fill import belong, talk
from tests.direct import DECLARED, Direct

ROUNDS = 5
ROOMS = 1000
REVS_BYTES = 64 * 1024


@dataclass(frozen=True)
class Spent:
    """The milliseconds of CPU of a case, in how many calls, and those of the longest call."""

    all: float
    calls: int
    longest: float


class Timed:
    """Runs commands of ``alice`` and adds up their CPU time."""

    def __init__(self, direct: Direct) -> None:
        self._direct = direct
        self.calls: list[float] = []

    def __call__(self, command: str, **params: Any) -> Any:
        """Return the result of a query."""
        declared, act = DECLARED[command], self._direct.act("alice")
        with act.db:
            begun = time.thread_time()
            p = parse(declared, params)
            result = declared.body(act, p, declared.may(act, p))
            orjson.dumps(result)
            self.calls.append(time.thread_time() - begun)
        return result

    def spent(self) -> Spent:
        """Return what the calls took."""
        return Spent(sum(self.calls) * 1000, len(self.calls), max(self.calls) * 1000)


def caught_up(run: Timed, revs: dict[str, int], **more: Any) -> dict[str, int]:
    """Fetch all rooms, page by page, as clients do, and return the new revs."""
    known, after = dict(revs), ""
    while after is not None:
        names = sorted(name for name in known if name > after and name != "alice")
        asked = {name: known[name] for name in names} | ({} if after else {"alice": known.get("alice", 0)})
        answer = run("sync", revs=asked, after=after, **more)
        known |= {change["room"]: change["rev"] for change in answer["changes"]}
        after = answer["until"]
    return known


def in_rooms(messages: int) -> Direct:
    """Return a database in which alice is in many rooms, each with so many messages of bob."""
    direct = Direct()
    for name in ("alice", "bob"):
        direct.join(name)
    belong(direct.driver, [f"#room{number:05}" for number in range(ROOMS)], "alice", "bob")
    talk(direct.driver, messages)
    return direct


def behind() -> Spent:
    """Be 10 messages behind in each of 1,000 rooms."""
    direct = in_rooms(100)
    revs = caught_up(Timed(direct), {})
    direct.driver.execute("UPDATE reads SET seq = 103, number = 100 WHERE username = 'alice' AND room LIKE '#room%'")
    talk(direct.driver, 10)
    return _least(lambda: caught_up(run := Timed(direct), revs) and run.spent())


def nothing() -> Spent:
    """Start from nothing in 1,000 rooms of 100 messages."""
    direct = in_rooms(100)
    return _least(lambda: caught_up(run := Timed(direct), {}) and run.spent())


def heads() -> Spent:
    """Start from the heads of 1,000 rooms of 100 messages, one of which is open."""
    direct = in_rooms(100)
    return _least(lambda: caught_up(run := Timed(direct), {}, heads=True, open=["#room00000"]) and run.spent())


def up_to_date() -> Spent:
    """Have all of 1,000 rooms."""
    direct = in_rooms(1)
    revs = caught_up(Timed(direct), {})
    return _least(lambda: caught_up(run := Timed(direct), revs) and run.spent())


def _least(measure: Callable[[], Any]) -> Spent:
    return min((measure() for _ in range(ROUNDS)), key=lambda spent: spent.all)


CASES = {case.__name__: case for case in (behind, nothing, heads, up_to_date)}


def rows(wanted: list[str]) -> Iterator[str]:
    """Yield a row of the table for each case."""
    for name in wanted or CASES:
        case = CASES[name]
        spent = case()
        title = str(case.__doc__).rstrip(".")
        yield f"| {title} | {spent.all:.2f} | {spent.calls} | {spent.longest:.2f} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", nargs="*", choices=[*CASES, []], help="all, if none is given")
    wanted = parser.parse_args().case
    gc.set_threshold(*THRESHOLDS)
    gc.freeze()
    print("| case | milliseconds of CPU | calls | longest call |\n|---|---:|---:|---:|")
    for row in rows(wanted):
        print(row, flush=True)


if __name__ == "__main__":
    main()
