"""Proof by a token that the host application signed: it hands a person over to a page that has no login of its own.

Nothing of it is stored: a token names the person, says until when it lets them connect, and is signed with the secret
of this chat's database, so that it means nothing to any other chat.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from binascii import Error
from datetime import timedelta

import orjson

from chatrooms import clock
from chatrooms.errors import Unauthorized
from chatrooms.identity import hosts
from chatrooms.identity.accounts import User
from chatrooms.identity.handshake import Handshake, require_trusted
from chatrooms.pipeline.act import Caller
from chatrooms.pipeline.chat import Chat
from chatrooms.storage.facts import Facts

BEGIN = "cro_"
"""Begins every token, which tells it from those of the host application's own."""
LONGEST = timedelta(days=1)
"""What lets somebody in for longer is no hand-over but a login."""
EXPIRED = "Your access to the chat has expired. Reload the page."


def make(facts: Facts, user: User, good_for: timedelta) -> str:
    """Return a token by which a page connects as ``user`` for that long; raises ``ValueError`` if that is too long."""
    if not timedelta() < good_for <= LONGEST:
        raise ValueError(f"A token is good for more than 0 and at most {LONGEST / timedelta(minutes=1):.0f} minutes.")
    given = {"id": user.id, "name": user.name, "role": user.role, "tenant": user.tenant}
    given["until"] = clock.later(good_for)
    payload = _text(orjson.dumps(given))
    return f"{BEGIN}{payload}.{_signature(facts, payload)}"


def read(facts: Facts, token: str) -> User:
    """Return whom a token names; raises `Unauthorized` if it is not ours, or no longer good."""
    payload, _, signature = token.removeprefix(BEGIN).partition(".")
    if not hmac.compare_digest(signature.encode(), _signature(facts, payload).encode()):
        raise Unauthorized("Invalid or expired token.")
    given = orjson.loads(_bytes(payload))
    if given["until"] <= clock.now():
        raise Unauthorized(EXPIRED)
    return User(given["id"], given["name"], given["role"], given.get("tenant"))


class HandedOver:
    """Knows people whom the host application has handed over, in pages that may use the chat."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat

    async def identify(self, handshake: Handshake) -> Caller | None:
        """Return the person whom a token of `make` names, new or known; raises a `Refusal`."""
        token = _given(handshake)
        if not token.startswith(BEGIN):
            return None
        require_trusted(handshake)
        username = await hosts.enter(self._chat, read(self._chat.facts, token))
        return Caller(username, network=handshake.network)


def _given(handshake: Handshake) -> str:
    """Return the token of a handshake, whose ``auth`` is the host application's own otherwise; empty without one."""
    token = handshake.auth.get("token") if handshake.socket else handshake.credentials.token
    return token if isinstance(token, str) else ""


def _signature(facts: Facts, payload: str) -> str:
    signed = f"hand-over {facts.instance} {payload}".encode()
    return _text(hmac.digest(facts.secret.encode(), signed, hashlib.sha256))


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (Error, ValueError):
        raise Unauthorized("Invalid or expired token.") from None
