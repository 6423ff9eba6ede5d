"""Proof by a token: given with the handshake, as a bearer token, or in the session cookie of a browser."""

from __future__ import annotations

from contextlib import suppress

from chatrooms.errors import Unauthorized, Unavailable, Waiting
from chatrooms.identity import applicants, service_keys, sessions, suspended_tokens, suspensions
from chatrooms.identity.cookies import Jar
from chatrooms.identity.handshake import Handshake
from chatrooms.identity.pages import mount
from chatrooms.pipeline.act import APPLICATION, Caller
from chatrooms.pipeline.chat import Chat


class Tokens:
    """Knows the holders of tokens."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat

    async def identify(self, handshake: Handshake) -> Caller | None:
        """Return the holder of the token in a handshake; raises `Unauthorized` if the token proves nothing."""
        given = handshake.credentials
        if given.token is None:
            return None
        if given.token.startswith(service_keys.BEGIN):
            return await program(self._chat, handshake, given.token, given.username)
        return await holder(self._chat, handshake, given.token, given.username)


class Cookies:
    """Knows browsers by their session cookies."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat

    async def identify(self, handshake: Handshake) -> Caller | None:
        """Return the person whose cookie a browser has, if it is still good."""
        username = handshake.credentials.username
        if username is None and not handshake.socket:
            username = jar(self._chat, handshake).only_username(handshake.cookies)
        return await _by_cookie(self._chat, handshake, username) if username else None


def jar(chat: Chat, handshake: Handshake) -> Jar:
    """Return the names of the chat's cookies for a browser."""
    return Jar(chat.facts.instance, mount(handshake.scope), handshake.secure)


async def by_cookie(chat: Chat, handshake: Handshake, username: str) -> Caller | None:
    """Return ``username`` as a caller if the browser has a good cookie of that name; raises `Suspended`."""
    with suppress(Waiting):
        return await _by_cookie(chat, handshake, username)
    return None


async def _by_cookie(chat: Chat, handshake: Handshake, username: str) -> Caller | None:
    """Return the same; raises `Waiting` for a person who waits to be approved, too."""
    token = jar(chat, handshake).token(handshake.cookies, username)
    if token is None:
        return None
    try:
        return await holder(chat, handshake, token, username)
    except Unauthorized:
        return None


async def holder(chat: Chat, handshake: Handshake, token: str, username: str | None = None) -> Caller:
    """Return the holder of ``token``; raises `Unauthorized` if it has none, or not ``username``.

    Raises `Waiting` if they wait to be approved, and `Suspended` if it had one who is suspended now.
    """
    asked = chat.sessions.now()
    found = await chat.lookup(lambda db: sessions.find(db, token, chat.settings))
    if found is None and await chat.lookup(lambda db: applicants.waits(db, token)):
        raise Waiting
    if found is None:
        await suspended_tokens.require_none(chat, token)
    if found is None or username not in (None, found["username"]):
        raise Unauthorized("This token is invalid, has expired, or was revoked.")
    chat.sessions.find_again(found["id"], asked)
    chat.sessions.find_again(found["username"], asked)
    caller = Caller(found["username"], session=found["id"], network=handshake.network)
    if sessions.stale(found):
        with suppress(Unavailable):  # a known person can read even when the database cannot be written
            await chat.change(lambda act: sessions.touch(act, found["id"]), caller)
    return caller


async def program(chat: Chat, handshake: Handshake, token: str, username: str | None = None) -> Caller:
    """Return the holder of a service key, with what it is for; raises `Unauthorized` as `holder` does."""
    asked = chat.sessions.now()
    found = await chat.lookup(lambda db: service_keys.find(db, token))
    if found is None or username not in (None, found.username):
        raise Unauthorized("This token is invalid, has expired, or was revoked.")
    await suspensions.require_active(chat, found.username)
    chat.sessions.find_again(found.id, asked)
    caller = Caller(found.username, session=found.id, network=handshake.network, scope=found.scope)
    await _touch(chat, found, caller)
    return caller


async def of_application(chat: Chat, token: str) -> Caller | None:
    """Return the application with what one of its service keys is for; None if the key is none, or was ended."""
    asked = chat.sessions.now()
    found = await chat.lookup(lambda db: service_keys.find(db, token))
    if found is None:
        return None
    chat.sessions.find_again(found.id, asked)
    await _touch(chat, found, APPLICATION)
    return Caller(found.username, session=found.id, host=True, scope=found.scope)


async def _touch(chat: Chat, key: service_keys.Holder, me: Caller) -> None:
    """Note that a key is used, once an hour; a program can read even when the database cannot be written."""
    if service_keys.stale(key):
        with suppress(Unavailable):
            await chat.change(lambda act: service_keys.touch(act.db, [key.id]), me)
