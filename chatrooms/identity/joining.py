"""Joining and leaving from a browser, which keeps the proof in a cookie that no script can read."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from pydantic import Field

from chatrooms.errors import Forbidden, NotFound, Suspended, Unauthorized
from chatrooms.features import users
from chatrooms.features.users import OneUser
from chatrooms.identity import beginnings, endings, guests, sessions, tokens
from chatrooms.identity.beginnings import Beginning
from chatrooms.identity.cookies import Jar, SessionCookie
from chatrooms.identity.handshake import Claim, Handshake, Invitation
from chatrooms.pipeline.act import Act, Caller
from chatrooms.pipeline.chat import Chat
from chatrooms.pipeline.commands import Params, entry
from chatrooms.pipeline.feature import Feature
from chatrooms.pipeline.shapes import Done
from chatrooms.types import Username

SECONDS_A_DAY = 86_400


@dataclass
class Browser:
    """A browser that an entry serves, before its user is identified. ``cookies`` are set if the entry succeeds."""

    handshake: Handshake
    chat: Chat
    hosted: bool
    cookies: list[SessionCookie] = field(default_factory=list)

    @property
    def network(self) -> str:
        """The address that limits count by."""
        return self.handshake.network

    @property
    def address(self) -> str:
        """The address, for the log."""
        return self.handshake.address

    def keep(self, username: str, token: str) -> None:
        """Have the browser keep the token that proves ``username``."""
        self._set(username, token, self.chat.settings.session_days * SECONDS_A_DAY)

    def forget(self, username: str) -> None:
        """Have the browser forget the token of ``username``, and one that an earlier version gave it."""
        self._set(username, "", 0)
        jar = self._jar
        if (old := jar.old_name(username)) in self.handshake.cookies:
            self.cookies.append(SessionCookie(old, "", 0, jar.secure, "/"))

    def mark(self) -> str:
        """Return what tells this browser from others; a new cookie, if it has none. It proves no one."""
        name = self._jar.mark_name
        if kept := self.handshake.cookies.get(name):
            return kept
        made = sessions.new_token()
        self.cookies.append(SessionCookie(name, made, SECONDS_A_DAY, self._jar.secure, self._jar.path))
        return made

    @property
    def _jar(self) -> Jar:
        return tokens.jar(self.chat, self.handshake)

    def _set(self, username: str, value: str, max_age: int) -> None:
        jar = self._jar
        self.cookies.append(SessionCookie(jar.name(username), value, max_age, jar.secure, jar.path))


class Name(Params):
    """Whose session a browser has."""

    username: Username


def without_host(browser: Browser, _p: Params) -> None:
    """Allow everyone, unless people sign in through the host application."""
    if browser.hosted:
        raise Forbidden("Sign in through the host application.")


class Joining(Name):
    """A name to join by, and perhaps an invitation."""

    invite: Invitation | None = Field(
        None, description="The code of an invitation: a new person joins its room too. See the setting `guests`."
    )


class Claiming(Params):
    """What a program gives that signs in."""

    claim: Claim | None = Field(
        None, description="A token of your own making, which signs you in from now on; without it, a cookie is set."
    )


@entry("session.join", may=without_host, rate="join")
async def join(browser: Browser, p: Joining) -> OneUser:
    """Join from a browser: sets the cookie that proves the name."""
    known = await tokens.by_cookie(browser.chat, browser.handshake, p.username)
    if known:
        return {"user": await browser.chat.lookup(lambda db: users.existing(db, known.username))}
    token = sessions.new_token()
    user = await guests.take_name(browser.chat, browser.handshake, p.username, token, p.invite)
    browser.keep(p.username, token)
    return {"user": user}


@entry("session.leave", may=without_host)
async def leave(browser: Browser, p: Name) -> Done:
    """End the browser's session of a name, and remove its cookie."""
    with suppress(Suspended, Unauthorized, NotFound):  # it was ended by then
        known = await tokens.by_cookie(browser.chat, browser.handshake, p.username)
        if known and (session := known.session):
            await browser.chat.change(lambda act: endings.end(act, session), known)
    browser.forget(p.username)
    return {}


async def sign_in(
    browser: Browser,
    username: str,
    claim: str | None,
    prove: Callable[[Act], None],
    *locks: str,
    beginning: Beginning,
) -> OneUser:
    """Begin a session of ``username`` for a browser, or for a program with its ``claim``, if ``prove`` allows it.

    ``prove`` runs in the transaction that begins it, which locks the rooms ``locks``. The session that the browser had
    of this name ends.
    """
    token = claim or sessions.new_token()
    before = None if claim else await tokens.by_cookie(browser.chat, browser.handshake, username)

    def begin(act: Act) -> OneUser:
        prove(act)
        if before and before.session:
            with suppress(NotFound):  # it was ended by then
                endings.end(act, before.session)
        sessions.start_or_go_on(act, username, token, browser.handshake.agent, beginning)
        return {"user": users.existing(act.db, username)}

    signed_in = await browser.chat.change(begin, Caller(username, network=browser.network), *locks)
    beginnings.note(username, beginning, browser.address)
    if claim is None:
        browser.keep(username, token)
    return signed_in


FEATURE = Feature(commands=(join, leave))
