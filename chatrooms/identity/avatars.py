"""Pictures that users have in the host application: it says where, and the server fetches them once and keeps a copy.

It fetches one after the commit that noted its address, and again only when the host application gives another address:
a hash of the last one is kept. The origin of that address may be in the local network, since the host application says
it; what it redirects to, and what follows from the headers of a request, may be only where strangers can send the
server, too (see `previews.guard`). A picture that cannot be had is logged, and the person keeps the one they have.
"""

from __future__ import annotations

import asyncio
import binascii
import logging
from base64 import b64decode
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote_to_bytes, urljoin

from sqlalchemy import Connection, select, update

from chatrooms import extras, ids
from chatrooms.errors import Invalid, RateLimited, Refusal, TooLarge, Unavailable
from chatrooms.features.files import portraits
from chatrooms.features.previews.guard import Guard, Unreachable
from chatrooms.identity import suspensions
from chatrooms.identity.accounts import Account, User, accounts
from chatrooms.identity.digests import digest
from chatrooms.identity.handshake import Handshake
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.broadcast import Broadcast
from chatrooms.pipeline.chat import Chat
from chatrooms.pipeline.feature import Feature
from chatrooms.pipeline.jobs import Failed, Job, JobKind, enqueue
from chatrooms.settings import Settings
from chatrooms.wire import failures

if TYPE_CHECKING:
    from chatrooms.features.previews.web import Web

SECONDS = 5.0
"""How long a picture may take."""
LONGEST_DATA = 256 * 1024
"""Characters of a ``data:`` URL, which is stored until its job is forgotten."""
LONGEST = 2000
"""Characters of any other address."""

log = logging.getLogger("chatrooms.host")


class Place(NamedTuple):
    """Where a picture is, and whether the host application said so itself, without the headers of a request."""

    address: str
    vouched: bool


def place(settings: Settings, user: User, account: Account | None, handshake: Handshake | None) -> Place | None:
    """Return where the picture of a user is, if they have one and it is not the one that was noted last.

    A path is below the setting ``url``, or else below the origin by which they came.
    """
    if not user.avatar or (account and account["avatar"] == digest(user.avatar)):
        return None
    if not user.avatar.startswith("/") or user.avatar.startswith("//"):
        return Place(user.avatar, vouched=True)
    if settings.url:
        return Place(urljoin(settings.url, user.avatar), vouched=True)
    if handshake is None or not handshake.origin:
        log.warning("the avatar of %r is a path, and the setting url is empty", user.id)
        return None
    return Place(handshake.origin + user.avatar, vouched=handshake.reached_here)


def note(act: Act, user: User, username: str, where: Place) -> None:
    """Note where the picture of a user is, and have it fetched unless that was known."""
    known = digest(user.avatar)
    theirs = accounts.c.id == user.id, accounts.c.avatar != known
    if not act.db.execute(update(accounts).where(*theirs).values(avatar=known)).rowcount:
        return
    if reason := _unusable(where.address):
        _tell(username, reason)
        return
    about = {"username": username, "address": where.address, "vouched": where.vouched, "noted": known}
    enqueue(act, FETCH, ids.new(), about)


def _unusable(address: str) -> str:
    """Return why an address cannot be that of a picture; empty if it can."""
    scheme = _scheme(address)
    if scheme not in {"http", "https", "data"}:
        return "the address is none of http, https or data, and no path"
    most = LONGEST_DATA if scheme == "data" else LONGEST
    return f"the address has more than {most:,} characters" if len(address) > most else ""


def _scheme(address: str) -> str:
    return address.partition(":")[0].lower()


class Avatars:
    """Fetches pictures for one chat."""

    def __init__(self, _broadcast: Broadcast, _chat: Chat) -> None:
        self._opened: Web | None = None

    def close(self) -> None:
        """Do nothing: what is fetched belongs to jobs, which are cancelled."""

    async def picture(self, address: str, *, vouched: bool) -> bytes:
        """Return what is at an address; raises `Unreachable`, ``TimeoutError`` or a `Refusal`."""
        body = _data(address) if _scheme(address) == "data" else await self._loaded(address, vouched=vouched)
        if not body:
            raise Invalid("it is empty")
        return body

    async def _loaded(self, address: str, *, vouched: bool) -> bytes:
        extras.require("media")
        if self._opened is None:
            self._opened = await asyncio.to_thread(_open)
        async with asyncio.timeout(SECONDS):
            body = (await self._opened.get(address, "", "image/", vouched=vouched)).body
        _require_whole(body)
        return body


def _open() -> Web:
    """Return what makes requests; its library takes long to import, and the certificates to read."""
    from chatrooms.features.previews.web import Web

    return Web(Guard(), lambda _host: None)


def _require_whole(body: bytes) -> None:
    """Raise `TooLarge` for the beginning of something larger."""
    from chatrooms.features.previews.web import MOST_BYTES

    if len(body) >= MOST_BYTES:
        raise TooLarge(f"it has {MOST_BYTES:,} bytes or more")


def _data(address: str) -> bytes:
    """Return the content of a ``data:`` URL; raises `Invalid`."""
    head, _, body = address.partition(",")
    content = unquote_to_bytes(body)
    try:
        return b64decode(content, validate=True) if head.endswith(";base64") else content
    except binascii.Error:
        raise Invalid("it is not Base64") from None


async def _fetch(avatars: Avatars, chat: Chat, job: Job) -> None:
    """Give a person the picture at an address, unless the host application has given another one since."""
    username: str = job.data["username"]
    try:
        if await _is_noted(chat, job):
            picture = await avatars.picture(job.data["address"], vouched=job.data["vouched"])
            await suspensions.require_active(chat, username)
            if await _is_noted(chat, job):
                await portraits.give(chat, username, picture)
    except Unavailable:
        raise
    except (Unreachable, TimeoutError, RateLimited) as error:
        _tell(username, _reason(error))
        raise Failed from None
    except Refusal as refusal:
        _tell(username, _reason(refusal))


async def _is_noted(chat: Chat, job: Job) -> bool:
    """Return whether the address of a job is the one that the host application gave last."""
    noted: str = job.data["noted"]
    return await chat.lookup(lambda db: _noted(db, job.data["username"])) == noted


def _noted(db: Connection, username: str) -> str | None:
    return db.scalar(select(accounts.c.avatar).where(accounts.c.username == username))


def _reason(error: Exception) -> str:
    """Return why there is no picture, without what a library quotes of an address, which may hold a secret."""
    if isinstance(error, TimeoutError):
        return f"it took more than {SECONDS:g} s"
    return failures.summary(error.__cause__) if error.__cause__ else str(error)


def _tell(username: str, reason: str) -> None:
    log.warning("the picture of %r stays as it is, because that of their avatar cannot be had: %s", username, reason)


FETCH = JobKind("avatars.fetch", _fetch, attempts=4, at_once=4, sharing="username", at_once_of_one=1)
FEATURE = Feature(component=Avatars, jobs=(FETCH,))
