"""Uploads by tus 1.0 (https://tus.io/protocols/resumable-upload), to what `file.begin` returned.

``HEAD`` says how many bytes are on the disk, ``PATCH`` adds more, ``DELETE`` gives up. What came before a connection
was lost, or the server killed, need not be sent again. The session is asked for at each request.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from chatrooms import clock
from chatrooms.doors.answers import refusal_of, refusal_response, require_name
from chatrooms.doors.callers import Callers
from chatrooms.doors.upload_pieces import Receiving, Receivings
from chatrooms.errors import Conflict, Invalid, NotFound, Refusal, TooLarge, Unavailable
from chatrooms.pipeline import scopes
from chatrooms.pipeline.act import Caller
from chatrooms.pipeline.contents import IDLE, Contents, Incoming
from chatrooms.pipeline.pipeline import Pipeline
from chatrooms.pipeline.rates import Rates
from chatrooms.settings import MEGABYTE
from chatrooms.wire.requests import announced

VERSION = "1.0.0"
EXTENSIONS = "termination,expiration"
MEDIA_TYPE = "application/offset+octet-stream"
SECONDS_TO_FINISH = 180.0
"""How long a request waits until a complete file was looked at and stored."""
SECONDS_TO_TIDY = 60.0
GONE = "There is no such upload; it may have expired."

Answer = Callable[[Request, Incoming, Caller], Awaitable[Response]]
_offset_field = re.compile("[0-9]{1,18}")


class _Unsupported(Refusal):
    """Another version of tus."""

    code, status, default = "invalid", HTTPStatus.PRECONDITION_FAILED, "This server has tus 1.0.0."


class _NotBytes(Refusal):
    """A body that is not a piece of a file."""

    code, status, default = "invalid", HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"The content type must be {MEDIA_TYPE}."


class Uploads:
    """The routes of uploads, to what a feature says of them."""

    def __init__(self, callers: Callers, pipeline: Pipeline, rates: Rates, contents: Contents) -> None:
        self._callers, self._pipeline, self._rates, self._contents = callers, pipeline, rates, contents
        self._receivings = Receivings(pipeline.blobs, self._left, self._count)
        self._finishing: dict[str, asyncio.Task[None]] = {}
        self._tidy_at = 0.0

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        methods = {"HEAD": self._head, "PATCH": self._patch, "DELETE": self._delete}
        return [
            Route("/uploads/{id}", self._options, methods=["OPTIONS"]),
            *(Route("/uploads/{id}", partial(self._answer, each), methods=[name]) for name, each in methods.items()),
        ]

    def close(self) -> None:
        """End the uploads, which can be continued on the next server."""
        self._receivings.close()

    async def _options(self, _request: Request) -> Response:
        largest = self._pipeline.settings.file_size * MEGABYTE
        return _response(204, {"Tus-Version": VERSION, "Tus-Extension": EXTENSIONS, "Tus-Max-Size": str(largest)})

    async def _answer(self, answer: Answer, request: Request) -> Response:
        try:
            caller = await self._callers.identify(self._callers.handshake(request))
            self._pipeline.sessions.note(caller)
            if caller.scope:
                scopes.require(caller.scope, "file.begin", "post")
            self._rates.spend("other", caller.username, caller.network)
            if request.headers.get("tus-resumable") != VERSION:
                raise _Unsupported
            upload = await self._find(caller, request.path_params["id"])
            return await answer(request, upload, caller)
        except Exception as error:
            refusal = refusal_of(error, "an upload failed")
            versions = {"Tus-Version": VERSION} if isinstance(refusal, _Unsupported) else {}
            return refusal_response(refusal, {"Tus-Resumable": VERSION, **versions})

    async def _find(self, caller: Caller, id: str) -> Incoming:
        require_name(id)
        upload = await self._pipeline.lookup(lambda db: self._contents.incoming(db, id))
        if upload is None or upload.owner != caller.username:
            raise NotFound(GONE)
        return upload

    async def _head(self, _request: Request, upload: Incoming, caller: Caller) -> Response:
        """Respond with how many bytes are there, and end a request that its client has lost."""
        await self._receivings.stop(upload.id)
        offset = await self._counted(upload)
        if offset == upload.length:
            await self._finish(upload, caller.whom)
        about = {"Upload-Offset": str(offset), "Upload-Length": str(upload.length)}
        return _response(200, about | _expires(upload, offset))

    async def _patch(self, request: Request, upload: Incoming, caller: Caller) -> Response:
        if request.headers.get("content-type") != MEDIA_TYPE:
            raise _NotBytes
        given = request.headers.get("upload-offset", "")
        if not _offset_field.fullmatch(given):
            raise Invalid("Give the offset of the piece.", field="Upload-Offset")
        with self._receivings.begin(upload.id, upload.owner, caller.whom, upload.shares) as receiving:
            offset = await self._receive(request, receiving, upload, int(given), caller)
        if offset == upload.length:
            await self._finish(upload, caller.whom)
        return _response(204, {"Upload-Offset": str(offset)} | _expires(upload, offset))

    async def _receive(
        self, request: Request, receiving: Receiving, upload: Incoming, given: int, caller: Caller
    ) -> int:
        """Add the body to what is there; return the new offset."""
        offset = await self._offset(upload)
        if given != offset:
            raise Conflict("The server has a different number of bytes.", field="Upload-Offset", offset=offset)
        await self._tidy()
        left = upload.length - offset
        if announced(request.scope) > left:
            raise TooLarge("This is more than the size of the file.", limit=left)
        await self._pipeline.blobs.require_space(left)
        try:
            await receiving.receive(request, offset, left, partial(self._pipeline.sessions.require, caller))
        finally:
            offset = await self._counted(upload)
        return offset

    async def _delete(self, _request: Request, upload: Incoming, _caller: Caller) -> Response:
        await self._receivings.stop(upload.id)
        if not await self._contents.give_up(self._pipeline, upload.id):
            raise Conflict("This file was posted; delete the message.")
        return _response(204)

    async def _offset(self, upload: Incoming) -> int:
        """Return how many bytes are on the disk."""
        blobs = self._pipeline.blobs
        return upload.length if upload.complete else await blobs.run(blobs.spool.size, upload.id)

    async def _counted(self, upload: Incoming) -> int:
        """Return how many bytes are on the disk, which count then."""
        offset = await self._offset(upload)
        if not upload.complete and offset > upload.counted:
            await self._count(upload.id, offset)
        return offset

    async def _count(self, id: str, offset: int) -> None:
        """Count what has come; raises `NotFound` if it is not wanted any more, and does not keep it."""
        if not await self._contents.arrived(self._pipeline, id, offset):
            await self._pipeline.blobs.run(self._pipeline.blobs.spool.remove, id)
            raise NotFound(GONE)

    async def _tidy(self) -> None:
        """Remove what no upload needs from this server's disk, which no other sees, unless that was done recently."""
        now = time.monotonic()
        if now >= self._tidy_at:
            self._tidy_at = now + SECONDS_TO_TIDY
            await self._contents.tidy(self._pipeline)

    async def _left(self, shares: tuple[str, ...]) -> Mapping[str, int]:
        return await self._pipeline.lookup(lambda db: self._contents.left(db, self._pipeline.settings, shares))

    async def _finish(self, upload: Incoming, network: str) -> None:
        """Have a file looked at and stored, once however many requests wait for it; raises what that does.

        Raises `Unavailable` if it takes long; it goes on meanwhile.
        """
        if upload.complete:
            return
        if upload.id not in self._finishing:
            self._finishing[upload.id] = asyncio.create_task(self._contents.finish(self._pipeline, upload.id, network))
            self._finishing[upload.id].add_done_callback(partial(self._finished, upload.id))
        try:
            async with asyncio.timeout(SECONDS_TO_FINISH):
                await asyncio.shield(self._finishing[upload.id])
        except TimeoutError:
            raise Unavailable("The file is there, but not stored yet. Try again.") from None

    def _finished(self, which: str, task: asyncio.Task[None]) -> None:
        """Forget a task; that it failed was told to those who waited for it, if anybody did."""
        del self._finishing[which]
        if not task.cancelled():
            task.exception()


def _expires(upload: Incoming, offset: int) -> dict[str, str]:
    """Return the header that says until when an upload can go on, of which ``offset`` bytes count by now."""
    if upload.complete:
        return {}
    expires = upload.expires
    if offset < upload.length:
        since = clock.now() if offset > upload.counted else upload.progressed
        expires = min(expires, clock.moved(since, IDLE))
    at = datetime.fromisoformat(expires).astimezone(UTC)
    return {"Upload-Expires": format_datetime(at, usegmt=True)}


def _response(status: int, headers: dict[str, str] | None = None) -> Response:
    return Response(
        status_code=status, headers={"Tus-Resumable": VERSION, "Cache-Control": "no-store", **(headers or {})}
    )
