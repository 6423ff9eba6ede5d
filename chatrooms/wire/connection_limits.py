"""How many connections or sessions there may be: from one network, and in all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from ipaddress import ip_address, ip_network
from weakref import WeakValueDictionary

from chatrooms.wire.crowd import Crowd
from chatrooms.wire.networks import CACHED, TIMES, circles, network

LOCAL = ("127.0.0.1", "::1")


class Slot:
    """The slot of one connection or session of a ``crowd``, from `ConnectionLimits.acquire` until `release`."""

    __slots__ = ("_circles", "_limits", "_released", "crowd", "cut")

    def __init__(self, limits: ConnectionLimits, circles: tuple[str, ...], crowd: Crowd) -> None:
        self._limits, self._circles, self._released, self.crowd = limits, circles, False, crowd
        self.cut: Callable[[], None]

    def set_waiting(self, cut: Callable[[], None]) -> None:
        """Note that the server waits for the client to send: ``cut`` may be called to make room for others."""
        self.cut = cut
        self._limits.waiting[self] = None

    def set_busy(self) -> None:
        """Note that the server has something to do for the client."""
        self._limits.waiting.pop(self, None)

    def release(self) -> None:
        """Note that the connection is gone; only the first time counts."""
        if not self._released:
            self._released = True
            self.set_busy()
            self._limits.released(self._circles)


class ConnectionLimits:
    """Counts connections or sessions: at most ``each`` from one address, unless ``exempt``, and ``total`` in all.

    The networks around an address may have more (see `networks`).

    When all slots are taken, the connection that has kept the server waiting for a request longest is cut off to make
    room, be it idle or in the middle of a header or body. Those from one address are one `Crowd`, ``exempt`` ones each
    their own.
    """

    def __init__(self, total: int, each: int, exempt: Callable[[str], bool]) -> None:
        self.waiting: dict[Slot, None] = {}
        self._total, self._each, self._exempt = total, each, exempt
        self._taken: Counter[str] = Counter()
        self._crowds: WeakValueDictionary[str, Crowd] = WeakValueDictionary()
        self.acquired = 0

    def acquire(self, address: str) -> Slot | None:
        """Return a slot for a connection from ``address``, or None if there is none for it."""
        around, is_exempt = circles(network(address)), self._exempt(address)
        if not is_exempt and self._is_full(around):
            return None
        if self.acquired >= self._total and not self._make_room():
            return None
        self._taken.update(around)
        self.acquired += 1
        return Slot(self, around, Crowd() if is_exempt else self._crowds.setdefault(around[0], Crowd()))

    def released(self, around: tuple[str, ...]) -> None:
        """Count a connection that is gone."""
        self.acquired -= 1
        for each in around:
            self._taken[each] -= 1
            if not self._taken[each]:
                del self._taken[each]

    def _is_full(self, around: tuple[str, ...]) -> bool:
        return any(self._taken[each] >= self._each * times for each, times in zip(around, TIMES, strict=False))

    def _make_room(self) -> bool:
        oldest = next(iter(self.waiting), None)
        if oldest is None:
            return False
        del self.waiting[oldest]
        oldest.cut()
        return True


def exempt(proxies: str) -> Callable[[str], bool]:
    """Return a test of addresses: whether it is that of a proxy or of this machine, where many people may be behind."""
    return listed(",".join(filter(None, (proxies, *LOCAL)))) if proxies.strip() != "*" else listed(proxies)


def listed(addresses: str) -> Callable[[str], bool]:
    """Return a test of addresses: whether one is in ``addresses``, a comma-separated list of addresses and networks.

    ``*`` is all of them.
    """
    if addresses.strip() == "*":
        return lambda _address: True
    networks = []
    for each in addresses.split(","):
        try:
            networks.append(ip_network(each.strip(), strict=False))
        except ValueError:
            continue  # a name, which uvicorn compares too; no connection has a name for an address

    @lru_cache(maxsize=CACHED)
    def among(address: str) -> bool:
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        plain = getattr(parsed, "ipv4_mapped", None) or parsed
        return any(plain in each for each in networks)

    return among
