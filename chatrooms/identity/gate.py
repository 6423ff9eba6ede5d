"""The gate: identifies the person behind each request and socket."""

from __future__ import annotations

from typing import Protocol

from chatrooms.errors import Unauthorized
from chatrooms.identity.guests import Guests
from chatrooms.identity.hand_over import HandedOver
from chatrooms.identity.handshake import Handshake, require_trusted
from chatrooms.identity.hosts import Authenticate, Host
from chatrooms.identity.joining import Browser
from chatrooms.identity.tokens import Cookies, Tokens
from chatrooms.pipeline import second_factors
from chatrooms.pipeline.act import Caller
from chatrooms.pipeline.chat import Chat
from chatrooms.pipeline.rates import Rates


class Way(Protocol):
    """A way of identifying a person."""

    async def identify(self, handshake: Handshake) -> Caller | None:
        """Return who is there, or None if the handshake holds no proof of this kind; raises a `Refusal`."""


class Gate:
    """Identifies people by the first of its ways that recognizes them."""

    def __init__(self, chat: Chat, rates: Rates, authenticate: Authenticate | None = None) -> None:
        self._chat = chat
        self._hosted = authenticate is not None
        self._ways: tuple[Way, ...] = (
            (HandedOver(chat), Host(chat, authenticate))
            if authenticate
            else (Tokens(chat), Cookies(chat), Guests(chat, rates))
        )

    async def identify(self, handshake: Handshake) -> Caller:
        """Return who connects or sends a request, and may do more than show a second factor.

        Raises `Unauthorized`, or another `Refusal` with the reason.
        """
        caller = await self.recognize(handshake)
        await second_factors.demand(self._chat, caller)
        return caller

    async def recognize(self, handshake: Handshake) -> Caller:
        """Return who sends a command, which `Pipeline` refuses if they lack a second factor; raises a `Refusal`."""
        for way in self._ways:
            if caller := await way.identify(handshake):
                return caller
        raise Unauthorized

    def browser(self, handshake: Handshake) -> Browser:
        """Return what an entry works on; raises `Forbidden` for pages of other sites."""
        require_trusted(handshake)
        return Browser(handshake, self._chat, self._hosted)
