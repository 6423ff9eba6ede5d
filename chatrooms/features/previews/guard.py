"""Which addresses the server may connect to on behalf of people: those of the public Internet, and no others.

A name is looked up once, and the connection goes to the address that was checked: a name whose address changes between
two answers leads nowhere else. How an address is written does not matter, because its number is checked.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from functools import cache, partial
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from chatrooms.fair_queue import FairQueue
from chatrooms.storage.daemon_threads import DaemonThreads

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

PORTS = {"http": 80, "https": 443}
"""Other ports belong to services that are not meant for strangers."""
LAST_PORT = 65_535
_PUBLIC = IPv6Network("2000::/3")
_NOT_PUBLIC = tuple(
    ip_network(each)
    for each in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24"),
        *("168.63.129.16/32", "203.0.113.0/24", "224.0.0.0/3"),
        *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
    )
)
"""Special addresses, by the registries of https://www.iana.org/numbers; ``ipaddress`` knows them only in late versions.

Of IPv6, all public addresses are in 2000::/3, so that mapped (::ffff:0:0/96), NAT64 (64:ff9b::/32), local, and
multicast ones need no mention; 2001::/23 has Teredo, and 2002::/16 is 6to4: these contain addresses of IPv4.
168.63.129.16 is in no registry: on machines of Azure, it is the platform's own.
"""
LOOK_UPS = 32
"""How many names are looked up at once. A look-up that nobody waits for any more goes on until the system gives up."""
OF_NETWORK, OF_HOST = 4, 2
"""How many of these are for one network, and how many of one name."""


MOST_WAITING = 100
BUSY = "Too many names are being looked up."


class Unreachable(Exception):
    """There is no response that a preview can be made of."""


class Refused(Unreachable):
    """The server does not connect there."""


def is_public(address: Address) -> bool:
    """Return whether an address is one of the public Internet."""
    if isinstance(address, IPv6Address) and (address not in _PUBLIC or address.scope_id is not None):
        return False
    return not any(address in network for network in _NOT_PUBLIC if network.version == address.version)


async def look_up(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host; raises ``OSError``."""
    ask = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    found = await asyncio.get_running_loop().run_in_executor(_look_ups(), ask)
    return [str(address[0]) for *_, address in found]


@cache
def _look_ups() -> DaemonThreads:
    """Return threads for look-ups alone: a server of names that never answers delays nothing else."""
    return DaemonThreads(LOOK_UPS, "look-up")


class Guard:
    """Chooses the address to connect to. ``allowed`` networks are allowed too, at any port, which tests need."""

    def __init__(self, allowed: Sequence[Network] = (), resolve: Resolve = look_up) -> None:
        self._allowed, self._resolve = allowed, resolve
        self._of_hosts = FairQueue(LOOK_UPS, MOST_WAITING, BUSY, of_one=OF_HOST)
        self._of_networks = FairQueue(LOOK_UPS, MOST_WAITING, BUSY, of_one=OF_NETWORK)

    async def address(self, scheme: str, host: str, port: int | None, whom: str = "") -> Address:
        """Return the address for a host. Raises `Refused` for the host of any other network, ``OSError`` for none.

        A name all of whose addresses are not public is refused, and so is one of which only some are. ``whom`` stands
        for the network of the person for whom it is: raises ``RateLimited`` if many of its names are looked up.
        """
        port = port or PORTS[scheme]
        if port > LAST_PORT:
            raise Refused("there is no such port")
        if "." not in host.rstrip(".") and ":" not in host:
            raise Refused("this is the name of a machine in a local network")
        try:
            found = [ip_address(each) for each in await self._look_up(host, port, whom)]
        except ValueError as error:
            raise Refused("this is no address") from error
        if not found:
            raise OSError("this name has no address")
        if not all(self._allows(each, is_usual=port == PORTS[scheme]) for each in found):
            raise Refused("this address is not public")
        return found[0]

    async def _look_up(self, host: str, port: int, whom: str) -> Sequence[str]:
        """Return the addresses of a host, in turns: silent servers of names hold up those who asked them, not others.

        A look-up has its turn until it ends, because it has a thread until then.
        """
        look_up = partial(self._resolve, host, port)
        of_host = partial(self._of_hosts.run, host.rstrip(".").lower(), whom, look_up)
        return await self._of_networks.run(whom, whom, of_host)

    def _allows(self, address: Address, *, is_usual: bool) -> bool:
        if any(address in network for network in self._allowed if network.version == address.version):
            return True
        return is_usual and is_public(address)
