"""Senders, who post each message as soon as the previous one was acknowledged."""

from __future__ import annotations

import time

from tests.bench import texts
from tests.bench.load import Connection, Late, Load
from tests.bench.wires import Refused, answer

DRAIN_SECONDS = 90


class Sender:
    """A sender; ``delays`` are the seconds from posting to acknowledgement."""

    def __init__(self, connection: Connection, to: str) -> None:
        self.connection, self.to = connection, to
        self.count = 0
        self.delays: list[float] = []
        self.most: float = 0
        self.until: float = 0
        self._said_at: float = 0
        connection.heard = self._heard

    @property
    def waits(self) -> bool:
        """Whether an acknowledgement is still to come."""
        return len(self.delays) < self.count

    def begin(self, until: float, most: float = float("inf")) -> None:
        """Post until a time, or until a total number of messages."""
        self.until, self.most = until, most
        self._say()

    def _say(self) -> None:
        self.count += 1
        text = texts.text(self.connection.username, self.to, self.count)
        self._said_at = time.perf_counter()
        self.connection.send(self.connection.wire.post(self.count, self.to, text))

    def _heard(self, payload: bytes) -> None:
        if not payload.startswith(b"43"):
            return
        now = time.perf_counter()
        answer(payload)
        if not payload.startswith(b"43%d[" % self.count):
            raise Refused(f"acknowledged out of turn: {payload!r}")
        self.delays.append(now - self._said_at)
        if now < self.until and self.count < self.most:
            self._say()


def talk(load: Load, senders: list[Sender], seconds: float, most: float = float("inf")) -> None:
    """Let all senders post at the same time for a while, then wait for acknowledgements; raises `Late`."""
    until = time.perf_counter() + seconds
    for sender in senders:
        sender.begin(until, sender.count + most)
    load.run(lambda: time.perf_counter() >= until or not any(s.waits for s in senders), seconds + 1)
    try:
        load.run(lambda: not any(sender.waits for sender in senders), DRAIN_SECONDS)
    except Late:
        silent = sum(sender.waits for sender in senders)
        raise Late(f"{silent} messages were not acknowledged within {DRAIN_SECONDS} s") from None
