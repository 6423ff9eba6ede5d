"""Asks everybody who comes in by either door who they are, and lets guests take a name."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from functools import lru_cache
from reprlib import Repr
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chatrooms import names
from chatrooms.errors import Forbidden, Invalid, Unauthorized, Unavailable
from chatrooms.features import users
from chatrooms.identity import handshake as auth
from chatrooms.identity import tokens
from chatrooms.identity.handshake import Authenticate, Handshake
from chatrooms.pipeline.commands import Act, Caller, invalid
from chatrooms.pipeline.pipeline import Pipeline
from chatrooms.pipeline.rates import Rates
from chatrooms.settings import Settings
from chatrooms.storage.rows import User
from chatrooms.types import Claim, Username

NOBODY = Caller("system", host=True)
SECONDS_TO_ANSWER = 30.0
"""How long a host application's ``authenticate`` may take."""

log = logging.getLogger("chatrooms.host")

_repr = Repr()
_repr.maxstring = _repr.maxother = 120


class Payload(BaseModel):
    """The handshake's ``auth``. Whatever else it holds is metadata for the host application.

    ``claim`` is a token of the client's own making that shall keep a free name from now on.
    """

    model_config = ConfigDict(strict=True, frozen=True)

    username: Username | None = Field(None, description="The name to join as.")
    token: str | None = Field(None, description="A token that proves the name; it is enough alone.")
    claim: Annotated[str, Field(min_length=auth.TOKEN_LENGTH, max_length=200)] | None = Field(
        None, description="A token of the client's own making, which keeps a free name from now on."
    )


class Joining(BaseModel):
    """The body of ``session.join`` and ``session.leave``."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    username: Claim


class Doorkeeper:
    """Who comes in, by the rules of the settings or by the host application's ``authenticate``."""

    def __init__(
        self, settings: Settings, pipeline: Pipeline, rates: Rates, authenticate: Authenticate | None = None
    ) -> None:
        self._settings, self._pipeline, self._rates, self._authenticate = settings, pipeline, rates, authenticate
        self._log_once = lru_cache(maxsize=1000)(_log)  # however often the person comes back

    @property
    def hosted(self) -> bool:
        """Whether a host application answers who somebody is."""
        return self._authenticate is not None

    async def connect(self, handshake: Handshake) -> tuple[Caller, str | None]:
        """Who opens a socket, and the token of a guest who just took a name; raises a `Refusal`."""
        if self._authenticate:
            return await self._vouched(self._authenticate, handshake), None
        payload = _parse(Payload, handshake.auth)
        if payload.token is not None:
            return await self._by_token(handshake, payload.token, payload.username), None
        if payload.username is None:
            raise Unauthorized
        known = await self._by_cookie(handshake, payload.username)
        return (known, None) if known else await self._claim(handshake, payload.username, payload.claim)

    async def request(self, handshake: Handshake) -> Caller:
        """Who sends an HTTP request: by bearer token, or by the session cookie; raises `Unauthorized`."""
        if self._authenticate:
            self._our_pages_only(handshake)
            return await self._vouched(self._authenticate, handshake)
        scheme, _, token = handshake.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and token:
            return await self._by_token(handshake, token.strip(), None)
        known = await self._by_cookie(
            handshake, handshake.headers.get("chatrooms-user") or auth.only_name(handshake.cookies)
        )
        if known is None:
            raise Unauthorized
        return known

    async def join(self, handshake: Handshake, given: Any) -> tuple[User, str | None]:
        """Join from a browser: the profile, and the token for a new cookie unless there is a good one already."""
        self._browsers_only(handshake)
        username = _parse(Joining, given).username
        known = await self._by_cookie(handshake, username)
        if known is None:
            return await self._guest(handshake, username, auth.new_token())
        user = await self._pipeline.lookup(lambda db: users.find(db, known.username))
        if user is None:
            raise Unauthorized
        return user, None

    async def leave(self, handshake: Handshake, given: Any) -> str:
        """End the browser's session of a name; gives the name."""
        self._browsers_only(handshake)
        username: str = _parse(Joining, given).username
        known = await self._by_cookie(handshake, username)
        if known and known.session:
            session = known.session
            await self._pipeline.change(lambda act: tokens.end(act, session), known)
        return username

    def _our_pages_only(self, handshake: Handshake) -> None:
        """Refuse pages of other sites, whose requests carry our visitors' cookies; programs name no origin."""
        if not handshake.trusted:
            raise Forbidden("Pages of that origin are not allowed here. The setting `origins` lists those that are.")

    def _browsers_only(self, handshake: Handshake) -> None:
        self._our_pages_only(handshake)
        if self._authenticate:
            raise Forbidden("One joins by the application that this chat is part of.")

    async def _vouched(self, authenticate: Authenticate, handshake: Handshake) -> Caller:
        username = self._checked(await _in_time(authenticate, handshake))
        if await self._pipeline.lookup(lambda db: users.find(db, username)) is None:
            await self._pipeline.change(
                lambda act: tokens.admit(act, username, vouched=True),
                NOBODY,
                *_joins(username, self._settings.lobby),
            )
        return Caller(username, network=handshake.network)

    def _checked(self, answer: object) -> str:
        """Return what ``authenticate`` answered if it is a username; raises `Unauthorized` or `Invalid`."""
        if answer is None:
            raise Unauthorized
        try:
            return names.vouched(answer, self._settings.name)
        except ValueError as error:
            self._log_once(_repr.repr(answer), str(error))
            raise Invalid(f"Your account cannot use this chat. {error}", field="username") from None

    async def _claim(self, handshake: Handshake, username: str, claim: str | None) -> tuple[Caller, str]:
        """Take a name with a token of the client's making, or of ours.

        Who makes the token can claim again when the answer was lost: the same claim is then the proof.
        """
        token = claim or auth.new_token()
        if not await self._pipeline.lookup(lambda db: tokens.exists(db, token)):
            await self._guest(handshake, username, token)
        return await self._by_token(handshake, token, username), token

    async def _by_token(self, handshake: Handshake, token: str, username: str | None) -> Caller:
        days = self._settings.session_days
        known = await self._pipeline.lookup(lambda db: tokens.find(db, token, days))
        if known is None or username not in (None, known["username"]):
            raise Unauthorized("That token is not valid, or no longer.")
        caller = Caller(known["username"], session=known["id"], network=handshake.network)
        if tokens.stale(known):
            with suppress(Unavailable):
                await self._pipeline.change(lambda act: tokens.touch(act, known["id"]), caller)
        return caller

    async def _by_cookie(self, handshake: Handshake, username: str | None) -> Caller | None:
        token = handshake.cookies.get(auth.cookie_name(username, secure=handshake.secure)) if username else None
        if token is None:
            return None
        try:
            return await self._by_token(handshake, token, username)
        except Unauthorized:
            return None

    async def _guest(self, handshake: Handshake, username: str, token: str) -> tuple[User, str]:
        if self._settings.guests == "off":
            raise Unauthorized("Guests are not let in here.")
        self._rates.limits["join"].spend(handshake.network)
        try:
            names.claimable(username, self._settings.name)
        except ValueError as error:
            raise Invalid(str(error), field="username") from None
        claimed = self._settings.guests == "claim"

        def admit(act: Act) -> tuple[User, str]:
            known = users.find(act.db, username) if tokens.exists(act.db, token) else None
            if known:
                return known, token
            user = users.add(act, username) if claimed else tokens.admit(act, username)
            tokens.start(act, username, token, handshake.agent)
            return user, token

        return await self._pipeline.change(admit, NOBODY, *_joins(username, self._settings.lobby))


async def _in_time(authenticate: Authenticate, handshake: Handshake) -> object:
    try:
        async with asyncio.timeout(SECONDS_TO_ANSWER) as patience:
            return await authenticate(handshake)
    except TimeoutError:
        if not patience.expired():
            raise
        log.error("authenticate did not answer within %g s", SECONDS_TO_ANSWER)  # noqa: TRY400 - it may hold secrets
        raise Unavailable from None


def _log(answer: str, rule: str) -> None:
    log.error("authenticate returned %s, which is refused: %s", answer, rule)


def _joins(username: str, lobby: str) -> tuple[str, ...]:
    """What somebody's first join changes: two rooms, and who may have a name of that look."""
    return username, lobby, names.skeleton(username)


def _parse(model: type[BaseModel], given: Any) -> Any:
    try:
        return model.model_validate(given if isinstance(given, dict) else {})
    except ValidationError as error:
        raise invalid(error) from None
