"""Stays connected: one link after the other, with growing pauses, until closed or refused for good."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any

from chatrooms.client.backoff import Backoff
from chatrooms.client.errors import Refused, Unanswered
from chatrooms.client.link import Address, Hear, Link

SILENCES = 2
"""After so many unanswered commands in a row the link is taken for dead."""

RETRIED_REFUSALS = frozenset({"rate_limited", "unavailable", "internal"})

log = logging.getLogger("chatrooms.client")


class Connection:
    """A connection that comes back.

    ``auth`` gives the handshake's payload at each attempt; ``opened`` is called with each welcome; ``timeout`` is in
    seconds, for opening and for each answer.
    """

    def __init__(
        self,
        address: Address,
        *,
        auth: Callable[[], Mapping[str, Any]],
        opened: Callable[[dict[str, Any]], None],
        hear: Hear,
        timeout: float,
    ) -> None:
        self._address, self._auth, self._opened, self._hear = address, auth, opened, hear
        self._timeout = timeout
        self._link: Link | None = None
        self._change = asyncio.Event()
        self._over: Exception | None = None
        self._backoff = Backoff()
        self._silences = self._attempts = 0

    @property
    def connected(self) -> bool:
        """Whether there is a link now, as far as one can know."""
        return self._link is not None

    async def keep(self) -> None:
        """Be connected, again and again; raises `Refused` when coming back is no use."""
        while True:
            pause = await self._once()
            await asyncio.sleep(max(pause, self._backoff.next()))

    def steady(self) -> None:
        """The link has proven to be good: the next pause will be a short one."""
        self._backoff.reset()

    def end(self, error: Exception) -> None:
        """Let everybody who waits for a link have ``error`` instead."""
        self._over = error
        self._change.set()

    async def ask(self, command: str, params: Mapping[str, Any]) -> Any:
        """The result of a command, asked once, as soon as there is a link; raises `Refused` or `Unanswered`."""
        link = await self._linked()
        try:
            result = await link.ask(command, params, self._timeout)
        except Unanswered:
            self._silences += 1
            if self._silences >= SILENCES:
                link.drop()
            raise
        except Refused:
            self._silences = 0
            raise
        self._silences = 0
        return result

    async def insist(self, command: str, params: Mapping[str, Any], *, patient: bool = False) -> Any:
        """The result of a command that may be asked again: over lost links, and if ``patient`` when told to wait."""
        backoff = Backoff()
        while True:
            try:
                return await self.ask(command, params)
            except Unanswered:
                await asyncio.sleep(0)
            except Refused as refused:
                if not (patient and refused.temporary):
                    raise
                await asyncio.sleep(refused.retry_after + backoff.next())

    async def _linked(self) -> Link:
        while self._link is None:
            if self._over:
                raise self._over
            self._change.clear()
            await self._change.wait()
        return self._link

    async def _once(self) -> float:
        """Connect and stay as long as it lasts; returns the seconds that the server wants us to keep away."""
        link = Link(self._address, self._hear)
        try:
            async with asyncio.timeout(self._timeout):
                welcome = await link.open(self._auth(), self._transport())
            self._begin(link, welcome)
            await link.ended()
        except Refused as refused:
            if refused.code not in RETRIED_REFUSALS:
                raise
            return refused.retry_after
        except Exception as error:
            self._attempts += 1
            log.info("cannot connect to %s: %s", self._address.url, error or type(error).__name__)
        finally:
            self._link = None
            await link.close()
        return 0

    def _begin(self, link: Link, welcome: dict[str, Any]) -> None:
        self._silences = self._attempts = 0
        self._link = link
        self._opened(welcome)
        self._change.set()

    def _transport(self) -> str:
        return self._address.transports[self._attempts % len(self._address.transports)]
