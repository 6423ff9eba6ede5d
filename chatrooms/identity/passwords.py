"""Passwords: proof of a name on any device. Only their hashes are stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Annotated, NamedTuple, TypeAlias

from pydantic import Field
from sqlalchemy import Column, Connection, ForeignKey, String, Table, Text, delete, insert, select

from chatrooms.errors import CodeRequired, Invalid, RateLimited, Unauthorized, Unavailable, Waiting
from chatrooms.features import users as accounts
from chatrooms.features.users import OneUser
from chatrooms.identity import applicants, guests, sessions, totp, tries
from chatrooms.identity.beginnings import DIRECTORY, PASSWORD
from chatrooms.identity.hashing import Hashing, hashed, matches, outdated
from chatrooms.identity.joining import Browser, Claiming, sign_in, without_host
from chatrooms.identity.ldap import linked
from chatrooms.identity.ldap.directory import Directory
from chatrooms.identity.password_rules import MOST, normal
from chatrooms.pipeline.act import Act, Caller
from chatrooms.pipeline.broadcast import Broadcast
from chatrooms.pipeline.chat import Chat
from chatrooms.pipeline.commands import entry
from chatrooms.pipeline.rates import Limit
from chatrooms.storage.tables import metadata, users
from chatrooms.types import Username

passwords = Table(
    "passwords",
    metadata,
    Column("username", String(32), ForeignKey(users.c.username), primary_key=True),
    Column("hash", Text, nullable=False),
    Column("changed_at", String(24), nullable=False),
)

WRONG = "Wrong name or password."
CHANGES = "60/hour;10/minute"
"""How often a person may set a password; people of one address eight times as often."""
Given = Annotated[str, Field(min_length=1, max_length=MOST)]
Code = Annotated[str, Field(min_length=1, max_length=40)]


class SignIn(Claiming):
    """A name and its password."""

    username: Username
    password: Given = Field(repr=False, description="The password.")
    code: Code | None = Field(
        None, repr=False, description="A code of the second factor, if the password alone is answered `code_required`."
    )


Still: TypeAlias = Callable[[Act], None]
"""Raises a refusal, in the transaction that a proof is for, if that counts no longer: hashing takes its time."""


class Right(NamedTuple):
    """What has a right password: its ``hash`` is stored here, or the ``entry`` of the directory that has that hash."""

    hash: str | None
    entry: str | None = None


class Passwords(Hashing):
    """Where passwords are hashed, and the chat that they are for."""

    def __init__(self, broadcast: Broadcast, chat: Chat) -> None:
        super().__init__()
        self.broadcast, self.chat = broadcast, chat
        self.directory = Directory(chat.settings)
        self.changes = Limit(CHANGES, crowd=8)

    def close(self) -> None:
        """Let what goes on end."""
        super().close()
        self.directory.close()

    async def check(self, username: str, network: str, password: str, of: tries.Of = "sign in") -> Right:
        """Return what has the password of ``username``.

        Raises `RateLimited`, `Unavailable`, or `Unauthorized` if it is another password. ``of`` is "own" for people who
        change theirs, which the directory does not have. Names without a password, known or not, are refused as those
        with one, and take as long. A try counts even if the directory cannot be asked: it was made of the stored one.
        """
        counting = Caller(username, network=network)
        await self.chat.change(lambda act: tries.spend(act, username, network, of), counting)
        stored = await self.chat.lookup(lambda db: hash_of(db, username))
        try:
            is_right = await self.run(network, partial(matches, stored, normal(password)))
        except RateLimited:
            await self.chat.change(lambda act: tries.give_back(act, username, network, of), counting)
            raise
        if is_right:
            return Right(stored)
        if of == "own" or not self.chat.settings.ldap_url:
            raise Unauthorized(WRONG)
        if not await self._is_of_directory(username):
            await self._count_question(username, counting)  # as those of unknown names: nobody learns whose it is
            raise Unauthorized(WRONG)
        return Right(None, await self.ask_directory(username, password, counting))

    async def ask_directory(self, username: str, password: str, who: Caller) -> str:
        """Return the hash of the entry there that has that password.

        Raises `Unauthorized` if it is another one; `RateLimited`, or `Unavailable` if nobody knows.

        It is asked here alone, so that nobody can have it lock out anybody, whatever they have here.
        """
        await self._count_question(username, who)
        try:
            found = await self.directory.entry_of(username, password, who.network)
        except (RateLimited, Unavailable):
            await self._give_back(username, who)
            raise
        if found is None:
            raise Unauthorized(WRONG)
        await self._give_back(username, who)
        return linked.entry_hash(found)

    async def _count_question(self, username: str, who: Caller) -> None:
        await self.chat.change(lambda act: tries.spend(act, username, who.network, "directory"), who)

    async def _give_back(self, username: str, who: Caller) -> None:
        """Count a question to the directory no longer; who goes away before its answer has asked it."""
        await self.chat.change(lambda act: tries.give_back(act, username, who.network, "directory"), who)

    async def _is_of_directory(self, username: str) -> bool:
        """Return whether the directory signs in a person, or could bring them; it gets the passwords of no one else."""
        return await self.chat.lookup(
            lambda db: accounts.find(db, username) is None or linked.since(db, username) is not None
        )

    async def require_own(self, me: Caller, password: str, field: str = "password") -> Still:
        """Return what makes sure that it is the caller's password still; raises `Invalid` if it is not now."""
        try:
            stored, _ = await self.check(me.username, me.network, password, "own")
        except Unauthorized:
            raise Invalid("This is not your password.", field=field) from None
        await self.chat.change(lambda act: tries.give_back(act, me.username, me.network, "own"), me)
        return partial(_require_still, stored, field)

    async def count_code(self, who: Caller) -> None:
        """Count a try of a code before it is made; raises `RateLimited`."""
        await self.chat.change(lambda act: tries.spend(act, who.username, who.network, _of_code(who)), who)

    def use_code(self, act: Act, username: str, code: str) -> None:
        """Use up a code, which then does not count as a try; raises `Unauthorized`."""
        totp.use(act.db, username, code)
        self.give_back_code(act)

    def give_back_code(self, act: Act) -> None:
        """Count a try of a code no longer, because it was right."""
        tries.give_back(act, act.me.username, act.me.network, _of_code(act.me))


def _of_code(who: Caller) -> tries.Of:
    """Return what a try of a code is: who signs in has no session yet."""
    return "own code" if who.session else "code"


def _require_still(stored: str | None, field: str, act: Act) -> None:
    if hash_of(act.db, act.me.username) != stored:
        raise Invalid("Your password was changed a moment ago. Give that one.", field=field)


def hash_of(db: Connection, username: str) -> str | None:
    """Return the hash of the password of ``username``, if there is one."""
    return db.scalar(select(passwords.c.hash).where(passwords.c.username == username))


def holders(db: Connection, usernames: Iterable[str]) -> set[str]:
    """Return those of ``usernames`` who have a password."""
    return set(db.scalars(select(passwords.c.username).where(passwords.c.username.in_(usernames))))


def forget(db: Connection, username: str) -> None:
    """Remove the password of ``username``, if there is one."""
    db.execute(delete(passwords).where(passwords.c.username == username))


def store(act: Act, username: str, hash: str) -> None:
    """Let the password with that hash prove ``username`` from now on, instead of one before."""
    forget(act.db, username)
    act.db.execute(insert(passwords).values(username=username, hash=hash, changed_at=act.now))


@entry("session.password", may=without_host, rate="join")
async def sign_in_by_password(here: Passwords, browser: Browser, p: SignIn) -> OneUser:
    """Sign in with a password: sets the cookie that proves the name, unless you give a ``claim``."""
    stored, there = await here.check(p.username, browser.network, p.password)
    if stored is None:
        return await _by_directory(here, browser, p, there)
    has_code = await _count_code(here, browser, p)
    renewed = await here.run(browser.network, partial(hashed, normal(p.password))) if outdated(stored) else None

    def prove(act: Act) -> None:
        if hash_of(act.db, p.username) != stored:
            raise Unauthorized(WRONG)
        _use_code(here, act, p, has_code=has_code)
        if renewed:
            store(act, p.username, renewed)
        tries.forgive(act, p.username, browser.network)

    return await sign_in(browser, p.username, p.claim, prove, beginning=PASSWORD._replace(second_factor=has_code))


async def _by_directory(here: Passwords, browser: Browser, p: SignIn, there: str | None) -> OneUser:
    """Sign in somebody whose password the directory has; a name that somebody else has here is none of theirs."""
    known = await here.chat.lookup(lambda db: accounts.find(db, p.username))
    if known is None:
        return await _newcomer(here, browser, p, there)
    if not await here.chat.lookup(lambda db: linked.since(db, p.username)):
        raise Unauthorized(WRONG)
    has_code = await _count_code(here, browser, p)

    def prove(act: Act) -> None:
        linked.use(act, p.username, there)
        _use_code(here, act, p, has_code=has_code)
        tries.forgive(act, p.username, browser.network)

    return await sign_in(browser, p.username, p.claim, prove, beginning=DIRECTORY._replace(second_factor=has_code))


async def _newcomer(here: Passwords, browser: Browser, p: SignIn, there: str | None) -> OneUser:
    """Let somebody of the directory join, as the settings say."""
    if await here.chat.lookup(lambda db: applicants.waits_by_directory(db, p.username)):
        raise Waiting
    await here.chat.scan(lambda db: linked.require_alone(db, p.username))
    token = p.claim or sessions.new_token()

    def settle(act: Act) -> None:
        linked.require_unbarred(act.db, p.username, there)
        linked.add(act, p.username, there, used=True)
        tries.forgive(act, p.username, browser.network)

    wish, approved = guests.Wish(p.username, token, None, DIRECTORY, there), here.chat.settings.ldap_approved
    user = await guests.take_new_name(here.chat, browser.handshake, wish, settle, approved=approved)
    if p.claim is None:
        browser.keep(p.username, token)
    return {"user": user}


async def _count_code(here: Passwords, browser: Browser, p: SignIn) -> bool:
    """Count a try of a code, and return whether it takes one; raises `CodeRequired` if they gave none."""
    if not await here.chat.lookup(lambda db: totp.enabled(db, p.username)):
        return False
    who = Caller(p.username, network=browser.network)
    if p.code is None:
        await here.chat.change(lambda act: tries.forgive(act, p.username, browser.network), who)
        raise CodeRequired
    await here.count_code(who)
    return True


def _use_code(here: Passwords, act: Act, p: SignIn, *, has_code: bool) -> None:
    """Use up the code; raises `CodeRequired` if it takes one only now."""
    if has_code:
        here.use_code(act, p.username, p.code or "")
    elif totp.enabled(act.db, p.username):
        raise CodeRequired


COMMANDS = (sign_in_by_password,)
