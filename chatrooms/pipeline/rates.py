"""Rate limits, counted in this process by person and by network address."""

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
"""An address may do as much as this many people: it may be an office, or one person with many names."""


class Rates:
    """The rates of the settings, each counted by person or another key; `spend` also counts by address.

    Safe in any thread.
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
        """Return whether ``who`` may do this now, and count it if so."""
        with self._lock:
            quotas = self._quotas[rate]
            if any(each.wait(who) for each in quotas):
                return False
            _take(quotas, who, 1)
            return True

    def spend(self, rate: str, username: str, network: str, weight: int = 1) -> None:
        """Count ``weight`` for a person and for their network address, if it is known.

        Raises `RateLimited` if either has reached the limit. Below the limit, any weight is allowed and lengthens the
        wait afterwards. A weight of 0 is always allowed.
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
        """Count ``weight`` more for what `spend` has allowed, without checking the limit."""
        with self._lock:
            for quotas, who in self._counted(rate, username, network):
                _take(quotas, who, weight)

    def begin(self, me: str, network: str, others: Iterable[str]) -> None:
        """Count a conversation that ``me`` starts from the address ``network``; raises `RateLimited`.

        It counts against the person, the address, and the conversations of that address with each of the ``others``.
        Without an address, as when the host application acts for a person, it counts against the person only.
        """
        counted: list[tuple[str, tuple[str, ...]]] = [("begin", (me,))]
        if network:
            counted += [("begin_address", (network,)), *(("begin_with", (network, other)) for other in others)]
        with self._lock:
            wait = max(each.wait(who) for rate, who in counted for each in self._quotas[rate])
            if wait:
                message = "You've started many conversations recently. Try again later."
                raise RateLimited(message, retry_after=_seconds(wait))
            for rate, who in counted:
                _take(self._quotas[rate], who, 1)

    def wait(self, rate: str, *who: str) -> int:
        """Return the seconds, at least 1, until `allow` returns true again."""
        return max(1, *(_seconds(each.wait(who)) for each in self._quotas[rate]))

    def passes_on(self, signal: Signal) -> bool:
        """Return whether to emit a signal: typing is limited per person and room, other signals always pass."""
        return signal.type != "typing" or self.allow("typing", signal.sender, signal.room)

    def _counted(self, rate: str, username: str, network: str) -> list[tuple[tuple[Quota, ...], tuple[str, ...]]]:
        """Return the quotas to check and their keys. An address may broadcast only as much as one person.

        More would delay everyone else.
        """
        if rate == "broadcast" and network:
            return [(self._quotas[rate], ("address", network))]
        person = (self._quotas[rate], (username,))
        return [person, (self._networks[rate], (network,))] if network else [person]


def _take(quotas: tuple[Quota, ...], who: tuple[str, ...], weight: int) -> None:
    for each in quotas:
        each.take(who, weight)


def _seconds(wait: float) -> int:
    return max(1, ceil(wait))
