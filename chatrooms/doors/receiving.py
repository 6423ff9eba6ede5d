"""Receiving the pieces of uploads: one request at a time for each upload, few for each person, and all bounded in time.

Whatever ends a request, what came is stored: the client asks how much that is, and goes on from there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from starlette.requests import Request

from chatrooms.errors import Conflict, RateLimited, TooLarge, Unavailable
from chatrooms.storage.blobs import Blobs

PIECE = 1024 * 1024
"""How many bytes are written at once."""
SECONDS_OF_SILENCE = 20.0
OF_PERSON, OF_ALL = 8, 100
"""How many requests may send at a time."""
SECONDS_TO_STOP = 30.0


class Receivings:
    """The requests that send pieces now, by the id of the upload."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._running: dict[str, Receiving] = {}

    @contextmanager
    def begin(self, id: str, owner: str) -> Iterator[Receiving]:
        """Let a request send a piece; raises `Conflict` while another one does, and `RateLimited`."""
        if id in self._running:
            raise Conflict("Another request sends this file now.")
        if len(self._running) >= OF_ALL or sum(each.owner == owner for each in self._running.values()) >= OF_PERSON:
            raise RateLimited("Too many files are being uploaded. Wait a moment.", retry_after=5)
        receiving = self._running[id] = Receiving(self._blobs, id, owner)
        try:
            yield receiving
        finally:
            del self._running[id]
            receiving.over.set()

    async def stop(self, id: str) -> None:
        """End the request that sends to an upload, if there is one, and wait until what it sent is stored."""
        if receiving := self._running.get(id):
            receiving.stop()
            try:
                async with asyncio.timeout(SECONDS_TO_STOP):
                    await receiving.over.wait()
            except TimeoutError:
                raise Unavailable("Another request sends this file now. Try again.") from None

    def close(self) -> None:
        """End all."""
        for receiving in list(self._running.values()):
            receiving.stop()


class Receiving:
    """A request that sends a piece of the upload ``id``; ``over`` is set once it was stored."""

    def __init__(self, blobs: Blobs, id: str, owner: str) -> None:
        self.owner, self.over = owner, asyncio.Event()
        self._blobs, self._id = blobs, id
        self._stopped: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def stop(self) -> None:
        """End it."""
        if not self._stopped.done():
            self._stopped.set_result(None)

    async def receive(self, request: Request, offset: int, most: int) -> None:
        """Store the body from ``offset``, at most ``most`` bytes; raises `TooLarge`, and `Conflict` if it was ended."""
        waiting, whole = bytearray(), False
        self._offset = offset
        try:
            while not whole:
                body, whole = await self._next(request)
                most -= len(body)
                if most < 0:
                    raise TooLarge("This is more than the size of the file.", limit=len(body) + most)
                waiting += body
                if len(waiting) >= PIECE:
                    await self._store(waiting)
        finally:
            await self._store(waiting)

    async def _next(self, request: Request) -> tuple[bytes, bool]:
        """Return what comes next, and whether it is the last; raises `Conflict` if nothing comes."""
        event: asyncio.Future[Any] = asyncio.ensure_future(request.receive())
        await asyncio.wait([event, self._stopped], timeout=SECONDS_OF_SILENCE, return_when=asyncio.FIRST_COMPLETED)
        if not event.done():
            event.cancel()
            raise Conflict("The upload was interrupted. Ask how much the server has, and go on from there.")
        message = event.result()
        if message["type"] == "http.disconnect":
            raise Conflict("The upload was interrupted.")
        return message.get("body", b""), not message.get("more_body", False)

    async def _store(self, waiting: bytearray) -> None:
        if waiting:
            piece, at = bytes(waiting), self._offset
            waiting.clear()
            self._offset += len(piece)
            await self._blobs.run(self._blobs.spool.write, self._id, at, piece)
