"""Reconnecting: open one link after another, with growing pauses, until the client is closed or refused."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import aiohttp

from chatrooms.client.backoff import Backoff
from chatrooms.client.errors import Refused, Unanswered
from chatrooms.client.home import wake
from chatrooms.client.link import Address, Link, Receive

SILENCES = 2
"""After this many unanswered commands in a row, drop the link."""

SECONDS_TO_REPEAT = 60.0
"""How long after a response was lost a command runs again: `room.join` would undo that somebody was removed since."""

RETRIED_REFUSALS = frozenset({"rate_limited", "unavailable", "internal"})

UNROUTED = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})
"""How servers answer a WebSocket for which they have nothing."""
ELSEWHERE = ": is this the address of a chat, with the path where it is mounted?"

log = logging.getLogger("chatrooms.client")


class Connection:
    """A connection that reconnects.

    ``auth`` returns the handshake's payload for each attempt, ``opened`` is called with each welcome, and ``timeout``
    is in seconds, for connecting and for each response.
    """

    def __init__(
        self,
        address: Address,
        *,
        auth: Callable[[], Mapping[str, Any]],
        opened: Callable[[dict[str, Any]], None],
        receive: Receive,
        timeout: float,
    ) -> None:
        self._address, self._auth, self._opened, self._receive = address, auth, opened, receive
        self._timeout = timeout
        self._link: Link | None = None
        self._change = asyncio.Event()
        self._over: Exception | None = None
        self._backoff = Backoff()
        self._silences = self._attempts = 0

    @property
    def connected(self) -> bool:
        """Return whether there is a link, as far as the client knows."""
        return self._link is not None

    async def keep(self) -> None:
        """Connect and reconnect forever; raises `Refused` when reconnecting cannot help."""
        while True:
            pause = await self._once()
            await asyncio.sleep(max(pause, self._backoff.next()))

    def steady(self) -> None:
        """Reset the pauses, because the link works."""
        self._backoff.reset()

    def end(self, error: Exception) -> None:
        """Raise ``error`` in the callers that wait for a link."""
        self._over = error
        wake(self._change.set)

    async def ask(self, command: str, params: Mapping[str, Any], *, until: float | None = None) -> Any:
        """Run a command once, as soon as there is a link, which must be ``until`` some time of the loop.

        Raises `Refused` or `Unanswered`.
        """
        link = await self._linked(until)
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

    async def repeat(self, command: str, params: Mapping[str, Any]) -> Any:
        """Run a repeatable command, again if its response is lost and others had no time to change what it changes.

        Raises `Unanswered` if that takes more than `SECONDS_TO_REPEAT`.
        """
        clock, until = asyncio.get_running_loop().time, None
        while True:
            try:
                return await self.ask(command, params, until=until)
            except Unanswered:
                until = until or clock() + SECONDS_TO_REPEAT
                if clock() >= until:
                    raise
                await asyncio.sleep(0)

    async def insist(self, command: str, params: Mapping[str, Any]) -> Any:
        """Run a command that may run any number of times until there is a response; wait when a rate limit says so."""
        backoff = Backoff()
        while True:
            try:
                return await self.ask(command, params)
            except Unanswered:
                await asyncio.sleep(0)
            except Refused as refused:
                if not refused.temporary:
                    raise
                await asyncio.sleep(refused.retry_after + backoff.next())

    async def _linked(self, until: float | None) -> Link:
        try:
            async with asyncio.timeout_at(until):
                while self._link is None:
                    if self._over:
                        raise self._over
                    self._change.clear()
                    await self._change.wait()
        except TimeoutError:
            raise Unanswered("the connection was lost, and not back in time to run the command again") from None
        return self._link

    async def _once(self) -> float:
        """Connect until the link ends; return the seconds that the server asks to wait before reconnecting."""
        link = Link(self._address, self._receive)
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
            level = logging.INFO if self._attempts else logging.WARNING
            log.log(level, "cannot connect to %s, trying again: %s", self._address.url, _reason(error))
            self._attempts += 1
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


def _reason(error: BaseException) -> str:
    """Return why connecting failed; python-socketio hides the status with which a server answered."""
    each: BaseException | None = error
    while each is not None and not isinstance(each, aiohttp.WSServerHandshakeError):
        each = each.__cause__ or each.__context__
    if each is None:
        return str(error) or type(error).__name__
    return f"the answer is {each.status}{ELSEWHERE if each.status in UNROUTED else ''}"
