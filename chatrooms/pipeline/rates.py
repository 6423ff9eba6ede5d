"""How much somebody may do, counted in this process: by person, and by the network address that they come from."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil
from threading import Lock

from chatrooms import gcra
from chatrooms.errors import RateLimited
from chatrooms.events import Signal
from chatrooms.gcra import Quota
from chatrooms.settings import Settings

TYPING = "1/3 seconds"
PEOPLE = 8
"""How many people that do all they may fit behind one network address: an office, or one person with many names."""


class Rates:
    """The limits of the settings. Each rate counts by person, or whatever else is given; `spend` also by address.

    Can be used from any thread.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = {
            "join": settings.rate_join,
            "post": settings.rate_post,
            "create": settings.rate_create,
            "begin": settings.rate_begin,
            "begin_with": settings.rate_begin,
            "begin_address": settings.rate_begin_address,
            "signal": settings.rate_signal,
            "other": settings.rate_other,
            "broadcast": settings.rate_broadcast,
            "typing": TYPING,
        }
        self._quotas = {rate: gcra.parse(text) for rate, text in self._settings.items()}
        self._networks = {rate: gcra.parse(text, times=PEOPLE) for rate, text in self._settings.items()}
        self._lock = Lock()

    def allow(self, rate: str, *who: str) -> bool:
        """Whether ``who`` may do this now; if so, it is counted."""
        with self._lock:
            quotas = self._quotas[rate]
            if any(each.wait(who) for each in quotas):
                return False
            _take(quotas, who, 1)
            return True

    def spend(self, rate: str, username: str, network: str, weight: int = 1) -> None:
        """Count ``weight`` for a person and for their network address, if it is known.

        Raises `RateLimited` if one of them may do nothing more now. Who may do anything may do something of any
        weight, and then has to wait the longer. A weight of 0 is always allowed.
        """
        if not weight:
            return
        with self._lock:
            counted = self._counted(rate, username, network)
            wait = max(each.wait(who) for quotas, who in counted for each in quotas)
            if wait:
                raise RateLimited(retry_after=_seconds(wait))
            for quotas, who in counted:
                _take(quotas, who, weight)

    def charge(self, rate: str, username: str, network: str, weight: int) -> None:
        """Count ``weight`` more of what `spend` allowed, however much they may do."""
        with self._lock:
            for quotas, who in self._counted(rate, username, network):
                _take(quotas, who, weight)

    def begin(self, me: str, network: str, others: Iterable[str]) -> None:
        """Count a conversation that ``me`` begins from the address ``network``; raises `RateLimited`.

        It counts against the person, the address, and how often the address has begun one with each of the ``others``.
        Without an address, as when the host application acts for somebody, only the person counts.
        """
        counted: list[tuple[str, tuple[str, ...]]] = [("begin", (me,))]
        if network:
            counted += [("begin_address", (network,)), *(("begin_with", (network, other)) for other in others)]
        with self._lock:
            wait = max(each.wait(who) for rate, who in counted for each in self._quotas[rate])
            if wait:
                message = "You have begun many conversations. Begin the next one later."
                raise RateLimited(message, retry_after=_seconds(wait))
            for rate, who in counted:
                _take(self._quotas[rate], who, 1)

    def wait(self, rate: str, *who: str) -> int:
        """Seconds, at least one, until `allow` says yes again."""
        return max(1, *(_seconds(each.wait(who)) for each in self._quotas[rate]))

    def passes_on(self, signal: Signal) -> bool:
        """Whether a signal goes out: of typing only one in a while, per person and room."""
        return signal.type != "typing" or self.allow("typing", signal.sender, signal.room)

    def _counted(self, rate: str, username: str, network: str) -> list[tuple[tuple[Quota, ...], tuple[str, ...]]]:
        """What is counted, and by whom; an address sends no more to many than a person may, or it delays others."""
        if rate == "broadcast" and network:
            return [(self._quotas[rate], ("address", network))]
        person = (self._quotas[rate], (username,))
        return [person, (self._networks[rate], (network,))] if network else [person]


def _take(quotas: tuple[Quota, ...], who: tuple[str, ...], weight: int) -> None:
    for each in quotas:
        each.take(who, weight)


def _seconds(wait: float) -> int:
    return max(1, ceil(wait))
