"""Becoming the first owner of a server, who names it (see `setups`)."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from chatrooms import names
from chatrooms.errors import Invalid
from chatrooms.features import roles, users
from chatrooms.features.users import OneUser
from chatrooms.identity import free_names, passwords, setups, tokens
from chatrooms.identity.beginnings import SETUP
from chatrooms.identity.governing import ServerName, can_rename, rename
from chatrooms.identity.hashing import Hashing, hashed
from chatrooms.identity.joining import Browser, Claiming, sign_in, without_host
from chatrooms.identity.links import CODE_LENGTH
from chatrooms.identity.password_rules import FEWEST, MOST, normal, require_good
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.broadcast import Broadcast
from chatrooms.pipeline.chat import Chat
from chatrooms.pipeline.commands import Params, entry
from chatrooms.pipeline.feature import Feature
from chatrooms.types import Username


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

    def __init__(self, _broadcast: Broadcast, chat: Chat) -> None:
        super().__init__()
        self.chat = chat

    async def hashed(self, network: str, username: str, password: str | None) -> str:
        """Return the hash of the password of a new owner; raises `Invalid` without a strong one."""
        if password is None:
            raise Invalid("Choose a password, so that only you can be this owner.", field="password")
        about, breached = [username, self.chat.server.name], self.chat.settings.breached_passwords
        await self.run(network, partial(require_good, password, about, breached))
        return await self.run(network, partial(hashed, normal(password)))


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
        act.ended.extend(roles.store(act.db, p.username, "owner"))
        roles.announce(act, p.username)
        if p.name and can_rename(here.chat):
            rename(act, p.name)

    locks = users.SYSTEM, *users.locks_to_add(p.username, here.chat.settings.lobby)
    owner = await sign_in(browser, p.username, p.claim, own, *locks, beginning=SETUP)
    if p.name and can_rename(here.chat):
        here.chat.learn(here.chat.facts._replace(name=p.name))
    return owner


def _require_claimable(username: str, name: str) -> None:
    try:
        names.claimable(username, name)
    except ValueError as error:
        raise Invalid(str(error), field="username") from None


FEATURE = Feature(tables=(setups.setups,), commands=(get, setup), component=SettingUp)
