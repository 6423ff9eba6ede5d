"""``python -m tests.soak --minutes N``: the promises under load and faults; exits with 1 if one was broken."""

from __future__ import annotations

import argparse
import asyncio
import gc
import sys
import time
import traceback
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.soak.nodes import nodes
from tests.soak.outcome import Outcome
from tests.soak.scenarios import SCENARIOS, Scenario
from tests.soak.wire import raise_file_limit

LEAST = 10.0


def main() -> None:
    """Parse the arguments, run the scenarios, print the report."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--only", choices=SCENARIOS, action="append", help="these scenarios alone")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--scale", type=float, default=1.0, help="of the counts of all scenarios but delivery")
    parser.add_argument("--nodes", type=int, default=0, help="instead, so many nodes on one PostgreSQL")
    parser.add_argument("--bus", choices=["postgresql", "redis"], default="postgresql", help="of these nodes")
    given = parser.parse_args()
    raise_file_limit()
    gc.freeze()  # a full collection of all that was imported would delay what is measured by 90 ms
    known = {"nodes": partial(nodes, count=given.nodes, bus=given.bus)} if given.nodes else SCENARIOS
    with TemporaryDirectory(prefix="chatrooms-soak-") as scratch:
        outcomes = asyncio.run(run(Path(scratch), known, given))
    _report(outcomes, given.seed)
    sys.exit(any(outcome.violations for outcome in outcomes))


async def run(scratch: Path, known: Mapping[str, Scenario], given: argparse.Namespace) -> list[Outcome]:
    """Run the scenarios: those with counts first, then delivery for the rest of the time."""
    began, found = time.monotonic(), []
    for name in (each for each in known if each in (given.only or known)):
        left = max(LEAST, given.minutes * 60 - (time.monotonic() - began))
        found.append(await _one(name, known[name], scratch, left, given))
        print(found[-1].markdown(), "\n", flush=True)
    return found


async def _one(name: str, scenario: Scenario, scratch: Path, seconds: float, given: argparse.Namespace) -> Outcome:
    print(f"{time.strftime('%H:%M:%S')} {name}, seed {given.seed}", file=sys.stderr, flush=True)
    began = time.monotonic()
    try:
        outcome = await scenario(scratch, seconds, given.seed, given.scale)
    except Exception as error:
        traceback.print_exc()
        outcome = Outcome(name, violations=[f"did not end: {type(error).__name__} {error}"])
    outcome.figures["took"] = f"{time.monotonic() - began:.0f} s"
    return outcome


def _report(outcomes: list[Outcome], seed: int) -> None:
    total = sum(len(outcome.violations) for outcome in outcomes)
    print(f"# Soak, seed {seed}, {time.strftime('%Y-%m-%d %H:%M UTC', time.gmtime())}: {total} violations\n")
    for outcome in outcomes:
        print(outcome.markdown() + "\n")


if __name__ == "__main__":
    main()
