"""How often somebody may do something, counted in this process."""

from __future__ import annotations

import math

from chatrooms import gcra
from chatrooms.events import Signal
from chatrooms.settings import Settings

TYPING = "1/3 seconds"


class Rates:
    """The limits of the settings: each rate is counted by person or address."""

    def __init__(self, settings: Settings) -> None:
        self._quotas = {
            "join": gcra.parse(settings.rate_join),
            "post": gcra.parse(settings.rate_post),
            "create": gcra.parse(settings.rate_create),
            "signal": gcra.parse(settings.rate_signal),
            "other": gcra.parse(settings.rate_other),
            "typing": gcra.parse(TYPING),
        }

    def allow(self, rate: str, *who: str) -> bool:
        """Whether ``who`` may do this now; if so, it is counted."""
        quotas = self._quotas[rate]
        if any(each.wait(who) for each in quotas):
            return False
        self.charge(rate, *who)
        return True

    def charge(self, rate: str, *who: str, weight: int = 1) -> None:
        """Count what ``who`` did, however much they may do."""
        for each in self._quotas[rate]:
            each.take(who, weight)

    def wait(self, rate: str, *who: str) -> int:
        """Seconds, at least one, until `allow` says yes again."""
        return max(1, *(math.ceil(each.wait(who)) for each in self._quotas[rate]))

    def passes_on(self, signal: Signal) -> bool:
        """Whether a signal goes out: of typing only one in a while, per person and room."""
        return signal.type != "typing" or self.allow("typing", signal.sender, signal.room)
