"""Rate limits, counted in this process by person and by network address."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from chatrooms import names
from chatrooms.errors import RateLimited
from chatrooms.events import Signal
from chatrooms.gcra import Limit
from chatrooms.settings import RATES, Settings

TYPING = "1/3 seconds"


Spent = Callable[[str, str], None]


def _address(network: str) -> str:
    """Return whom requests from an address count for: no valid username, so that it cannot collide with one."""
    return f"address {network}"


class Rates:
    """A limit for each rate that has a setting, such as ``limits["post"]``, and the fixed ones.

    With `NoLimit` as ``limit`` they allow everything. ``spent`` is called with what `spend_by_address` counts, so that
    other nodes `count` it, too.
    """

    def __init__(self, settings: Settings, limit: type[Limit] = Limit, spent: Spent | None = None) -> None:
        self._spent = spent
        self.limits = {name: limit(getattr(settings, f"rate_{name}"), crowd) for name, crowd in RATES.items()}
        self._begin_with = limit(settings.rate_begin)
        self._typing = limit(TYPING)
        self._events = limit(settings.rate_post)
        self._slow: dict[int, Limit] = {}
        self._limit = limit

    def spend_by_address(self, rate: str, network: str) -> None:
        """Count a request of an unidentified caller; raises `RateLimited`."""
        self.limits[rate].spend(_address(network))
        if self._spent:
            self._spent(rate, network)

    def count(self, rate: str, network: str) -> None:
        """Count a request of an unidentified caller at another node, however many there are."""
        if rate in self.limits:
            self.limits[rate].charge(_address(network), "", 1)

    def begin(self, me: str, network: str, others: Iterable[str]) -> None:
        """Count a conversation that ``me`` starts, or an invitation of a stranger; raises `RateLimited`.

        It counts against the person, their address ``network``, and how often the address did so with each of the
        ``others``.
        Without an address, as when the host application acts for a person, only the person counts. Only the writer's
        thread asks this.
        """
        counted = [(self.limits["begin"], me)]
        if network:
            counted.append((self.limits["begin_address"], network))
            counted += [(self._begin_with, f"{network} {other}") for other in others]
        if wait := max(limit.wait(who) for limit, who in counted):
            raise RateLimited("You've contacted many new people recently. Try again later.", retry_after=wait)
        for limit, who in counted:
            limit.spend(who)

    def slow(self, me: str, room: str, seconds: int) -> None:
        """Count a message in a room that allows one in ``seconds``, or in a thread there; raises `RateLimited`."""
        limit = self._slow.setdefault(seconds, self._limit(f"1/{seconds} seconds"))
        try:
            limit.spend(f"{me} {names.base(room)}")
        except RateLimited as refusal:
            message = f"This room is in slow mode: you can post once in {seconds:,} seconds."
            raise RateLimited(message, **refusal.details) from None

    def record(self, room: str, username: str, about: str) -> None:
        """Count an event that a person causes in a room's timeline; raises `RateLimited`.

        Only those ``about`` the same person or message count together, so that many people can be invited at once, but
        no one can join and leave without end. They are allowed as often as messages.
        """
        self._events.spend(f"{room} {username} {about}")

    def passes(self, signal: Signal) -> bool:
        """Return whether a signal is emitted: of typing only one in a while, per person and room."""
        if signal.type != "typing" or signal.data.get("stopped"):
            return True
        try:
            self._typing.spend(f"{signal.sender} {signal.room}")
        except RateLimited:
            return False
        return True
