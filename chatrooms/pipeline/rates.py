"""Rate limits, counted in this process by person and by network address.

A command names its rate in its declaration. `charges` counts what costs more than one command, `text_rate` what people
store, `newcomers` what new names do.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import repeat
from math import ceil
from threading import Lock

from chatrooms import names
from chatrooms.errors import RateLimited
from chatrooms.events import Signal
from chatrooms.gcra import Quota, parse, spend
from chatrooms.settings import RATES, Settings
from chatrooms.wire.networks import TIMES, circles

TYPING = "1/3 seconds"
BESIDES_TEXT = 100
"""A row counts as so many characters more than its text has: the rest of it, and its places in indexes."""

Spent = Callable[[str, str], None]
Counted = tuple[tuple[Quota, str], ...]
"""Quotas, each with who is counted in it."""
CACHED = 1000
"""How many addresses are known with the networks around them: every message asks."""


def _address(network: str) -> str:
    """Return the name that requests from an address count under: it has a space, so no username can be the same."""
    return f"address {network}"


class Limit:
    """A rate such as ``120/minute;15/second``, ``times`` as large, that is counted by person and address; thread-safe.

    All people of one address may have ``crowd`` times as much, and those of the networks around it more (see
    `networks`). With ``crowd`` 0 the address alone counts, as one person; only where it is unknown, the person does.
    """

    def __init__(self, text: str, crowd: int = 1, times: int = 1) -> None:
        self._each = parse(text, times)
        self._shared = tuple(parse(text, times * max(1, crowd) * wider) for wider in TIMES)
        self._by_address = crowd == 0
        self._around = lru_cache(maxsize=CACHED)(self._together)
        self._lock = Lock()

    def spend(self, person: str, network: str = "", weight: int = 1) -> None:
        """Count ``weight`` for a person and for their address, if that is known; raises `RateLimited`.

        If anything is allowed now, any weight is; the wait afterwards is longer.
        """
        with self._lock:
            if wait := spend(self._counted(person, network), time.monotonic(), weight):
                raise RateLimited(retry_after=ceil(wait))

    def wait(self, person: str, network: str = "") -> int:
        """Return the seconds until a person may do something again; 0 if that is now."""
        with self._lock:
            now, counted = time.monotonic(), self._counted(person, network)
            return ceil(max(quota.wait(who, now) for quota, who in counted))

    def charge(self, person: str, network: str, weight: int) -> None:
        """Count ``weight`` more of what `spend` allowed, however much that is; if it is negative, give it back."""
        with self._lock:
            now = time.monotonic()
            for quota, who in self._counted(person, network):
                quota.take(who, now, weight)

    def _counted(self, person: str, network: str) -> Counted:
        shared = self._around(network) if network else ()
        if shared and self._by_address:
            return shared
        return (*zip(self._each, repeat(person)), *shared)

    def _together(self, network: str) -> Counted:
        around = zip(self._shared, circles(network), strict=False)
        return tuple((quota, who) for quotas, who in around for quota in quotas)


class NoLimit(Limit):
    """A limit that allows everything."""

    def spend(self, person: str, network: str = "", weight: int = 1) -> None:
        """Count nothing."""

    def wait(self, person: str, network: str = "") -> int:  # noqa: ARG002
        """Return 0."""
        return 0

    def charge(self, person: str, network: str, weight: int) -> None:
        """Count nothing."""


class Rates:
    """A limit for each rate that has a setting, such as `post`, and the fixed ones.

    With `NoLimit` as ``limit`` they allow everything. ``spent`` is called with what `spend_by_address` counts, so that
    other nodes `count` it, too.
    """

    def __init__(self, settings: Settings, limit: type[Limit] = Limit, spent: Spent | None = None) -> None:
        self._spent = spent
        self.limits = {name: limit(getattr(settings, f"rate_{name}"), crowd) for name, crowd in RATES.items()}
        self._begin_with = tuple(limit(settings.rate_begin, times=times) for times in TIMES)
        self._typing = limit(TYPING)
        self._events = limit(settings.rate_post)
        self._slow: dict[int, Limit] = {}
        self._limit = limit
        self._counted: list[tuple[Limit, str, str, int]] | None = None

    def spend(self, rate: str, person: str, network: str = "", weight: int = 1) -> None:
        """Count ``weight`` in a rate for a person and for their address, if that is known; raises `RateLimited`."""
        self._spend(self.limits[rate], person, network, weight)

    def charge(self, rate: str, person: str, network: str, weight: int) -> None:
        """Count ``weight`` more of what `spend` allowed, however much that is."""
        self._charge(self.limits[rate], person, network, weight)

    def spend_by_address(self, rate: str, network: str) -> None:
        """Count a request of an unidentified caller; raises `RateLimited`."""
        self.spend(rate, _address(network), network)
        if self._spent:
            self._spent(rate, network)

    def count(self, rate: str, network: str) -> None:
        """Count a request of an unidentified caller at another node, however many there are."""
        if rate in self.limits:
            self.charge(rate, _address(network), network, 1)

    def begin(self, me: str, network: str, others: Iterable[str], weight: int = 1) -> None:
        """Count a conversation that ``me`` starts, or an invitation of a stranger; raises `RateLimited`.

        It counts against the person, ``weight`` times, their address ``network``, and how often the address did so with
        each of the ``others``. Without an address, as when the host application acts for a person, only the person
        counts. Only the writer's thread asks this.
        """
        counted = [(self.limits["begin"], me, "")]
        if network:
            counted.append((self.limits["begin_address"], me, network))
            around = list(zip(self._begin_with, circles(network), strict=False))
            counted += [(limit, f"{each} {other}", "") for limit, each in around for other in others]
        if wait := max(limit.wait(who, where) for limit, who, where in counted):
            raise RateLimited("You've contacted many new people recently. Try again later.", retry_after=wait)
        for limit, who, where in counted:
            self._spend(limit, who, where)
        self._charge(self.limits["begin"], me, "", weight - 1)

    def text(self, me: str, network: str, text: str) -> None:
        """Count a row that a person adds, such as a message, with its text; raises `RateLimited`."""
        try:
            self.spend("text", me, network, BESIDES_TEXT + len(text))
        except RateLimited as refusal:
            message = "You've added very much text or many other things recently. Try again later."
            raise RateLimited(message, **refusal.details) from None

    def slow(self, me: str, room: str, seconds: int) -> None:
        """Count a message in a room that allows one in ``seconds``, or in a thread there; raises `RateLimited`."""
        limit = self._slow.setdefault(seconds, self._limit(f"1/{seconds} seconds"))
        try:
            self._spend(limit, f"{me} {names.base(room)}")
        except RateLimited as refusal:
            message = f"This room is in slow mode: you can post once in {_in_words(seconds)}."
            raise RateLimited(message, **refusal.details) from None

    def record(self, room: str, username: str, about: str) -> None:
        """Count an event that a person causes in a room's timeline; raises `RateLimited`.

        Only those ``about`` the same person or message count together, so that many people can be invited at once, but
        no one can join and leave without end. They are allowed as often as messages.
        """
        self._spend(self._events, f"{room} {username} {about}")

    def passes(self, signal: Signal) -> bool:
        """Return whether a signal is emitted: of typing only one in a while, per person and room."""
        if signal.type != "typing" or signal.data.get("stopped"):
            return True
        try:
            self._spend(self._typing, f"{signal.sender} {signal.room}")
        except RateLimited:
            return False
        return True

    def _spend(self, limit: Limit, person: str, network: str = "", weight: int = 1) -> None:
        limit.spend(person, network, weight)
        if self._counted is not None:
            self._counted.append((limit, person, network, weight))

    def _charge(self, limit: Limit, person: str, network: str, weight: int) -> None:
        limit.charge(person, network, weight)
        if self._counted is not None:
            self._counted.append((limit, person, network, weight))


class Attempt(Rates):
    """The ``rates`` for work that may be undone, and run again: `undo` gives back what it counted until then."""

    def __init__(self, rates: Rates) -> None:
        self.__dict__ = {**vars(rates), "_counted": []}

    def undo(self) -> None:
        """Give back what was counted."""
        counted, self._counted = self._counted or [], []
        for limit, person, network, weight in counted:
            limit.charge(person, network, -weight)


def _in_words(seconds: int) -> str:
    """Return a span in its largest unit without a fraction, such as "5 minutes", or "a minute" for one."""
    for unit, length in (("hour", 3600), ("minute", 60), ("second", 1)):
        number = seconds // length
        if number * length == seconds and number:
            return f"{number:,} {unit}s" if number > 1 else f"{'an' if unit == 'hour' else 'a'} {unit}"
    return "0 seconds"
