"""Binary data beside a packet: placeholders in its JSON, and the bytes in messages of their own.

Socket.IO protocol, revision 5, "Packet encoding".
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chatrooms.wire.limits import Limits
from chatrooms.wire.packets import NUMBER, PLACEHOLDER, Malformed, Received


def attach(data: Any, parts: list[bytes]) -> Any:
    """Return `data` with a part in the place of each placeholder; raises ``ValueError`` unless each part has one place.

    A part that could have several would let a small packet grow into a large one.
    """
    left = dict(enumerate(parts))
    whole = _filled(data, left)
    if left:
        raise ValueError("an attachment has no placeholder")
    return whole


def _filled(value: Any, left: dict[int, bytes]) -> Any:
    if isinstance(value, list):
        return [_filled(each, left) for each in value]
    if not isinstance(value, dict):
        return value
    if value.get(PLACEHOLDER) is not True:
        return {key: _filled(each, left) for key, each in value.items()}
    number = value.get(NUMBER)
    if type(number) is not int or number not in left:
        raise ValueError("a placeholder has no attachment")
    return left.pop(number)


@dataclass(slots=True)
class Unfinished:
    """A packet that waits for attachments: ``room`` is how many bytes they may still have."""

    packet: Received
    room: int
    timer: asyncio.TimerHandle
    parts: list[bytes] = field(default_factory=list)


class Assembly:
    """Puts the packets of clients together with their attachments, one packet of each client at a time.

    ``unfinished`` are the packets that wait for attachments, by client. ``late`` is called with a client whose
    attachments did not come within ``limits.attaching`` seconds.
    """

    def __init__(self, limits: Limits, late: Callable[[str], None]) -> None:
        self.unfinished: dict[str, Unfinished] = {}
        self._limits, self._late = limits, late

    def begin(self, client: str, packet: Received, size: int) -> None:
        """Wait for the attachments of a packet that takes ``size`` bytes itself."""
        timer = asyncio.get_running_loop().call_later(self._limits.attaching, self._late, client)
        self.unfinished[client] = Unfinished(packet, self._limits.packet - size, timer)

    def add(self, client: str, data: str | bytes) -> Received | None:
        """Return the packet that is complete with this message, if it is; raises `Malformed`."""
        if client not in self.unfinished:
            raise Malformed("an attachment without a packet")
        unfinished = self.unfinished[client]
        packet = unfinished.packet
        if isinstance(data, str):
            self.forget(client)
            raise packet.mistake("a packet before the attachments of the last one")
        unfinished.parts.append(data)
        unfinished.room -= len(data)
        if unfinished.room < 0:
            self.forget(client)
            raise packet.mistake("its attachments are too large")
        if len(unfinished.parts) < packet.attachments:
            return None
        self.forget(client)
        try:
            return packet._replace(data=attach(packet.data, unfinished.parts))
        except ValueError as why:
            raise packet.mistake(str(why)) from None

    def forget(self, client: str) -> None:
        """Drop what has come of a packet."""
        if client in self.unfinished:
            self.unfinished.pop(client).timer.cancel()
