"""Bounds of what one connection may ask for."""

from __future__ import annotations

from dataclasses import dataclass

AHEAD = 16
"""Messages that are read while the first of them is handled; of those of `LARGE` bytes or more only one."""
LARGE = 16 * 1024
SECONDS_TO_ASK = 20.0
"""How long a connection may be open, or have been answered, without a whole header."""
SECONDS_TO_CLOSE = 2.0
SECONDS_OF_NOISE = 5.0
MAX_PACKET = 128 * 1024


@dataclass(frozen=True)
class Limits:
    """Bounds of one connection: sizes in bytes, times in seconds.

    packet: the largest packet, its attachments included, and the largest body of a POST; clients receive it as
        ``maxPayload``. Give uvicorn's ``ws_max_size`` the same.
    packets: packets in the body of a POST.
    depth: how deep the JSON of a packet may be nested; its array is the first level.
    attachments: binary attachments of a packet; with 0, binary data is not accepted.
    attaching: how long the attachments of a packet may take to come.
    handlers: how many event handlers of one client run at the same time, if `Server` runs them in tasks.
    volatile: what may wait to be sent to a client before it gets no more volatile events.
    skippable: what may wait before a client gets no more skippable events, and before its own events have to wait.
    together: what may wait for all clients of a network address, of `SessionLimits` that count them.
    overall: what may wait for all clients.
    crowded: takes the place of ``skippable`` for each client while more waits than ``together`` or ``overall``.
    queued: what may wait behind the transport's own buffer before a client that gets yet another event, neither
        volatile nor skippable, is cut off. The buffer of the operating system is not included in any of these.
    unread: how long something may wait while the client reads nothing at all.
    polled: packets in the answer to a poll; python-engineio's client takes 16 at the most.
    upgrade: how long an upgrade, or sending the body of a POST, may take.
    noise, noise_before: how many packets and frames a second may be of no use, in a namespace and before; see
        `Socket.count_noise`. A client that sends more for `SECONDS_OF_NOISE` is closed with 1008.
    head: the header fields and the target of a request that opens a session, which are kept as long as the session.
    """

    packet: int = MAX_PACKET
    packets: int = 4096
    depth: int = 16
    attachments: int = 10
    attaching: float = 10.0
    handlers: int = 100
    volatile: int = 256 * 1024
    skippable: int = 1024 * 1024
    together: int = 32 * 1024 * 1024
    overall: int = 256 * 1024 * 1024
    crowded: int = 64 * 1024
    queued: int = 4 * 1024 * 1024
    unread: float = 10.0
    polled: int = 16
    upgrade: float = 10.0
    head: int = 16 * 1024
    noise: float = 100.0
    noise_before: float = 10.0
