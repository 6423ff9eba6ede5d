"""Who may connect: so many from one address, and no more than there are file descriptors for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from ipaddress import IPv6Address, IPv6Network, ip_address, ip_network


class Seat:
    """The place of one connection, from when it is admitted until it calls `leave`."""

    __slots__ = ("_gate", "_left", "_network", "cut")

    def __init__(self, gate: Gate, network: str) -> None:
        self._gate, self._network, self._left = gate, network, False
        self.cut: Callable[[], None]

    def wait(self, cut: Callable[[], None]) -> None:
        """Note that the server waits for the client to send: ``cut`` may be called to make room for others."""
        self.cut = cut
        self._gate.waiting[self] = None

    def work(self) -> None:
        """Note that the server has something to do for the client."""
        self._gate.waiting.pop(self, None)

    def leave(self) -> None:
        """Note that the connection is gone; only the first time counts."""
        if not self._left:
            self._left = True
            self.work()
            self._gate.left(self._network)


class Gate:
    """Counts connections: at most ``each`` from one network, unless ``exempt``, and ``total`` in all.

    When all places are taken, the connection that has kept the server waiting for a request longest is cut off to make
    room, be it idle or in the middle of a header or body.
    """

    def __init__(self, total: int, each: int, exempt: Callable[[str], bool]) -> None:
        self.waiting: dict[Seat, None] = {}
        self._total, self._each, self._exempt = total, each, exempt
        self._taken: Counter[str] = Counter()
        self.admitted = 0

    def admit(self, address: str) -> Seat | None:
        """Return a seat for a connection from ``address``, or None if it may have none."""
        place = network(address)
        if self._taken[place] >= self._each and not self._exempt(address):
            return None
        if self.admitted >= self._total and not self._make_room():
            return None
        self._taken[place] += 1
        self.admitted += 1
        return Seat(self, place)

    def left(self, place: str) -> None:
        """Count a connection that is gone."""
        self.admitted -= 1
        self._taken[place] -= 1
        if not self._taken[place]:
            del self._taken[place]

    def _make_room(self) -> bool:
        oldest = next(iter(self.waiting), None)
        if oldest is None:
            return False
        del self.waiting[oldest]
        oldest.cut()
        return True


def network(address: str) -> str:
    """Return whose address it is, for counting: one subscriber has all of an IPv6 /64 (RFC 6177, section 2)."""
    try:
        parsed = IPv6Address(address)
    except ValueError:
        return address
    return str(parsed.ipv4_mapped or IPv6Network((int(parsed), 64), strict=False))


def listed(addresses: str) -> Callable[[str], bool]:
    """Return whether an address is in ``addresses``, which are separated by commas: addresses, networks, or ``*``."""
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
