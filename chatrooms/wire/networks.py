"""What counts as one address: for every limit on what may come from one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv6Address, IPv6Network

TIMES = (1, 16)
"""How many times what an address may have each of its `circles` may. Many customers of a provider can be in one /48."""
CACHED = 10_000


@lru_cache(maxsize=CACHED)
def network(address: str) -> str:
    """Return the network that an address counts for: one subscriber has all of an IPv6 /64 (RFC 6177, section 2)."""
    try:
        parsed = IPv6Address(address)
    except ValueError:
        return address
    return str(parsed.ipv4_mapped or IPv6Network((int(parsed), 64), strict=False))


@lru_cache(maxsize=CACHED)
def circles(network: str) -> tuple[str, ...]:
    """Return what a `network` counts for, the smallest first: itself, and a /48, which one customer can have."""
    try:
        inner = IPv6Network(network)
    except ValueError:
        return (network,)
    return network, str(inner.supernet(new_prefix=48))


def crowded(taken: Sequence[str], mine: str) -> int | None:
    """Return the index in ``taken`` of the place that a network gets when none is free: the last of whichever has most.

    That is an IPv6 /48, or else a `network`, which has more than this one would have. None if there is none.
    """
    for which in (-1, 0):
        around = [circles(each)[which] for each in taken]
        most, times = Counter(around).most_common(1)[0]
        if times > around.count(circles(mine)[which]) + 1:
            return max(index for index, each in enumerate(around) if each == most)
    return None
