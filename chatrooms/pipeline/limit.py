"""A rate that is counted by person and by network address."""

from __future__ import annotations

import time
from functools import lru_cache
from math import ceil
from threading import Lock

from chatrooms.errors import RateLimited
from chatrooms.gcra import Quota, parse, spend
from chatrooms.wire.networks import TIMES, circles

Counted = tuple[tuple[Quota, str], ...]
"""Quotas, each with who is counted in it."""
CACHED = 1000
"""How many addresses are known with the networks around them: every message asks."""


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
        return (*[(quota, person) for quota in self._each], *shared)

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
