"""All scenarios by name, in the order in which they are run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.soak.delivery import delivery
from tests.soak.outcome import Outcome

Scenario = Callable[[Path, float, int, float], Awaitable[Outcome]]


async def _delivery(scratch: Path, seconds: float, seed: int, _scale: float) -> Outcome:
    return await delivery(scratch, seconds, seed)


SCENARIOS: dict[str, Scenario] = {"delivery": _delivery}
