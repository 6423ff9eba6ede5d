"""What clients that poll may still fetch after the server has ended their sessions, such as why it did."""

from __future__ import annotations

import asyncio

SECONDS_TO_FETCH = 5.0
MOST = 16 * 1024 * 1024
"""Bytes of all that are kept; for more, the oldest give way."""


class LastAnswers:
    """The answers to the next polls of sessions that ended, by their ids."""

    def __init__(self) -> None:
        self._bodies: dict[str, bytes] = {}
        self._size = 0

    def __len__(self) -> int:
        return len(self._bodies)

    def keep(self, sid: str, body: bytes) -> None:
        """Keep an answer for `SECONDS_TO_FETCH`."""
        self._bodies[sid] = body
        self._size += len(body)
        while self._size > MOST:
            self.take(next(iter(self._bodies)))
        asyncio.get_running_loop().call_later(SECONDS_TO_FETCH, self.take, sid)

    def take(self, sid: str) -> bytes | None:
        """Return an answer, and keep it no longer; None if there is none."""
        body = self._bodies.pop(sid, None)
        self._size -= len(body or b"")
        return body

    def clear(self) -> None:
        """Keep none."""
        self._bodies.clear()
        self._size = 0
