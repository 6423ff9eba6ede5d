"""The OpenID provider of the settings: where it is, what its keys are, and whom it has let go on here."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from chatrooms import addresses
from chatrooms.errors import Unavailable
from chatrooms.fair_queue import FairQueue
from chatrooms.identity.oidc import id_tokens, logout_tokens
from chatrooms.identity.oidc.attempts import Attempt
from chatrooms.identity.oidc.failures import UnknownKey, Unreachable, Untrue
from chatrooms.identity.oidc.id_tokens import Expected, SignedIn
from chatrooms.identity.oidc.logout_tokens import SignedOut
from chatrooms.pipeline.broadcast import Broadcast
from chatrooms.pipeline.chat import Chat
from chatrooms.wire.tally import Tally

RETURN = "oidc"
"""Where the provider leads back to, below the setting `url`: the client's page."""
SCOPE = "openid profile email"
KEPT, KEPT_LEAST, PAUSE = 3600.0, 60.0, 5.0
"""Seconds for which the provider's description and keys are kept; at least, whatever key a token names; and after a
failure until it is asked again."""
ANEW, ANY_AGE = {"max_age": "60"}, {"max_age": "31536000"}
"""What asks the provider to have people sign in again: unless they did a minute ago, or a year ago.

Some providers reject `prompt=login`; those that do not support `max_age` ignore it.
"""
PLACES = ("authorization_endpoint", "token_endpoint", "jwks_uri")
AT_ONCE, WAITING = 8, 20
BUSY = "Too many people are signing in right now."
ABSENT = "The sign-in provider can't be reached. Try again later, or sign in another way."

T = TypeVar("T")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Described:
    """What a provider says of itself (OpenID Connect Discovery 1.0), and its keys, as of a time.

    ``userinfo`` is where it says more of a person, ``end_session`` where people sign out; both can be empty.
    """

    authorization: str
    token: str
    keys: Any
    userinfo: str
    end_session: str
    posts_secret: bool
    names_itself: bool
    at: float


class Provider:
    """Asks the provider, a few times at once; network addresses take turns, and nobody else waits."""

    def __init__(self, _broadcast: Broadcast, chat: Chat) -> None:
        self.chat = chat
        self._exchanging, self._describing = FairQueue(AT_ONCE, WAITING, BUSY), FairQueue(1, WAITING, BUSY)
        self._described: Described | None = None
        self._failed_at = -PAUSE
        self._tally = Tally(log)
        self._web: Any = None

    def close(self) -> None:
        """Do nothing: what goes on ends by itself."""

    @property
    def issuer(self) -> str:
        """The provider's name, as it signs."""
        return self.chat.settings.oidc_issuer

    async def address(self, attempt: Attempt, network: str, *, anew: bool = False) -> str:
        """Return where somebody signs in at the provider, ``anew`` even if they have; raises `Unavailable`.

        It raises `RateLimited`, too. With `max_age`, the provider must tell when they signed in there (3.1.2.1).
        """
        described = await self._describe(network)
        query = {
            "response_type": "code",
            "client_id": self.chat.settings.oidc_client_id,
            "redirect_uri": self._return,
            "scope": SCOPE,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
            **(ANEW if anew else ANY_AGE),
        }
        return _with(described.authorization, query)

    async def person(self, attempt: Attempt, code: str, issuer: str | None, network: str) -> SignedIn:
        """Return what the provider says of whom it has led back with a code; raises `Untrue`, or as `address`."""
        described = await self._describe(network)
        if issuer != self.issuer and (issuer is not None or described.names_itself):
            raise Untrue("another provider answers")  # RFC 9207
        async with self._exchanging.turn(network, network):
            token, access = await self._exchange(described, attempt, code)
        expected = Expected(self.issuer, self.chat.settings.oidc_client_id, attempt.nonce)
        claims = await self._read(network, partial(id_tokens.read, token, expected=expected))
        if described.userinfo and access and id_tokens.lacks(claims):
            async with self._exchanging.turn(network, network):
                claims = id_tokens.completed(claims, await self._userinfo(described.userinfo, access))
        return id_tokens.signed_in(claims)

    async def _userinfo(self, place: str, access: str) -> Any:
        """Return what the provider says of a person when asked; None if it fails, as people can sign in without."""
        try:
            return await self._web.get(place, access)
        except Unreachable as error:
            self.note("it says nothing of a person", str(error))
            return None

    async def signed_out(self, token: str, network: str) -> SignedOut:
        """Return who has signed out there, as a token says; raises `Untrue`, or as `address`."""
        client_id = self.chat.settings.oidc_client_id
        return await self._read(network, partial(logout_tokens.read, token, issuer=self.issuer, client_id=client_id))

    async def way_out(self, network: str) -> str | None:
        """Return where people sign out there and are led back (RP-Initiated Logout 1.0, 2); None if nowhere."""
        described = await self._describe(network)
        query = {"client_id": self.chat.settings.oidc_client_id, "post_logout_redirect_uri": self.chat.settings.url}
        return _with(described.end_session, query) if described.end_session else None

    async def _read(self, network: str, read: Callable[..., T]) -> T:
        """Return what ``read`` does of a token, with keys of the provider's that may be new."""
        described = await self._describe(network)
        try:
            return await asyncio.to_thread(read, keys=described.keys)
        except UnknownKey:
            described = await self._describe(network, KEPT_LEAST)
            return await asyncio.to_thread(read, keys=described.keys)

    @property
    def _return(self) -> str:
        return f"{self.chat.settings.url}{RETURN}"

    async def _exchange(self, described: Described, attempt: Attempt, code: str) -> tuple[str, str]:
        """Return the tokens that a code stands for, the second one perhaps empty (RFC 6749, 4.1.3)."""
        settings = self.chat.settings
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._return,
            "code_verifier": attempt.verifier,
        }
        basic = None
        if settings.oidc_client_secret and not described.posts_secret:
            basic = quote(settings.oidc_client_id, safe=""), quote(settings.oidc_client_secret, safe="")
        else:
            form["client_id"] = settings.oidc_client_id
            if settings.oidc_client_secret:
                form["client_secret"] = settings.oidc_client_secret
        status, answer = await self._ask("post", described.token, form, basic)
        if status >= 500:  # noqa: PLR2004 - the provider's own failures
            raise self._absent(f"the status is {status}")
        token = answer.get("id_token") if isinstance(answer, dict) else None
        if status != 200 or not isinstance(token, str):  # noqa: PLR2004
            raise Untrue(f"the provider gives no token: status {status}")
        access = answer.get("access_token")
        return token, access if isinstance(access, str) and access.isascii() else ""

    async def _describe(self, network: str, kept: float = KEPT) -> Described:
        """Return what the provider says of itself, as of ``kept`` seconds ago at most.

        Those who ask meanwhile wait for the same answer.
        """
        async with self._describing.turn(network, network):
            now = time.monotonic()
            if self._described and now < self._described.at + kept:
                return self._described
            if now < self._failed_at + PAUSE:
                raise Unavailable(ABSENT)
            self._described = await self._ask_anew()
            return self._described

    async def _ask_anew(self) -> Described:
        found = await self._ask("get", f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        if not isinstance(found, dict) or found.get("issuer") != self.issuer:
            raise self._absent("its description is of another issuer than the setting `oidc_issuer`")
        authorization, token, keys = (found.get(place) for place in PLACES)
        try:
            addresses.provider(str(authorization))
        except ValueError:
            raise self._absent("its description has no address to sign in at") from None
        ways = found.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        return Described(
            str(authorization),
            str(token),
            await self._ask("get", str(keys)),
            userinfo=_place(found.get("userinfo_endpoint")),
            end_session=_place(found.get("end_session_endpoint")),
            posts_secret="client_secret_basic" not in ways,
            names_itself=found.get("authorization_response_iss_parameter_supported") is True,
            at=time.monotonic(),
        )

    async def _ask(self, how: str, *what: Any) -> Any:
        """Make a request; raises `Unavailable`."""
        self._web = self._web or await asyncio.to_thread(_new_web)
        try:
            return await getattr(self._web, how)(*what)
        except Unreachable as error:
            raise self._absent(str(error)) from error

    def _absent(self, reason: str) -> Unavailable:
        self._failed_at = time.monotonic()
        self.note("it cannot be used", reason)
        return Unavailable(ABSENT)

    def note(self, problem: str, why: str) -> None:
        """Log a problem with the provider, which is counted when it is repeated."""
        self._tally.note(logging.WARNING, f"the sign-in provider: {problem}", why)


def _place(address: Any) -> str:
    """Return an address that a provider may leave out; empty if it does, or gives none that can be used."""
    try:
        return addresses.provider(address) if isinstance(address, str) else ""
    except ValueError:
        return ""


def _with(address: str, query: Mapping[str, str]) -> str:
    joint = "&" if "?" in address else "?"
    return f"{address}{joint}{urlencode(query)}"


def _new_web() -> Any:
    from chatrooms.identity.oidc.web import Web

    return Web()
