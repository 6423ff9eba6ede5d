"""All scenarios by name, in the order in which they are run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.soak.abrupt_ends import abrupt_ends
from tests.soak.crowd import reconnect, shutdown
from tests.soak.delivery import delivery
from tests.soak.fuzz import fuzz
from tests.soak.loud import loud
from tests.soak.outcome import Outcome
from tests.soak.silent import silent
from tests.soak.strangers import strangers

Scenario = Callable[[Path, float, int, float], Awaitable[Outcome]]


async def _delivery(scratch: Path, seconds: float, seed: int, _scale: float) -> Outcome:
    return await delivery(scratch, seconds, seed)


SCENARIOS: dict[str, Scenario] = {
    "abrupt": abrupt_ends,
    "silent": silent,
    "fuzz": fuzz,
    "loud": loud,
    "strangers": strangers,
    "shutdown": shutdown,
    "reconnect": reconnect,
    "delivery": _delivery,
}
