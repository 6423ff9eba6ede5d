"""Making links that sign in another device, and signing in by them (see `links`)."""

from __future__ import annotations

from pydantic import Field
from typing_extensions import TypedDict

from chatrooms.features.users import OneUser
from chatrooms.identity import links, sessions
from chatrooms.identity.joining import Browser, Claiming, sign_in, without_host
from chatrooms.identity.links import Link
from chatrooms.pipeline import second_factors
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.commands import Params, change, entry, own_room
from chatrooms.pipeline.feature import Feature
from chatrooms.pipeline.shapes import Nothing


class OneLink(TypedDict):
    """The link that was made."""

    link: Link


class WhichLink(Params):
    """The code of a link."""

    code: str = Field(
        min_length=links.CODE_LENGTH, max_length=links.CODE_LENGTH, repr=False, description="The code of a link."
    )


class Code(Claiming, WhichLink):
    """The code of a link, and perhaps a claim."""


class Whose(TypedDict):
    """Whom a link signs in."""

    username: str


def _current(act: Act, _p: Nothing) -> str:
    """Allow people with a session."""
    return sessions.present(act)


@change("link.create", may=_current, locks=own_room, repeatable=False, method="create_link")
def create(act: Act, p: Nothing, current: str) -> OneLink:
    """Make a link that signs in another device as you, once, within five minutes. Your earlier link ends.

    The other device stays signed in as long as this one could.
    """
    shown, at = second_factors.is_shown(act.db, current), sessions.proven_at(act.db, current)
    by = sessions.made_by(act.db, current)
    made = links.make(act.db, act.me.username, links.GOOD_FOR, "device", by, second_factor=shown, proven_at=at)
    return {"link": made}


@entry("session.link", may=without_host, rate="join")
async def sign_in_by_link(browser: Browser, p: Code) -> OneUser:
    """Sign in by a link: sets the cookie that proves the name, unless you give a ``claim``."""
    whose = links.require(await browser.chat.lookup(lambda db: links.of(db, p.code)))

    def use(act: Act) -> None:
        links.require(links.of(act.db, p.code))
        links.drop(act.db, whose.username)

    made_by = whose.beginning.made_by
    locks = [made_by] if made_by else []  # they cannot be suspended meanwhile
    return await sign_in(browser, whose.username, p.claim, use, *locks, beginning=whose.beginning)


@entry("link.get", may=without_host, rate="join")
async def get(browser: Browser, p: WhichLink) -> Whose:
    """Return whom a link signs in, to confirm it first."""
    return {"username": links.require(await browser.chat.lookup(lambda db: links.of(db, p.code))).username}


FEATURE = Feature(tables=(links.links,), commands=(create, sign_in_by_link, get))
