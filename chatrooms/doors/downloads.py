"""Files and pictures of messages, for those who can read a message that carries them, asked anew at each request.

Browsers show only types that cannot contain scripts, and everything in a sandbox; they ask again before they use what
they keep. One range of bytes is served (RFC 9110, section 14), as audio and video need it.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import NamedTuple
from urllib.parse import quote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from chatrooms.doors import entity_tags
from chatrooms.doors.answers import refusal_of, refusal_response, require_name
from chatrooms.doors.callers import Callers
from chatrooms.errors import NotFound, Refusal, Unavailable
from chatrooms.pipeline import scopes
from chatrooms.pipeline.act import Caller
from chatrooms.pipeline.contents import Outgoing, Served, size_of
from chatrooms.pipeline.pipeline import Pipeline
from chatrooms.pipeline.rates import Rates
from chatrooms.wire.requests import EXTENSION

POLICY = "sandbox; default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'unsafe-inline'"
"""Browsers make a page of a picture or a video that is opened by itself; it gets no more than it needs."""
LASTING = "private, max-age=604800, immutable"
DIGITS = 18
"""Of the number of a byte; Python refuses to read thousands of them."""
SECONDS_TO_ASK_AGAIN = 5.0
"""How often to ask whether somebody who is being sent a file may still have it."""

Find = Callable[[], Awaitable[Outgoing]]
_one_range = re.compile(r"bytes=([0-9]*)-([0-9]*)", re.IGNORECASE)


class Part(NamedTuple):
    """The bytes of a file that are sent."""

    start: int
    end: int
    is_all: bool


class Downloads:
    """The routes of files, to what features have ``served``."""

    def __init__(self, callers: Callers, pipeline: Pipeline, rates: Rates, served: Iterable[Served]) -> None:
        self._callers, self._pipeline, self._rates, self._served = callers, pipeline, rates, served

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        folders = {each: f"/{each.folder}" if each.folder else "" for each in self._served}
        return [Route(f"/files{at}/{{id}}/{{name}}", partial(self._file, each)) for each, at in folders.items()]

    async def _file(self, served: Served, request: Request) -> Response:
        try:
            caller = await self._callers.identify(self._callers.handshake(request))
            self._pipeline.sessions.note(caller)
            if caller.scope:
                scopes.require(caller.scope, "file.list", "read")
            self._rates.spend("download", caller.username, caller.network)
            find = partial(self._find, served, request, caller)
            return await self._serve(request, await find(), caller, find)
        except Exception as error:
            return refusal_response(refusal_of(error, "a file could not be sent"))

    async def _find(self, served: Served, request: Request, caller: Caller) -> Outgoing:
        which, size = request.path_params, request.query_params.get("size", "")
        require_name(*which.values())
        file = await self._pipeline.lookup(lambda db: served.find(db, caller, which["id"], which["name"], size))
        if file is None:
            raise NotFound("There is no such file.")
        return file

    async def _serve(self, request: Request, file: Outgoing, caller: Caller, find: Find) -> Response:
        headers, etag = _headers(file), f'"{file.key}"'
        if entity_tags.has(request, etag):
            return Response(status_code=304, headers=headers)
        length = await size_of(self._pipeline.blobs, caller.whom, file)
        part = _part(request, length, etag)
        if part is None:
            return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{length}"})
        if not part.is_all:
            headers["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{length}"
        headers["Content-Length"] = str(part.end - part.start)
        status = 200 if part.is_all else 206
        if request.method == "HEAD":
            return Response(status_code=status, headers=headers, media_type=file.type)
        pieces = self._pipeline.blobs.read(caller.whom, file.key, part.start, part.end - part.start)
        sent = self._sent(request, caller, find, await anext(pieces), pieces)
        return StreamingResponse(sent, status, headers, media_type=file.type)

    async def _sent(
        self, request: Request, caller: Caller, find: Find, first: bytes, rest: AsyncIterator[bytes]
    ) -> AsyncIterator[bytes]:
        """Yield the pieces of a file, as long as the caller's session lasts, and they may have it."""
        asked_at = time.monotonic()
        yield first
        try:
            async for piece in rest:
                self._pipeline.sessions.require(caller)
                if time.monotonic() - asked_at > SECONDS_TO_ASK_AGAIN:
                    asked_at = time.monotonic()
                    with suppress(Unavailable):  # without the database, nobody is removed
                        await find()
                yield piece
        except Refusal:  # the file may also be gone by now, or its store fail
            await _cut_off(request)
            raise ClientDisconnect from None


def _headers(file: Outgoing) -> dict[str, str]:
    shown = "inline" if file.inline else "attachment"
    plain = re.sub(r'[^\x20-\x7e]|["\\%]', "_", file.name)
    return {
        "Accept-Ranges": "bytes",
        "Cache-Control": LASTING if file.lasts else "private, no-cache",
        "Content-Disposition": f"{shown}; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name, safe='')}",
        "Content-Security-Policy": POLICY,
        "ETag": f'"{file.key}"',
    }


def _part(request: Request, length: int, etag: str) -> Part | None:
    """Return the part that the request asks for; None if there are no such bytes.

    Several ranges get the whole, and so does what is no GET (RFC 9110, 14.2).
    """
    whole = Part(0, length, is_all=True)
    asked = _one_range.fullmatch(request.headers.get("range", "").strip())
    if request.method != "GET" or request.headers.get("if-range", etag) != etag:
        return whole
    if asked is None or not any(asked.groups()):
        return whole
    first, last = (_number(each) if each else None for each in asked.groups())
    if first is None:
        return Part(max(0, length - (last or 0)), length, is_all=False) if last else None
    if first >= length or (last is not None and last < first):
        return None if first >= length else whole
    return Part(first, length if last is None else min(last + 1, length), is_all=False)


def _number(digits: str) -> int:
    """Return a number; of one that no file can have bytes for, a large one."""
    return int(digits) if len(digits) <= DIGITS else 10**DIGITS


async def _cut_off(request: Request) -> None:
    """End the connection of a response that has begun, so that its client does not take it for the whole."""
    if exchange := request.scope.get("extensions", {}).get(EXTENSION):
        exchange.abort()
        await asyncio.sleep(0)  # the server notices then, and does not log that the response is incomplete
