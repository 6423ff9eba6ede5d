"""Links that sign in another device: of one use, for five minutes. Only the hash of their code is stored."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Annotated

from pydantic import Field
from sqlalchemy import Column, Connection, ForeignKey, String, Table, delete, insert, select
from typing_extensions import TypedDict

from chatrooms import clock
from chatrooms.errors import Unauthorized
from chatrooms.features.users import OneUser
from chatrooms.identity import sessions
from chatrooms.identity.joining import Browser, Claiming, sign_in, without_host
from chatrooms.pipeline.commands import Act, change, entry
from chatrooms.pipeline.feature import Feature
from chatrooms.pipeline.shapes import Nothing
from chatrooms.storage.tables import metadata, users

GOOD_FOR = timedelta(minutes=5)
CODE_LENGTH = 43
"""Characters of a code: 256 bits, as text."""

links = Table(
    "links",
    metadata,
    Column("username", String(32), ForeignKey(users.c.username), primary_key=True),
    Column("code_hash", String(64), nullable=False, unique=True),
    Column("expires_at", String(24), nullable=False),
)


class Link(TypedDict):
    """A link that signs in another device once; the address is the page's own, with ``#/link/`` and the code."""

    code: Annotated[str, Field(description="What signs in, by `session.link`.")]
    expires_at: Annotated[str, Field(description="Until when, in ISO 8601.")]


class OneLink(TypedDict):
    """The link that was made."""

    link: Link


class Code(Claiming):
    """The code of a link."""

    code: str = Field(min_length=CODE_LENGTH, max_length=CODE_LENGTH, repr=False, description="The code of a link.")


def make(db: Connection, username: str, good_for: timedelta) -> Link:
    """Make the link that signs in ``username``; an earlier one no longer does."""
    code, expires_at = secrets.token_urlsafe(32), clock.later(good_for)
    drop(db, username)
    db.execute(insert(links).values(username=username, code_hash=_hash(code), expires_at=expires_at))
    return {"code": code, "expires_at": expires_at}


def drop(db: Connection, username: str) -> None:
    """Make the link of ``username``, if there is one, sign in no one."""
    db.execute(delete(links).where(links.c.username == username))


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def _current(act: Act, _p: Nothing) -> str:
    """Allow people with a session."""
    return sessions.signed_in(act.me)


@change("link.create", may=_current, locks=sessions.no_room, method="create_link")
def create(act: Act, p: Nothing, _: str) -> OneLink:
    """Make a link that signs in another device as you, once, within five minutes. Your earlier link ends."""
    return {"link": make(act.db, act.me.username, GOOD_FOR)}


@entry("session.link", may=without_host, rate="join")
async def follow(browser: Browser, p: Code) -> OneUser:
    """Sign in by a link: sets the cookie that proves the name, unless you give a ``claim``."""
    code_hash = _hash(p.code)
    username = await browser.chat.lookup(lambda db: _of(db, code_hash))
    if username is None:
        raise _over()

    def use(act: Act) -> None:
        if _of(act.db, code_hash) != username:
            raise _over()
        drop(act.db, username)

    return await sign_in(browser, username, p.claim, use)


def _of(db: Connection, code_hash: str) -> str | None:
    """Return whom a link signs in, unless it has expired or was used."""
    return db.scalar(select(links.c.username).where(links.c.code_hash == code_hash, links.c.expires_at > clock.now()))


def _over() -> Unauthorized:
    return Unauthorized("This link was used, or it has expired. Make a new one.")


FEATURE = Feature(tables=(links,), commands=(create, follow))
