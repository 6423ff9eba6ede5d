"""A rate that is counted by person and by network address."""

from __future__ import annotations

import time
from functools import lru_cache
from math import ceil
from threading import Lock

from chatrooms.errors import RateLimited
from chatrooms.gcra import Quota, parse
from chatrooms.wire.networks import TIMES, circles

Counted = tuple[tuple[tuple[Quota, ...], str], ...]
"""Quotas, and who is counted in these."""
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
            now, counted = time.monotonic(), self._counted(person, network)
            wait = max([quota.wait(who, now) for quotas, who in counted for quota in quotas])
            if wait:
                raise RateLimited(retry_after=ceil(wait))
            _take(counted, now, weight)

    def wait(self, person: str, network: str = "") -> int:
        """Return the seconds until a person may do something again; 0 if that is now."""
        with self._lock:
            now, counted = time.monotonic(), self._counted(person, network)
            return ceil(max(quota.wait(who, now) for quotas, who in counted for quota in quotas))

    def charge(self, person: str, network: str, weight: int) -> None:
        """Count ``weight`` more of what `spend` allowed, however much that is; if it is negative, give it back."""
        with self._lock:
            _take(self._counted(person, network), time.monotonic(), weight)

    def _counted(self, person: str, network: str) -> Counted:
        if not network:
            return ((self._each, person),)
        shared = self._around(network)
        return shared if self._by_address else ((self._each, person), *shared)

    def _together(self, network: str) -> Counted:
        return tuple(zip(self._shared, circles(network), strict=False))


def _take(counted: Counted, now: float, weight: int) -> None:
    for quotas, who in counted:
        for quota in quotas:
            quota.take(who, now, weight)


class NoLimit(Limit):
    """A limit that allows everything."""

    def spend(self, person: str, network: str = "", weight: int = 1) -> None:
        """Count nothing."""

    def wait(self, person: str, network: str = "") -> int:  # noqa: ARG002
        """Return 0."""
        return 0

    def charge(self, person: str, network: str, weight: int) -> None:
        """Count nothing."""
