"""Who sends an HTTP request, noted in the log if it is refused."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from starlette.requests import Request

from chatrooms.errors import Refusal
from chatrooms.identity.gate import Gate
from chatrooms.identity.handshake import Handshake
from chatrooms.identity.pages import Pages
from chatrooms.pipeline.act import Caller
from chatrooms.wire.tally import Tally

log = logging.getLogger(__name__)

AS = "as"
"""The query field for `Handshake.named`."""


class Callers:
    """Identifies the senders of requests."""

    def __init__(self, pages: Pages, gate: Gate) -> None:
        self._pages, self._gate = pages, gate
        self._tally = Tally(log)

    def handshake(self, request: Request) -> Handshake:
        """Return what a request says of its sender."""
        return Handshake({}, request.scope, self._pages.trust(request.scope), named=request.query_params.get(AS))

    async def identify(self, handshake: Handshake) -> Caller:
        """Return the sender; raises a `Refusal`, such as `Unauthorized`."""
        return await self._noted(self._gate.identify, handshake)

    async def recognize(self, handshake: Handshake) -> Caller:
        """Return the sender of a command, as `Gate.recognize` does."""
        return await self._noted(self._gate.recognize, handshake)

    async def _noted(self, find: Callable[[Handshake], Awaitable[Caller]], handshake: Handshake) -> Caller:
        try:
            return await find(handshake)
        except Refusal as refusal:
            self._tally.note(logging.INFO, f"request refused: {refusal.code}", handshake.who)
            raise
