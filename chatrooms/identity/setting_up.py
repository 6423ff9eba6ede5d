"""Becoming the first owner of a server, and naming it (see `setups`)."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Annotated

from pydantic import AfterValidator, Field
from typing_extensions import TypedDict

from chatrooms import names, types
from chatrooms.errors import Conflict, Invalid
from chatrooms.events import Signal
from chatrooms.features import roles, users
from chatrooms.features.users import OneUser
from chatrooms.identity import free_names, lapsing, passwords, sessions, setups, tokens
from chatrooms.identity.beginnings import SETUP
from chatrooms.identity.hashing import Hashing, hashed
from chatrooms.identity.joining import Browser, Claiming, sign_in, without_host
from chatrooms.identity.links import CODE_LENGTH
from chatrooms.identity.password_rules import FEWEST, MOST, normal, require_good
from chatrooms.names import APPLICATION
from chatrooms.pipeline import rights, second_factors, signing_up
from chatrooms.pipeline.act import Act, Caller
from chatrooms.pipeline.broadcast import Broadcast
from chatrooms.pipeline.chat import Chat
from chatrooms.pipeline.commands import Params, entry, live
from chatrooms.pipeline.feature import Feature
from chatrooms.pipeline.shapes import Nothing
from chatrooms.storage import facts
from chatrooms.types import REQUIRED_OF, SIGN_UP, RequiredOf, SignUp, Username

ServerName = Annotated[str, Field(min_length=1, max_length=60), AfterValidator(types.line)]


class WhichSetup(Params):
    """The code of the link that the server printed."""

    code: str = Field(min_length=CODE_LENGTH, max_length=CODE_LENGTH, repr=False, description="The code of the link.")


class Setup(Claiming, WhichSetup):
    """The first owner, and what the server is called."""

    username: Username
    password: str | None = Field(
        None,
        min_length=1,
        max_length=MOST,
        repr=False,
        description=f"Their password, {FEWEST} to {MOST} characters, not easy to guess. It can be omitted by a browser "
        "that is signed in as them.",
    )
    name: ServerName | None = Field(
        None, description="What the server is called from now on; it has no effect if the setting `name` says it."
    )


class Unowned(TypedDict):
    """The server that has no owner yet."""

    name: Annotated[str, Field(description="What it is called now.")]
    can_rename: Annotated[bool, Field(description="Whether its owner can rename it, because no setting names it.")]


class SettingUp(Hashing):
    """Where the owner's password is hashed, and the chat that it is for."""

    def __init__(self, broadcast: Broadcast, chat: Chat) -> None:
        super().__init__()
        self.broadcast, self.chat = broadcast, chat

    async def hashed(self, network: str, username: str, password: str | None) -> str:
        """Return the hash of the password of a new owner; raises `Invalid` without a strong one."""
        if password is None:
            raise Invalid("Choose a password, so that only you can be this owner.", field="password")
        about, breached = [username, self.chat.server.name], self.chat.settings.breached_passwords
        await self.run(network, partial(require_good, password, about, breached))
        return await self.run(network, partial(hashed, normal(password)))


def can_rename(chat: Chat) -> bool:
    """Return whether no setting names the server."""
    return "name" not in chat.settings.model_fields_set


@entry("setup.get", may=without_host, rate="join")
async def get(here: SettingUp, browser: Browser, p: WhichSetup) -> Unowned:
    """Return what the server is called, to a person with the link that makes its first owner."""
    setups.require(works=await browser.chat.lookup(lambda db: setups.works(db, p.code)))
    return {"name": here.chat.server.name, "can_rename": can_rename(here.chat)}


@entry("session.setup", may=without_host, rate="join")
async def setup(here: SettingUp, browser: Browser, p: Setup) -> OneUser:
    """Become the first owner of the server, by a link that it printed: sets the cookie, unless you give a ``claim``.

    The link works once, also for several people at the same time. A browser that is signed in as ``username`` makes
    that person the owner; otherwise the name must be free.
    """
    setups.require(works=await browser.chat.lookup(lambda db: setups.works(db, p.code)))
    known = await tokens.by_cookie(browser.chat, browser.handshake, p.username)
    made = None if known else await here.hashed(browser.network, p.username, p.password)
    if made:
        _require_claimable(p.username, p.name or here.chat.server.name)

    def own(act: Act) -> None:
        setups.use(act.db, p.code)
        if made:
            free_names.add(act, p.username)
            passwords.store(act, p.username, made)
        roles.store(act.db, p.username, "owner")
        roles.announce(act, p.username)
        if p.name and can_rename(here.chat):
            _rename(act, p.name)

    locks = users.SYSTEM, *users.locks_to_add(p.username, here.chat.settings.lobby)
    owner = await sign_in(browser, p.username, p.claim, own, *locks, beginning=SETUP)
    if p.name and can_rename(here.chat):
        here.chat.learn(here.chat.facts._replace(name=p.name))
    return owner


class Governing(Params):
    """What to change of the server."""

    name: ServerName | None = Field(None, description="What it is called; for its owners.")
    sign_up: SignUp | None = Field(None, description=f"How new people come in; for admins and owners. {SIGN_UP}")
    second_factor: RequiredOf | None = Field(
        None, description=f"Of whom a second factor is required; for owners who have shown theirs. {REQUIRED_OF}"
    )


class Governed(TypedDict):
    """What the server is called, how new people come in, and whether that can be changed here."""

    name: Annotated[str, Field(description="Its name.")]
    sign_up: Annotated[SignUp, Field(description=f"How new people come in. {SIGN_UP}")]
    second_factor: Annotated[RequiredOf, Field(description=f"Of whom a second factor is required. {REQUIRED_OF}")]
    can_rename: Annotated[bool, Field(description="Whether no setting says its name.")]
    can_change_second_factor: Annotated[bool, Field(description="Whether no setting says of whom one is required.")]
    can_change_sign_up: Annotated[bool, Field(description="Whether no setting says how new people come in.")]


def _anyone(_me: Caller, _p: Params) -> None:
    """Allow everyone to ask; only the database knows who is an admin."""


def _governed(chat: Chat) -> Governed:
    return {
        "name": chat.server.name,
        "sign_up": chat.server.sign_up,
        "second_factor": chat.server.second_factor,
        "can_rename": can_rename(chat),
        "can_change_second_factor": not second_factors.is_set(chat.settings),
        "can_change_sign_up": not signing_up.is_set(chat.settings),
    }


@live("server.get", may=_anyone, method="server")
async def server(here: SettingUp, me: Caller, p: Nothing) -> Governed:
    """Return what admins and owners can change of the server."""
    mine = await here.chat.lookup(lambda db: rights.role_of(db, me))
    rights.demand(rights.verdict(mine, "admit"))
    return _governed(here.chat)


@live("server.update", may=_anyone, repeatable=False, method="update_server")
async def update(here: SettingUp, me: Caller, p: Governing) -> Governed:
    """Rename the server, change how new people come in, or of whom a second factor is required.

    Everybody who is online receives a signal ``server``. People who are here stay, and sign in as before, except that
    those who need a second factor then first show it, or set one up.
    """
    chat = here.chat

    def change(act: Act) -> None:
        if p.name is not None:
            rights.require(act, "name")
            _require_unset(can_rename(chat), "name", "what this server is called", "name")
            _rename(act, p.name)
        if p.sign_up is not None:
            rights.require(act, "admit")
            _require_unset(not signing_up.is_set(chat.settings), "guests", "how new people come in", "sign_up")
            facts.choose_sign_up(act.db, p.sign_up)
        if p.second_factor is not None:
            _require_second_factor(act, p.second_factor)
        _announce(act, p)
        act.note(f"changed the server: {given!r}")

    given = p.model_dump(exclude_none=True)
    if not given:
        raise Invalid("Nothing to update: give a name, sign_up or second_factor.", field="name")
    await chat.change(change, me, users.SYSTEM)
    chat.learn(chat.facts._replace(**given))
    if p.second_factor is not None:
        await lapsing.end(chat, here.broadcast)
    return _governed(chat)


def _announce(act: Act, p: Governing) -> None:
    """Send what the server is now to everybody who is online."""
    now = {"name": p.name or act.server.name, "sign_up": p.sign_up or act.server.sign_up}
    act.signals.extend(Signal(person, APPLICATION, "server", now) for person in act.server.online())


def _require_second_factor(act: Act, required: RequiredOf) -> None:
    """Store of whom a second factor is required."""
    rights.require(act, "name")
    is_unset = not second_factors.is_set(act.server.settings)
    _require_unset(is_unset, "require_second_factor", "of whom a second factor is required", "second_factor")
    if not second_factors.is_shown(act.db, sessions.signed_in(act.me)):
        raise Conflict("Show yours first: turn on codes, or sign in with a passkey.", field="second_factor")
    facts.choose_second_factor(act.db, required)


def _require_unset(is_unset: bool, setting: str, what: str, field: str) -> None:  # noqa: FBT001 - what is checked
    """Raise `Conflict` if a setting decides."""
    if not is_unset:
        raise Conflict(f"The setting `{setting}` says {what}.", field=field)


def _rename(act: Act, name: str) -> None:
    """Store the server's name, under which the application itself posts too."""
    facts.rename(act.db, name)
    act.server = replace(act.server, name=name)
    users.name_application(act)


def _require_claimable(username: str, name: str) -> None:
    try:
        names.claimable(username, name)
    except ValueError as error:
        raise Invalid(str(error), field="username") from None


FEATURE = Feature(tables=(setups.setups,), commands=(get, setup, server, update), component=SettingUp)
