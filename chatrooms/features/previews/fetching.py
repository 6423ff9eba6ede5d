"""Fetching the page of a link, and its picture: within seconds, and a few at a time (see `JobKind.at_once`)."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4
from weakref import WeakKeyDictionary

import orjson

from chatrooms import clock, isolated, pictures, types
from chatrooms.errors import Invalid, NoSpace, RateLimited, Refusal, TooLarge
from chatrooms.fair_queue import FairQueue
from chatrooms.features.previews import stored
from chatrooms.features.previews.guard import Guard, Network, Resolve, Unreachable, look_up
from chatrooms.pictures.kinds import PICTURES, kind_of
from chatrooms.pipeline import shares
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.broadcast import Broadcast
from chatrooms.pipeline.chat import NOBODY, Chat
from chatrooms.pipeline.rates import Limit

if TYPE_CHECKING:
    from chatrooms.features.previews.web import Response, Web

SECONDS = 5.0
"""How long a page and its picture may take together."""
SECONDS_TO_READ = 5.0
READING_AT_ONCE = 2
"""How many pages are read at once, by processes of their own; others wait, network by network."""
MOST_READING = 100
SECONDS_TO_WAIT = 15.0
"""How long a page may wait for others, and be read."""
SECONDS_TO_BEGIN, SECONDS_TO_DECODE = 25.0, 8.0
"""How long the picture may wait for others, network by network, and be decoded: those of most take less than one."""
PER_HOST = "120/minute"
"""How many requests any host gets from this server."""
HTML = ("text/html", "application/xhtml+xml")
LONGEST = {"title": 200, "description": 400, "site": 80}
"""Characters of each text."""
_JOINERS = "\u200c\u200d"
"""Characters that emoji and Persian words need, though they are not seen themselves."""
MOST_PICTURE = 1_000_000
"""Bytes of the disk that a picture is stored on only if they are free; it takes a tenth of that."""


_Queues = WeakKeyDictionary[asyncio.AbstractEventLoop, FairQueue]
_readers, _decoders = _Queues(), _Queues()
"""The processors belong to the machine, so all chats of an event loop have one queue of pages, and one of pictures."""


class Fetching:
    """Fetches pages for one chat. ``allowed`` and ``resolve`` are those of `Guard`; only tests give others."""

    def __init__(
        self, _broadcast: Broadcast, chat: Chat, allowed: Sequence[Network] = (), resolve: Resolve = look_up
    ) -> None:
        self._chat, self._guard = chat, Guard(allowed, resolve)
        self._hosts = Limit(PER_HOST)
        self._opened: Web | None = None

    def close(self) -> None:
        """Do nothing: what is fetched belongs to jobs, which are cancelled."""

    async def page(self, url: str, network: str, whose: str, counts_for: Sequence[str]) -> dict[str, Any] | None:
        """Return the page of a link as it was or is now stored; None if its host gets too many requests.

        It is stored for those who share pages (see `stored.whose`). ``network`` stands for the network of the person
        who linked to it: networks take turns. A picture ``counts_for`` the person and their shares of the space for
        files.
        """
        known = await self._chat.lookup(partial(stored.cached, url=url, tenant=whose))
        if known:
            return known
        try:
            page, picture = await self._fetch(url, network)
            return await self._store({**page, "tenant": whose, "counts_for": " ".join(counts_for)}, picture, network)
        except RateLimited:
            return None

    async def _fetch(self, url: str, network: str) -> tuple[dict[str, Any], bytes]:
        """Return the row of a page, which says so if nothing was found, and the picture or nothing."""
        page, web, now = _nothing(url), await self._web(), asyncio.get_running_loop().time
        begun = now()
        try:
            async with asyncio.timeout(SECONDS):
                response = await web.get(url, network, *HTML, "image/")
            left = SECONDS - (now() - begun)
            if response.type not in HTML:
                return page, response.body
            about = await read(response, network)
        except (Unreachable, TimeoutError, ValueError):
            return page, b""
        page |= {name: _line(about[name], most) for name, most in LONGEST.items()}
        if not about["picture"]:
            return page, b""
        with suppress(Unreachable, TimeoutError, ValueError, RateLimited):
            async with asyncio.timeout(left):
                found = await web.get(about["picture"], network, "image/", base=response.url)
                return page, found.body
        return page, b""

    async def _store(self, page: dict[str, Any], picture: bytes, network: str) -> dict[str, Any]:
        """Store a page. Until its picture is, no other message shows it, so that none shows one that is missing.

        Nor does one if there was no time or space for the picture: other people may have it.
        """
        blobs, which, lasts = self._chat.blobs, page["id"], True
        try:
            if picture:
                await self._require_space(page["counts_for"].split())
                page["picture"], small = await self._decode(which, picture, network)
                page["size"] = await blobs.run(lambda: small.stat().st_size)
        except (Refusal, TimeoutError) as error:
            lasts = isinstance(error, Invalid | TooLarge)
        page["found"] = bool(page["title"] or page["picture"])
        if lasts and not page["picture"]:
            page["expires_at"] = clock.later(stored.KEPT if page["found"] else stored.FAILURE_KEPT)
        try:
            await self._chat.change(partial(_add, page=page), NOBODY)
            if page["picture"]:
                try:
                    await blobs.put("", which, small)
                except Refusal:
                    return await self._without_picture(page)
                await self._chat.change(partial(_keep, page=which), NOBODY)
        finally:
            await blobs.run(blobs.spool.remove, which)
        return page

    async def _without_picture(self, page: dict[str, Any]) -> dict[str, Any]:
        """Return a page as it is stored whose picture cannot be, because the store fails: `SWEEP` forgets the other."""
        bare = page | {"id": str(uuid4()), "picture": None, "size": 0, "found": bool(page["title"])}
        await self._chat.change(partial(_add, page=bare), NOBODY)
        return bare

    async def _require_space(self, counts_for: Sequence[str]) -> None:
        """Raise `NoSpace` if a picture may not fit into what those have left for whom it counts, or into the disk."""
        left = await self._chat.lookup(lambda db: shares.left(db, self._chat.settings, counts_for))
        if min(left.values()) < MOST_PICTURE:
            raise NoSpace
        await self._chat.blobs.require_space(MOST_PICTURE)

    async def _decode(self, which: str, picture: bytes, network: str) -> tuple[dict[str, Any], Path]:
        """Return what to know of a picture, and where it is in its small size.

        Raises a `Refusal`, or ``TimeoutError``.
        """
        blobs, kind, now = self._chat.blobs, kind_of(picture[:4096]), asyncio.get_running_loop().time
        if kind not in PICTURES:
            raise Invalid("This is no picture.")
        async with (
            asyncio.timeout(SECONDS_TO_BEGIN) as limit,
            _queue(_decoders, 1).turn(network, network),
            pictures.queue().turn("previews", which),
        ):
            limit.reschedule(now() + SECONDS_TO_DECODE)
            await blobs.run(blobs.spool.write, which, 0, picture)
            folder = await blobs.run(blobs.spool.beside, which)
            found = await pictures.decode(blobs.spool.path(which), folder, kind, "small")
        return {key: found[key] for key in ("width", "height", "placeholder")}, folder / "small"

    async def _web(self) -> Web:
        """Return what makes requests; its library takes long to import, and the certificates to read."""
        if self._opened is None:
            self._opened = await asyncio.to_thread(self._open)
        return self._opened

    def _open(self) -> Web:
        from chatrooms.features.previews.web import Web

        return Web(self._guard, self._hosts.spend)


async def read(response: Response, network: str) -> dict[str, str]:
    """Return what a page says of itself; raises ``ValueError`` or ``TimeoutError`` if it takes too much to read it."""
    from chatrooms.features.previews import reader

    readers = _queue(_readers, READING_AT_ONCE)
    async with asyncio.timeout(SECONDS_TO_WAIT), readers.turn(network, network):
        status, out = await isolated.run(
            reader.__file__, response.charset, given=response.body[: reader.MOST_BYTES], seconds=SECONDS_TO_READ
        )
    if status != 0:
        raise ValueError("this page cannot be read")
    about: dict[str, str] = orjson.loads(out)
    return about


def _queue(queues: _Queues, at_once: int) -> FairQueue:
    return queues.setdefault(
        asyncio.get_running_loop(), FairQueue(at_once, MOST_READING, "Too many pages are being read.")
    )


def _line(text: str, most: int) -> str:
    """Return a text as one line that is seen; empty if there is none."""
    short = " ".join("".join(each for each in text if each.isspace() or _is_seen(each)).split())
    with suppress(ValueError):
        return types.line(short if len(short) <= most else short[: most - 1].rstrip() + "…")
    return ""


def _is_seen(character: str) -> bool:
    return character in _JOINERS or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co")


def _nothing(url: str) -> dict[str, Any]:
    row = {"id": str(uuid4()), "url": url, "found": False, "picture": None, "size": 0, "expires_at": clock.now()}
    return row | dict.fromkeys(LONGEST, "")


def _add(act: Act, page: dict[str, Any]) -> None:
    stored.add_page(act.db, page)


def _keep(act: Act, page: str) -> None:
    stored.keep_page(act.db, page)
