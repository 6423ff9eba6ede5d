"""How often somebody may do something, counted in this process."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil

from chatrooms import quota
from chatrooms.errors import RateLimited
from chatrooms.live import Signal
from chatrooms.settings import Settings

TYPING = "1/3 seconds"


class Rates:
    """The limits of the settings: each rate is counted by person or address."""

    def __init__(self, settings: Settings) -> None:
        self._quotas = {
            "join": quota.parse(settings.rate_join),
            "post": quota.parse(settings.rate_post),
            "create": quota.parse(settings.rate_create),
            "begin": quota.parse(settings.rate_begin),
            "begin_with": quota.parse(settings.rate_begin),
            "begin_address": quota.parse(settings.rate_begin_address),
            "signal": quota.parse(settings.rate_signal),
            "other": quota.parse(settings.rate_other),
            "typing": quota.parse(TYPING),
        }

    def allow(self, rate: str, *who: str) -> bool:
        """Whether ``who`` may do this now; if so, it is counted."""
        quotas = self._quotas[rate]
        if any(each.wait(who) for each in quotas):
            return False
        self.charge(rate, *who)
        return True

    def begin(self, me: str, network: str, others: Iterable[str]) -> None:
        """Count a conversation that ``me`` begins from the address ``network``; raises `RateLimited`.

        It counts against the person, the address, and how often the address has begun one with each of the ``others``.
        Without an address, as when the host application acts for somebody, only the person counts. Only the writer's
        thread asks this.
        """
        counted: list[tuple[str, tuple[str, ...]]] = [("begin", (me,))]
        if network:
            counted += [("begin_address", (network,)), *(("begin_with", (network, other)) for other in others)]
        wait = max(each.wait(who) for rate, who in counted for each in self._quotas[rate])
        if wait:
            raise RateLimited("You have begun many conversations. Begin the next one later.", retry_after=ceil(wait))
        for rate, who in counted:
            self.charge(rate, *who)

    def charge(self, rate: str, *who: str, weight: int = 1) -> None:
        """Count what ``who`` did, however much they may do."""
        for each in self._quotas[rate]:
            each.take(who, weight)

    def wait(self, rate: str, *who: str) -> int:
        """Seconds, at least one, until `allow` says yes again."""
        return max(1, *(ceil(each.wait(who)) for each in self._quotas[rate]))

    def passes_on(self, signal: Signal) -> bool:
        """Whether a signal goes out: of typing only one in a while, per person and room."""
        return signal.type != "typing" or self.allow("typing", signal.sender, signal.room)
