"""How much one connection may ask for."""

from __future__ import annotations

from dataclasses import dataclass

AHEAD = 16
"""Messages that are taken in while the first of them is at work."""
SECONDS_TO_CLOSE = 2.0
MAX_PACKET = 128 * 1024


@dataclass(frozen=True)
class Limits:
    """Bounds of one connection: sizes in bytes, times in seconds.

    packet: the largest packet, its attachments included, and the largest body of a POST; clients hear it as
        ``maxPayload``. Give uvicorn's ``ws_max_size`` the same.
    packets: packets in the body of a POST.
    depth: how deep the JSON of a packet may be nested; its array is the first level.
    attachments: binary attachments of a packet; with 0, binary data is not accepted.
    attaching: how long the attachments of a packet may take to come.
    handlers: how many event handlers of one client run at the same time, if `Server` runs them in tasks.
    queued: what may wait to be sent, the buffer of the operating system not included.
    unread: how long the oldest byte may wait to be sent.
    polled: packets in the answer to a poll; python-engineio's client takes 16 at the most.
    upgrade: how long an upgrade, or sending the body of a POST, may take.
    """

    packet: int = MAX_PACKET
    packets: int = 4096
    depth: int = 16
    attachments: int = 10
    attaching: float = 10.0
    handlers: int = 100
    queued: int = 1024 * 1024
    unread: float = 10.0
    polled: int = 16
    upgrade: float = 10.0
