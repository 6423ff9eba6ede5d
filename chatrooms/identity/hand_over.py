"""Proof by a token that the host application signed: it hands a person over to a page that has no login of its own.

Nothing of it is stored: a token names the person, says until when it lets them connect, and is signed with the secret
of this chat's database, so that it means nothing to any other chat. It says nothing else of them: their name and role
are those that the application gave last, however old the token is. It ends early with the others of its person, when
they are disconnected, signed out everywhere, suspended or removed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from binascii import Error
from contextlib import suppress
from datetime import timedelta
from typing import NamedTuple

import orjson

from chatrooms import clock
from chatrooms.errors import Suspended, Unauthorized
from chatrooms.identity import accounts, hosts, suspensions
from chatrooms.identity.accounts import User
from chatrooms.identity.handshake import Handshake, require_trusted
from chatrooms.pipeline.act import APPLICATION, Act, Caller
from chatrooms.pipeline.chat import Chat
from chatrooms.storage.facts import Facts

BEGIN = "cro_"
"""Begins every token, which tells it from those of the host application's own."""
LONGEST = timedelta(days=1)
"""What lets somebody in for longer is no hand-over but a login."""
MINUTE = timedelta(minutes=1)
TOO_LONG = f"A token is good for more than 0 and at most {LONGEST / MINUTE:.0f} minutes."
EXPIRED = "Your access to the chat has expired. Reload the page."


class Handed(NamedTuple):
    """Whom a token names: the ``id`` of an account, and how many ``endings`` its tokens had when this one was made."""

    id: str
    endings: int


def lasting(minutes: float) -> timedelta:
    """Return how long a token is good for; raises ``TypeError``, or ``ValueError`` if that is too long."""
    if isinstance(minutes, bool) or not isinstance(minutes, int | float):
        raise TypeError(f"The minutes of a token are a number, not {type(minutes).__name__}.")
    if not 0 < minutes <= LONGEST / MINUTE:
        raise ValueError(TOO_LONG)
    return timedelta(minutes=minutes)


async def hand_over(chat: Chat, user: User, good_for: timedelta) -> str:
    """Return a token for a user, who is added if they are new, and has the name and role that are given.

    Raises ``ValueError`` if it would be good for too long.
    """
    with suppress(Suspended):  # its person reads the reason when they come
        await hosts.enter(chat, user)
    return make(chat.facts, Handed(user.id, await _endings(chat, user.id)), good_for)


def make(facts: Facts, handed: Handed, good_for: timedelta) -> str:
    """Return a token by which a page connects as a user for that long; raises ``ValueError`` if that is too long."""
    if not timedelta() < good_for <= LONGEST:
        raise ValueError(TOO_LONG)
    payload = _text(orjson.dumps({**handed._asdict(), "until": clock.later(good_for)}))
    return f"{BEGIN}{payload}.{_signature(facts, payload)}"


def read(facts: Facts, token: str) -> Handed:
    """Return whom a token names; raises `Unauthorized` if it is not ours, or no longer good."""
    payload, _, signature = token.removeprefix(BEGIN).partition(".")
    if not hmac.compare_digest(signature.encode(), _signature(facts, payload).encode()):
        raise Unauthorized("This token is invalid, has expired, or was revoked.")
    given = orjson.loads(_bytes(payload))
    if given["until"] <= clock.now():
        raise Unauthorized(EXPIRED)
    return Handed(given["id"], given["endings"])


async def disconnect(chat: Chat, username: str) -> None:
    """End the connections of a person and the tokens that name them."""

    def end(act: Act) -> None:
        accounts.end_tokens(act.db, username)
        act.barred.append(username)

    await chat.change(end, APPLICATION)


class HandedOver:
    """Knows people whom the host application has handed over, in pages that may use the chat."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat

    async def identify(self, handshake: Handshake) -> Caller | None:
        """Return the person whom a token of `hand_over` names; raises a `Refusal`."""
        token = _given(handshake)
        if not token.startswith(BEGIN):
            return None
        require_trusted(handshake)
        return Caller(await _enter(self._chat, read(self._chat.facts, token)), network=handshake.network)


async def _enter(chat: Chat, handed: Handed) -> str:
    """Return the username of a person whose token was not ended; raises `Unauthorized` or `Suspended`."""
    username = await chat.lookup(lambda db: accounts.username_of(db, handed.id))
    if username is None:
        raise Unauthorized(EXPIRED)
    await suspensions.require_active(chat, username)
    if await _endings(chat, handed.id) != handed.endings:  # read last: they may be ended at this moment
        raise Unauthorized(EXPIRED)
    return username


async def _endings(chat: Chat, id: str) -> int:
    return await chat.lookup(lambda db: accounts.endings(db, id))


def _given(handshake: Handshake) -> str:
    """Return the token of a handshake, whose ``auth`` is the host application's own otherwise; empty without one."""
    token = handshake.auth.get("token") if handshake.socket else handshake.credentials.token
    return token if isinstance(token, str) else ""


def _signature(facts: Facts, payload: str) -> str:
    signed = f"handed over {facts.instance} {payload}".encode()
    return _text(hmac.digest(facts.secret.encode(), signed, hashlib.sha256))


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (Error, ValueError):
        raise Unauthorized("This token is invalid, has expired, or was revoked.") from None
