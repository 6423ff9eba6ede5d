"""How often somebody may do something: sliding windows per person or address."""

from __future__ import annotations

import math
import time

from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from chatrooms.live import Signal
from chatrooms.settings import Settings

TYPING = "1/3 second"
SECONDS_TO_SWEEP = 5.0


class Counters(MemoryStorage):
    """The counters of limits, swept now and then by whoever counts.

    By itself limits starts a thread for that at nearly every hit, and the event loop waits until the thread runs.
    """

    def __init__(self) -> None:
        self._next_sweep = time.time() + SECONDS_TO_SWEEP
        super().__init__()

    def _MemoryStorage__schedule_expiry(self) -> None:  # noqa: N802 - the name of the private method that it replaces
        now = time.time()
        if now >= self._next_sweep:
            self._next_sweep = now + SECONDS_TO_SWEEP
            self._MemoryStorage__expire_events()  # type: ignore[attr-defined]


class Rates:
    """The limits of the settings, counted in this process."""

    def __init__(self, settings: Settings) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(Counters())
        self._items = {
            "join": parse_many(settings.rate_join),
            "post": parse_many(settings.rate_post),
            "create": parse_many(settings.rate_create),
            "signal": parse_many(settings.rate_signal),
            "other": parse_many(settings.rate_other),
            "typing": parse_many(TYPING),
        }

    def allow(self, rate: str, *who: str) -> bool:
        """Whether ``who`` may do this now; if so, it is counted."""
        return all(self._limiter.hit(item, rate, *who) for item in self._items[rate])

    def wait(self, rate: str, *who: str) -> int:
        """Seconds, at least one, until `allow` says yes again."""
        full = (item for item in self._items[rate] if not self._limiter.test(item, rate, *who))
        return max([1, *(self._reset(item, rate, *who) for item in full)])

    def passes_on(self, signal: Signal) -> bool:
        """Whether a signal goes out: of typing only one in a while, per person and room."""
        return signal.type != "typing" or self.allow("typing", signal.sender, signal.room)

    def _reset(self, item: RateLimitItem, *key: str) -> int:
        return math.ceil(self._limiter.get_window_stats(item, *key).reset_time - time.time())
