"""Receiving the pieces of uploads: one request at a time for each upload, few for each person, and all bounded in time.

Whatever ends a request, what came is stored: the client asks how much that is, and goes on from there.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from starlette.requests import Request

from chatrooms.errors import Conflict, NoSpace, RateLimited, TooLarge, Unavailable
from chatrooms.storage.blobs import Blobs
from chatrooms.wire.networks import crowded

PIECE = 1024 * 1024
"""How many bytes are written at once."""
SECONDS_OF_SILENCE = 20.0
SECONDS_TO_COUNT = 60.0
"""After how long what has come is written and counted, however little it is: all servers know then that it goes on."""
OF_PERSON, OF_ADDRESS, OF_ALL = 8, 16, 100
"""How many requests may send at a time. If all places are taken, addresses share them."""
SECONDS_TO_STOP = 30.0
TOO_MANY = "Too many files are being uploaded. Wait a moment."
RETRY_AFTER = 5

Left = Callable[[tuple[str, ...]], Awaitable[Mapping[str, int]]]
Count = Callable[[str, int], Awaitable[None]]


class Receivings:
    """The requests that send pieces now, by the id of the upload.

    ``left`` returns how many bytes are left of all the space, and of some shares, besides those that count by then.
    ``count`` is called with the id of an upload, and how many of its bytes do.
    """

    def __init__(self, blobs: Blobs, left: Left, count: Count) -> None:
        self.blobs, self._left, self.count = blobs, left, count
        self._running: dict[str, Receiving] = {}

    @contextmanager
    def begin(self, id: str, owner: str, network: str, shares: tuple[str, ...] = ()) -> Iterator[Receiving]:
        """Let a request send a piece; raises `Conflict` while another one does, and `RateLimited`."""
        if id in self._running:
            raise Conflict("Another request sends this file now.")
        running = [each for each in self._running.values() if not each.stopped]
        of_person = sum(each.owner == owner for each in running)
        of_address = sum(each.network == network for each in running)
        if of_person >= OF_PERSON or of_address >= OF_ADDRESS:
            raise RateLimited(TOO_MANY, retry_after=RETRY_AFTER)
        if len(running) >= OF_ALL:
            _make_room(running, network)
        receiving = self._running[id] = Receiving(self, id, owner, network, shares)
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

    async def require_space(self, size: int, shares: tuple[str, ...]) -> None:
        """Raise `NoSpace` if a piece of ``size`` bytes, which `Receiving.came` has already, fits nowhere."""
        await self.blobs.require_space(size)
        for key, left in (await self._left(shares)).items():
            if sum(each.came for each in self._running.values() if not key or key in each.shares) > left:
                who = "New people and guests have" if key else "The server has"
                raise NoSpace(f"{who} no space left for files.")

    def close(self) -> None:
        """End all."""
        for receiving in list(self._running.values()):
            receiving.stop()


def _make_room(running: Sequence[Receiving], network: str) -> None:
    """End a request of the IPv6 /48, or else the address, that has most, if that has more than this one would have.

    Raises `RateLimited` if none has. What is ended goes on later, from what came.
    """
    place = crowded([each.network for each in running], network)
    if place is None:
        raise RateLimited(TOO_MANY, retry_after=RETRY_AFTER)
    running[place].stop()


class Receiving:
    """A request that sends a piece of the upload ``id``; ``over`` is set once it was stored.

    ``came`` is how many bytes came that do not count as stored yet.
    """

    def __init__(self, among: Receivings, id: str, owner: str, network: str, shares: tuple[str, ...] = ()) -> None:
        self.owner, self.network, self.shares = owner, network, shares
        self.over, self.came = asyncio.Event(), 0
        self._among, self._blobs, self._id = among, among.blobs, id
        self._stopped: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def stopped(self) -> bool:
        """Whether it was ended."""
        return self._stopped.done()

    def stop(self) -> None:
        """End it."""
        if not self._stopped.done():
            self._stopped.set_result(None)

    async def receive(self, request: Request, offset: int, most: int, require: Callable[[], None]) -> None:
        """Store the body from ``offset``, at most ``most`` bytes; raises `TooLarge`, and `Conflict` if it was ended.

        Whatever comes, ``require`` is called, and raises a refusal if its sender may no longer send.
        """
        waiting, whole = bytearray(), False
        self._offset, self._counted_at = offset, time.monotonic()
        try:
            while not whole:
                body, whole = await self._next(request)
                require()
                most -= len(body)
                if most < 0:
                    raise TooLarge("This is more than the size of the file.", limit=len(body) + most)
                waiting += body
                is_late = time.monotonic() - self._counted_at > SECONDS_TO_COUNT
                if is_late or len(waiting) >= PIECE:
                    await self._store(waiting)
                if is_late:
                    await self._note()
        finally:
            await self._store(waiting)

    async def _note(self) -> None:
        """Count what is on the disk as stored."""
        there = await self._blobs.run(self._blobs.spool.size, self._id)
        await self._among.count(self._id, there)
        self.came, self._counted_at = 0, time.monotonic()

    async def _next(self, request: Request) -> tuple[bytes, bool]:
        """Return what comes next, and whether it is the last; raises `Conflict` if nothing comes."""
        event: asyncio.Future[Any] = asyncio.ensure_future(request.receive())
        await asyncio.wait([event, self._stopped], timeout=SECONDS_OF_SILENCE, return_when=asyncio.FIRST_COMPLETED)
        if self.stopped or not event.done():
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
            self.came += len(piece)
            try:
                await self._among.require_space(len(piece), self.shares)
            except NoSpace:
                self.came -= len(piece)  # those that ask next may have it
                raise
            self._offset += len(piece)
            await self._blobs.run(self._blobs.spool.write, self._id, at, piece)
