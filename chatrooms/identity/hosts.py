"""Proof by the application that this chat is part of: its `authenticate` answers who is there."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable
from functools import lru_cache, partial
from reprlib import Repr

from chatrooms import names
from chatrooms.coroutines import makes_coroutines
from chatrooms.errors import Internal, Invalid, Refusal, Unavailable
from chatrooms.features import roles, users
from chatrooms.identity import accounts, avatars, suspensions
from chatrooms.identity.accounts import User
from chatrooms.identity.avatars import Place
from chatrooms.identity.handshake import Handshake, require_trusted
from chatrooms.pipeline import rights
from chatrooms.pipeline.act import APPLICATION, Act, Caller
from chatrooms.pipeline.chat import Chat
from chatrooms.wire import failures

SECONDS_TO_ANSWER = 30.0
"""How long a host application's ``authenticate`` may take."""

Authenticate = Callable[[Handshake], Awaitable[User | str | None]]
"""A host application's own answer: the person at the other end, by a `User` or an id, or ``None`` to reject them.

An id is any text of 1 to 200 characters; ids that differ in any character are two people. Each gets a username when
they first come (see `accounts`). Anything else rejects the person and is logged. An answer that takes more than 30 s
rejects the person, who may try again.
"""

log = logging.getLogger("chatrooms.host")

_repr = Repr()
_repr.maxstring = _repr.maxother = 120


class Host:
    """Asks the host application; pages of other origins are rejected before that, whatever it reads."""

    def __init__(self, chat: Chat, authenticate: Authenticate) -> None:
        _require_callable(authenticate)
        self._chat, self._authenticate = chat, authenticate
        self._log_once = lru_cache(maxsize=1000)(_log)  # however often the person tries again

    async def identify(self, handshake: Handshake) -> Caller | None:
        """Return the person whom the host application names, new or known; raises a `Refusal`."""
        require_trusted(handshake)
        answer = await self._answer(handshake)
        if answer is None:
            return None
        return Caller(await enter(self._chat, self._user(answer), handshake), network=handshake.network)

    async def _answer(self, handshake: Handshake) -> object:
        try:
            async with asyncio.timeout(SECONDS_TO_ANSWER) as patience:
                return await self._authenticate(handshake)
        except Refusal:
            raise
        except Exception as error:
            if not (isinstance(error, TimeoutError) and patience.expired()):
                failures.report("authenticate failed", error)
                raise Internal from None
            log.error("authenticate did not answer within %g s", SECONDS_TO_ANSWER)  # noqa: TRY400 - it may hold secrets
            raise Unavailable from None

    def _user(self, answer: object) -> User:
        """Return the account that was answered; raises `Invalid`."""
        try:
            return answer if isinstance(answer, User) else User(answer)  # type: ignore[arg-type] # it checks the type
        except (TypeError, ValueError) as error:
            self._log_once(_repr.repr(answer), str(error))
            raise Invalid(f"Your account cannot use this chat. {error}", field="username") from None


async def enter(chat: Chat, user: User, handshake: Handshake | None = None) -> str:
    """Return the username of an account whose user is here, as `add` does; raises `Suspended` before giving a role."""
    username = await _username(chat, user, handshake)
    await suspensions.require_active(chat, username)
    await _appoint(chat, username, user, is_here=True)
    return username


async def add(chat: Chat, user: User) -> str:
    """Return the username of an account, which is added if it is new, and has the role that the user has."""
    username = await _username(chat, user)
    await _appoint(chat, username, user)
    return username


async def _appoint(chat: Chat, username: str, user: User, *, is_here: bool = False) -> None:
    """Give a person the role that the user has, if it has one; raises `Suspended` if they are and it ``is_here``."""
    role = user.server_role

    def appoint(act: Act) -> None:
        if is_here:
            suspensions.require_none(act.db, username)
        if role:
            roles.vouch(act, username, role)

    if role and await chat.lookup(lambda db: rights.of(db, username)) != role:
        await chat.change(appoint, APPLICATION, username)


async def _username(chat: Chat, user: User, handshake: Handshake | None = None) -> str:
    account = await chat.lookup(lambda db: accounts.find(db, user.id))
    place = avatars.place(chat.settings, user, account, handshake)
    while account is None or place or user.name not in ("", account["name"]):
        if account:
            accounts.require_tenant(user, account["tenant"])
        known = account["username"] if account else await _free_username(chat, user)
        locks = *users.locks_to_add(known, chat.settings.lobby), *(names.looks(user.name) if user.name else ())
        username = await chat.change(partial(_come, user=user, username=known, place=place), APPLICATION, *locks)
        if username:
            return username
    accounts.require_tenant(user, account["tenant"])
    return account["username"]


async def _free_username(chat: Chat, user: User) -> str:
    return await chat.lookup(lambda db: accounts.free_username(db, user, chat.server.name))


def _come(act: Act, user: User, username: str, place: Place | None) -> str | None:
    here = accounts.come(act, user, username)
    if here and place:
        avatars.note(act, user, here, place)
    return here


def _require_callable(authenticate: object) -> None:
    """Raise ``TypeError`` for what cannot be awaited with a handshake, which would reject everybody."""
    if not callable(authenticate):
        raise TypeError(f"authenticate must be a coroutine function, not {type(authenticate).__name__}.")
    if not makes_coroutines(inspect.unwrap(authenticate)):  # a decorator may hide it
        raise TypeError(f"{authenticate!r} must be a coroutine function: async def.")
    try:
        inspect.signature(authenticate).bind(None)
    except TypeError:
        raise TypeError(f"{authenticate!r} must take the handshake.") from None


def _log(answer: str, rule: str) -> None:
    log.error("authenticate returned %s, which is refused: %s", answer, rule)
