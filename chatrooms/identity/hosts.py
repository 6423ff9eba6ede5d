"""Proof by the application that this chat is part of: its `authenticate` answers who is there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import lru_cache
from reprlib import Repr

from chatrooms import names
from chatrooms.errors import Invalid, Unavailable
from chatrooms.features import users
from chatrooms.identity import suspensions
from chatrooms.identity.handshake import Handshake, require_trusted
from chatrooms.pipeline.chat import Chat
from chatrooms.pipeline.commands import APPLICATION, Caller

SECONDS_TO_ANSWER = 30.0
"""How long a host application's ``authenticate`` may take."""

Authenticate = Callable[[Handshake], Awaitable[str | None]]
"""A host application's own answer: the username of the person at the other end, or ``None`` to reject the connection.

A username is 2 to 32 letters, digits, ``.``, ``-`` and ``_`` in lower case, in its one form (RFC 8265), as
`names.vouched` says. Anything else refuses the person and is logged, never changed: ``ALICE`` does not become
``alice``, and no one becomes ``system``. A new person is added. Names that look alike are two people here.
An answer that takes more than 30 s refuses the person, who may try again.
"""

log = logging.getLogger("chatrooms.host")

_repr = Repr()
_repr.maxstring = _repr.maxother = 120


class Host:
    """Asks the host application; pages of other origins are refused before that, whatever it reads."""

    def __init__(self, chat: Chat, authenticate: Authenticate) -> None:
        self._chat, self._authenticate = chat, authenticate
        self._log_once = lru_cache(maxsize=1000)(_log)  # however often the person tries again

    async def identify(self, handshake: Handshake) -> Caller | None:
        """Return the person whom the host application names, new or known; raises a `Refusal`."""
        require_trusted(handshake)
        answer = await self._answer(handshake)
        if answer is None:
            return None
        username = self._vouched(answer)
        if not await suspensions.is_known(self._chat, username):
            await self._chat.change(
                lambda act: users.find_or_add(act, username, vouched=True),
                APPLICATION,
                *users.locks_to_add(username, self._chat.settings.lobby),
            )
        return Caller(username, network=handshake.network)

    async def _answer(self, handshake: Handshake) -> object:
        try:
            async with asyncio.timeout(SECONDS_TO_ANSWER) as patience:
                return await self._authenticate(handshake)
        except TimeoutError:
            if not patience.expired():
                raise
            log.error("authenticate did not answer within %g s", SECONDS_TO_ANSWER)  # noqa: TRY400 - it may hold secrets
            raise Unavailable from None

    def _vouched(self, answer: object) -> str:
        """Return the answer if it is a username; raises `Invalid`."""
        try:
            return names.vouched(answer, self._chat.name)
        except ValueError as error:
            self._log_once(_repr.repr(answer), str(error))
            raise Invalid(f"Your account cannot use this chat. {error}", field="username") from None


def _log(answer: str, rule: str) -> None:
    log.error("authenticate returned %s, which is refused: %s", answer, rule)
