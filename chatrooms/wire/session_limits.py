"""How many sessions each network address may have, whatever carries them."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable

from chatrooms.wire.connection_limits import ConnectionLimits, Slot
from chatrooms.wire.tally import Tally

log = logging.getLogger(__name__)


class SessionLimits:
    """Counts sessions: at most ``each`` of one network, unless ``exempt`` returns True for the address.

    By polling, a client can open any number of sessions over one connection, so counting connections is not enough.
    """

    def __init__(self, each: int = sys.maxsize, exempt: Callable[[str], bool] = lambda _address: False) -> None:
        self._limits = ConnectionLimits(sys.maxsize, each, exempt)
        self._tally = Tally(log)

    def acquire(self, address: str) -> Slot | None:
        """Return a slot for a session from ``address``, or None if there is none for it."""
        slot = self._limits.acquire(address)
        if slot is None:
            reason = "too many sessions: refused (settings: connections, proxies)"
            self._tally.note(logging.WARNING, reason, f"from {address or 'a Unix socket'}")
        return slot
