"""How many connections or sessions there may be: from one network, and in all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from ipaddress import IPv6Address, IPv6Network, ip_address, ip_network
from weakref import WeakValueDictionary

from chatrooms.wire.crowd import Crowd

LOCAL = ("127.0.0.1", "::1")


class Slot:
    """The slot of one connection or session of a ``crowd``, from `ConnectionLimits.acquire` until `release`."""

    __slots__ = ("_limits", "_network", "_released", "crowd", "cut")

    def __init__(self, limits: ConnectionLimits, network: str, crowd: Crowd) -> None:
        self._limits, self._network, self._released, self.crowd = limits, network, False, crowd
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
            self._limits.released(self._network)


class ConnectionLimits:
    """Counts connections or sessions: at most ``each`` from one network, unless ``exempt``, and ``total`` in all.

    When all slots are taken, the connection that has kept the server waiting for a request longest is cut off to make
    room, be it idle or in the middle of a header or body. Those from one network are one `Crowd`, ``exempt`` ones each
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
        origin, is_exempt = network(address), self._exempt(address)
        if self._taken[origin] >= self._each and not is_exempt:
            return None
        if self.acquired >= self._total and not self._make_room():
            return None
        self._taken[origin] += 1
        self.acquired += 1
        return Slot(self, origin, Crowd() if is_exempt else self._crowds.setdefault(origin, Crowd()))

    def released(self, origin: str) -> None:
        """Count a connection that is gone."""
        self.acquired -= 1
        self._taken[origin] -= 1
        if not self._taken[origin]:
            del self._taken[origin]

    def _make_room(self) -> bool:
        oldest = next(iter(self.waiting), None)
        if oldest is None:
            return False
        del self.waiting[oldest]
        oldest.cut()
        return True


def network(address: str) -> str:
    """Return the network that an address counts for: one subscriber has all of an IPv6 /64 (RFC 6177, section 2)."""
    try:
        parsed = IPv6Address(address)
    except ValueError:
        return address
    return str(parsed.ipv4_mapped or IPv6Network((int(parsed), 64), strict=False))


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

    def among(address: str) -> bool:
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        plain = getattr(parsed, "ipv4_mapped", None) or parsed
        return any(plain in each for each in networks)

    return among
