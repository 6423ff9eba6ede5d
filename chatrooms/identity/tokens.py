"""Proof by a token: given with the handshake, as a bearer token, or in the session cookie of a browser."""

from __future__ import annotations

from contextlib import suppress

from chatrooms.errors import Unauthorized, Unavailable
from chatrooms.identity import sessions
from chatrooms.identity.handshake import Handshake
from chatrooms.pipeline.chat import Chat
from chatrooms.pipeline.commands import Caller


class Tokens:
    """Knows the holders of tokens."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat

    async def identify(self, handshake: Handshake) -> Caller | None:
        """Return the holder of the token in a handshake; raises `Unauthorized` if the token proves nothing."""
        given = handshake.credentials
        if given.token is None:
            return None
        return await holder(self._chat, handshake, given.token, given.username)


class Cookies:
    """Knows browsers by their session cookies."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat

    async def identify(self, handshake: Handshake) -> Caller | None:
        """Return the person whose cookie a browser has, if it is still good."""
        username = handshake.credentials.username
        return await by_cookie(self._chat, handshake, username) if username else None


async def by_cookie(chat: Chat, handshake: Handshake, username: str) -> Caller | None:
    """Return ``username`` as a caller if the browser has a good cookie of that name."""
    token = handshake.cookie(username)
    if token is None:
        return None
    try:
        return await holder(chat, handshake, token, username)
    except Unauthorized:
        return None


async def holder(chat: Chat, handshake: Handshake, token: str, username: str | None = None) -> Caller:
    """Return the holder of ``token``; raises `Unauthorized` if it has none, or not ``username``."""
    days = chat.settings.session_days
    found = await chat.lookup(lambda db: sessions.find(db, token, days))
    if found is None or username not in (None, found["username"]):
        raise Unauthorized("Invalid or expired token.")
    caller = Caller(found["username"], session=found["id"], network=handshake.network)
    if sessions.stale(found):
        with suppress(Unavailable):  # a known person can read even when the database cannot be written
            await chat.change(lambda act: sessions.touch(act, found["id"]), caller)
    return caller
