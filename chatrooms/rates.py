"""How often somebody may do something: moving windows per person or address."""

from __future__ import annotations

import math
import time
from typing import Any

from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from chatrooms.settings import Settings

TYPING = "1/3 second"


class Rates:
    """The limits of the settings, counted in this process."""

    def __init__(self, settings: Settings) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._items = {
            "join": parse_many(settings.rate_join),
            "post": parse_many(settings.rate_post),
            "create": parse_many(settings.rate_create),
            "signal": parse_many(settings.rate_signal),
            "other": parse_many(settings.rate_other),
            "typing": parse_many(TYPING),
        }

    def allow(self, rate: str, who: str, p: Any = None) -> bool:
        """Whether ``who`` may do this now; if so, it is counted."""
        key = self._key(rate, who, p)
        if not all(self._limiter.test(item, *key) for item in self._items[rate]):
            return False
        for item in self._items[rate]:
            self._limiter.hit(item, *key)
        return True

    def wait(self, rate: str, who: str, p: Any = None) -> int:
        """Seconds, at least one, until `allow` says yes again."""
        key = self._key(rate, who, p)
        full = (item for item in self._items[rate] if not self._limiter.test(item, *key))
        return max([1, *(self._reset(item, key) for item in full)])

    def _reset(self, item: RateLimitItem, key: tuple[str, ...]) -> int:
        return math.ceil(self._limiter.get_window_stats(item, *key).reset_time - time.time())

    @staticmethod
    def _key(rate: str, who: str, p: Any) -> tuple[str, ...]:
        """Typing is counted per room, everything else per person."""
        return (rate, who, p.room) if rate == "typing" else (rate, who)
