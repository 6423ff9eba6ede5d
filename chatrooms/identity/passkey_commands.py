"""Adding and removing passkeys, and signing in by them without a name (see `passkeys` and `ceremonies`)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, TypeAlias

import orjson
from pydantic import AfterValidator, Field, WithJsonSchema
from sqlalchemy import Connection
from typing_extensions import TypedDict

from chatrooms import extras
from chatrooms.errors import Conflict, Forbidden, Invalid, Unauthorized
from chatrooms.features.users import OneUser
from chatrooms.identity import ceremonies, challenges, endings, fresh, passkeys, pending, proofs, sessions
from chatrooms.identity.beginnings import PASSKEY
from chatrooms.identity.ceremonies import Untrue
from chatrooms.identity.challenges import Challenge
from chatrooms.identity.fresh import Proven
from chatrooms.identity.joining import Browser, Claiming, sign_in, without_host
from chatrooms.identity.passkeys import LONGEST_NAME, REFUSED, Passkey
from chatrooms.identity.passwords import Passwords
from chatrooms.pipeline import access, rights, second_factors
from chatrooms.pipeline.act import Act, Caller
from chatrooms.pipeline.broadcast import Broadcast
from chatrooms.pipeline.chat import Chat
from chatrooms.pipeline.commands import Params, change, entry, live, own_room, query
from chatrooms.pipeline.feature import Feature
from chatrooms.pipeline.shapes import Done, Nothing
from chatrooms.storage import factors
from chatrooms.types import Id, line

LARGEST = 16 * 1024
"""Bytes of an authenticator's answer as JSON; most have fewer than 2 KiB."""
NOT_ADDED = "This passkey cannot be added. Try again."
LAST = "This is your only way to sign in on another device, or after signing out."


def _small(given: dict[str, Any]) -> dict[str, Any]:
    if len(orjson.dumps(given)) > LARGEST:
        raise ValueError(f"This has at most {LARGEST:,} bytes.")
    return given


_ANY_OBJECT = WithJsonSchema({"type": "object", "additionalProperties": {}})
Credential = Annotated[dict[str, Any], AfterValidator(_small), _ANY_OBJECT]
Origin = Annotated[
    str, Field(max_length=300, description="The origin of the page that asks, such as `https://chat.example.org`.")
]


Use: TypeAlias = Callable[[Connection, bytes, str], Challenge | None]
"""Uses a challenge up, by its value and what it is bound to."""


class OnPage(Params):
    """The page that asks for a passkey."""

    origin: Origin


Name = Annotated[
    str,
    Field(min_length=1, max_length=LONGEST_NAME, description="What to call it, such as the device that has it."),
    AfterValidator(line),
]


class NewPasskey(Params):
    """A passkey that an authenticator has made."""

    credential: Credential = Field(description="The authenticator's answer, as `toJSON()` of browsers returns it.")
    name: Name


class Renaming(Params):
    """One of your passkeys, and what to call it."""

    id: Id = Field(description="The id of one of your passkeys.")
    name: Name


class Beginning(Proven, OnPage):
    """The page that asks for a passkey to add."""


class Removal(Proven):
    """One of your passkeys."""

    id: Id = Field(description="The id of one of your passkeys.")
    even_last: bool = Field(False, description="Whether to remove it even if it is your only way to sign in.")


class SignIn(Claiming):
    """What a passkey has signed."""

    credential: Credential = Field(description="The authenticator's answer, as `toJSON()` of browsers returns it.")


class Options(TypedDict):
    """What the browser is to ask an authenticator for."""

    options: Annotated[
        dict[str, Any],
        _ANY_OBJECT,
        Field(description="Options for `navigator.credentials`, in the JSON form of Web Authentication, level 3."),
    ]


class OnePasskey(TypedDict):
    """A passkey."""

    passkey: Passkey


class ManyPasskeys(TypedDict):
    """Your passkeys, the oldest first."""

    passkeys: list[Passkey]


class Passkeys:
    """The chat that passkeys are for."""

    def __init__(self, _broadcast: Broadcast, chat: Chat) -> None:
        self.chat = chat

    def close(self) -> None:
        """Do nothing: nothing goes on."""

    async def used(
        self, credential: dict[str, Any], me: Caller, bound_to: str, use: Use = challenges.take
    ) -> Challenge:
        """Return the challenge that an answer is to; raises `Untrue`. It is used up, whatever the answer is worth.

        Raises `NotInstalled` without the library that reads it.
        """
        extras.require("accounts")
        value = await asyncio.to_thread(ceremonies.challenge_in, credential)
        found = await self.chat.change(lambda act: use(act.db, value, bound_to), me)
        if found is None:
            raise Untrue("no such challenge")
        return found


def _party(chat: Chat, origin: str) -> str:
    """Return the name that passkeys of a page are for; raises `Forbidden` if the settings do not know the page.

    Raises `NotInstalled` without the library for them.
    """
    extras.require("accounts")
    party = ceremonies.relying_party(chat.settings, origin)
    if party is None:
        raise Forbidden("Passkeys need https and a name that the server knows as its own: see its setting `url`.")
    return party


def _anyone(_me: Caller, _p: Removal) -> None:
    """Allow everybody."""


def _signed_in(me: Caller, _p: Params) -> None:
    """Allow people with a session."""
    sessions.signed_in(me)


def _by_browser(browser: Browser) -> str:
    """Return what a challenge to sign in is bound to."""
    return f"browser {browser.mark()}"


@query("passkey.list", may=access.anyone, method="passkeys", lacking="one")
def page(act: Act, p: Nothing, _: None) -> ManyPasskeys:
    """Return your passkeys."""
    return {"passkeys": passkeys.of_person(act.db, act.me.username)}


def _person(act: Act, _p: Renaming) -> str:
    """Allow people with a session."""
    return sessions.signed_in(act.me)


@change("passkey.rename", may=_person, locks=own_room, repeatable=False, method="rename_passkey")
def rename(act: Act, p: Renaming, _: str) -> OnePasskey:
    """Call one of your passkeys something else in your list."""
    return {"passkey": passkeys.rename(act, p.id, p.name)}


@live("passkey.begin", may=_signed_in, repeatable=False, method="begin_passkey", lacking="one")
async def begin(here: Passwords, me: Caller, p: Beginning) -> Options:
    """Begin to add a passkey: a browser makes it with these options, within five minutes."""
    party = _party(here.chat, p.origin)
    still = await fresh.require(here, me, p.password)

    def make(act: Act) -> tuple[Challenge, list[str]]:
        still(act)
        passkeys.require_place(act.db, me.username)
        handle = passkeys.handle_of(act.db, me.username)
        made = challenges.make(act.db, pending.holder(sessions.present(act)), p.origin, handle)
        return made, passkeys.ids_of(act.db, me.username)

    challenge, known = await here.chat.change(make, me)
    server = here.chat.server.name
    return {"options": await asyncio.to_thread(ceremonies.creation, challenge, party, server, me.username, known)}


@live("passkey.add", may=_signed_in, repeatable=False, method="add_passkey", lacking="one")
async def add(here: Passkeys, me: Caller, p: NewPasskey) -> OnePasskey:
    """Add a passkey, which signs you in from now on, without a name and a password.

    It answers the options of `passkey.begin`, which are your proof.
    """
    bound_to = pending.holder(sessions.signed_in(me))
    try:
        challenge = await here.used(p.credential, me, bound_to, challenges.hold)
        party = _party(here.chat, challenge.origin)
        key = await asyncio.to_thread(ceremonies.made, p.credential, challenge, party)
    except Untrue:
        raise Invalid(NOT_ADDED, field="credential") from None

    def store(act: Act) -> OnePasskey:
        if not challenges.finish(act.db, challenge.value, bound_to):
            raise Invalid(NOT_ADDED, field="credential")
        second_factors.note(act.db, sessions.present(act))
        pending.forget_others(act)
        act.note(f"added the passkey {p.name!r}")
        return {"passkey": passkeys.add(act, p.name, challenge.handle, key)}

    return await here.chat.change(store, me)


@live("passkey.remove", may=_anyone, repeatable=False, method="remove_passkey")
async def remove(here: Passwords, me: Caller, p: Removal) -> Done:
    """Remove a passkey, which signs in no one from now on. Your last way to sign in stays, unless you insist.

    Your last second factor stays while the server requires one of you.
    """

    def remove(act: Act) -> Done:
        still(act)
        passkeys.remove(act, p.id)
        if not (p.even_last or proofs.remain(act.db, me.username, here.chat.settings)):
            raise Conflict(LAST, field="even_last")
        second_factors.require_left(act, me.username, rights.of(act.db, me.username))
        second_factors.withdraw(act)
        endings.end_begun(act, "passkey", fresh.GOOD_MINUTES + fresh.PENDING_MINUTES)
        act.note("removed a passkey")
        return {}

    still = await fresh.require(here, me, p.password)
    return await here.chat.change(remove, me)


@entry("passkey.challenge", may=without_host, rate="join")
async def challenge(here: Passkeys, browser: Browser, p: OnPage) -> Options:
    """Begin to sign in by a passkey: a browser signs these options, within five minutes. Sets a cookie."""
    party = _party(here.chat, p.origin)
    stranger = Caller("", network=browser.network)
    bound_to = _by_browser(browser)
    made = await here.chat.change(lambda act: challenges.make(act.db, bound_to, p.origin), stranger)
    return {"options": await asyncio.to_thread(ceremonies.request, made, party)}


@entry("session.passkey", may=without_host, rate="join")
async def sign_in_by_passkey(here: Passkeys, browser: Browser, p: SignIn) -> OneUser:
    """Sign in by a passkey: sets the cookie that proves the name, unless you give a ``claim``."""
    try:
        stored, count = await _checked(here, browser, p.credential)
    except Untrue:
        raise Unauthorized(REFUSED) from None

    def prove(act: Act) -> None:
        passkeys.use(act, stored.id, count)

    return await sign_in(browser, stored.username, p.claim, prove, beginning=PASSKEY)


async def _checked(here: Passkeys, browser: Browser, credential: dict[str, Any]) -> tuple[passkeys.Stored, int]:
    """Return the passkey that has signed, and its count of signatures; raises `Untrue`."""
    challenge = await here.used(credential, Caller("", network=browser.network), _by_browser(browser))
    party, known_by = _party(here.chat, challenge.origin), ceremonies.id_of(credential)
    stored = await here.chat.lookup(lambda db: passkeys.find(db, known_by))
    known = stored.known if stored else None
    check = partial(ceremonies.signed, credential, challenge, party, known)
    count = await asyncio.to_thread(check)
    if stored is None:
        raise Untrue("another passkey")
    return stored, count


FEATURE = Feature(
    tables=(factors.passkeys, challenges.challenges),
    commands=(page, rename, add, challenge, sign_in_by_passkey),
    component=Passkeys,
)
PROVEN = (begin, remove)
"""The commands that need `Passwords`."""
