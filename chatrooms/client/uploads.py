"""Uploading a file by tus 1.0, which goes on where it was when a connection is lost or the server restarts."""

from __future__ import annotations

import asyncio
import errno
import os
import stat
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import aiohttp

from chatrooms.client.backoff import Backoff
from chatrooms.client.errors import Refused
from chatrooms.client.home import wake

PIECE = 256 * 1024
AGAIN = frozenset({408, 409, 423, 429, 500, 502, 503, 504})
"""The statuses after which the client asks how much the server has, and goes on."""
SECONDS_OF_SILENCE = 30.0
SECONDS_TO_GIVE_UP = 1.0
PROVE = (
    "The upload is a request, which proves who sends it by a token alone: give the client one, "
    'as token=… or auth={"token": …}, and take it from the header Authorization in authenticate.'
)
REFUSED = {
    HTTPStatus.NOT_FOUND: ("not_found", "The upload failed."),
    HTTPStatus.UNAUTHORIZED: ("unauthorized", PROVE),
}
"""What the answers to HEAD mean, which have no body."""


class Source:
    """A file to upload, opened once, so that it may be deleted or replaced meanwhile; raises ``OSError``.

    What went wrong while it was read is its ``failure``, because requests pass it on as an error of the connection.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opened = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # a pipe would wait for a writer
        about = os.fstat(self._opened)
        self.size = about.st_size
        self.failure: OSError | None = None
        if not stat.S_ISREG(about.st_mode):
            self.close()
            code = errno.EISDIR if stat.S_ISDIR(about.st_mode) else errno.EINVAL
            raise OSError(code, os.strerror(code), str(path))

    async def pieces(self, offset: int) -> AsyncIterator[bytes]:
        """Read the file from an offset on."""
        try:
            while offset < self.size:
                piece = await asyncio.to_thread(os.pread, self._opened, min(PIECE, self.size - offset), offset)
                if not piece:
                    raise OSError(errno.EIO, "The file became shorter while it was uploaded", str(self._path))
                yield piece
                offset += len(piece)
        except OSError as error:
            self.failure = error
            raise

    def close(self) -> None:
        """Close the file."""
        os.close(self._opened)


class Uploads:
    """The uploads of a client, which end with it."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()
        self._over: Exception | None = None

    async def run(self, source: Source, address: str, token: Callable[[], str | None]) -> None:
        """Upload a file; raises what `Upload` raises, and why the client has ended."""
        if self._over:
            raise self._over
        self._running.add(task := asyncio.create_task(Upload(source, address, token).run()))
        task.add_done_callback(self._running.discard)
        try:
            await task
        except asyncio.CancelledError:
            if self._over and not _is_cancelled():
                raise self._over from None
            raise

    def end(self, error: Exception) -> None:
        """Give up all of them, within `SECONDS_TO_GIVE_UP`."""
        self._over = error
        for task in self._running:
            wake(task.cancel)


class Upload:
    """The upload of a file to ``address``; ``token`` returns what proves who sends it."""

    def __init__(self, source: Source, address: str, token: Callable[[], str | None]) -> None:
        self._source, self._address, self._token = source, address, token

    async def run(self) -> None:
        """Send what the server does not have, until it has everything; raises `Refused`, and errors of the file.

        After an error, or if it is cancelled, the upload is given up, because nobody knows its id.
        """
        silence = aiohttp.ClientTimeout(total=None, sock_connect=SECONDS_OF_SILENCE, sock_read=None)
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), timeout=silence) as http:
            try:
                await self._insist(http)
            except BaseException:
                await self._give_up(http)
                raise

    async def _insist(self, http: aiohttp.ClientSession) -> None:
        backoff = Backoff()
        while True:
            try:
                if await self._send(http, await self._offset(http)) >= self._source.size:
                    return
            except (aiohttp.ClientError, OSError, _Again):
                if self._source.failure:
                    raise self._source.failure from None
                await asyncio.sleep(backoff.next())

    async def _give_up(self, http: aiohttp.ClientSession) -> None:
        """Have the server forget the upload, if it answers soon; otherwise, it expires."""
        with suppress(aiohttp.ClientError, OSError):
            async with asyncio.timeout(SECONDS_TO_GIVE_UP), http.delete(self._address, headers=self._headers()):
                pass

    async def _offset(self, http: aiohttp.ClientSession) -> int:
        """Return how many bytes the server has."""
        async with http.head(self._address, headers=self._headers()) as response:
            await _require(response)
            return int(response.headers["Upload-Offset"])

    async def _send(self, http: aiohttp.ClientSession, offset: int) -> int:
        if offset >= self._source.size:
            return offset
        headers = self._headers() | {
            "Content-Type": "application/offset+octet-stream",
            "Content-Length": str(self._source.size - offset),
            "Upload-Offset": str(offset),
        }
        async with http.patch(self._address, headers=headers, data=self._source.pieces(offset)) as response:
            await _require(response)
            return int(response.headers["Upload-Offset"])

    def _headers(self) -> dict[str, str]:
        token = self._token()
        return {"Tus-Resumable": "1.0.0"} | ({"Authorization": f"Bearer {token}"} if token else {})


def _is_cancelled() -> bool:
    """Return whether somebody cancelled the caller itself, rather than what it awaits."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


class _Again(Exception):
    """The server could not, or has another number of bytes."""


async def _require(response: aiohttp.ClientResponse) -> None:
    """Raise `Refused`, or `_Again` if the same request can succeed later."""
    if response.ok:
        return
    if response.status in AGAIN:
        raise _Again
    try:
        error: Any = (await response.json())["error"]
    except (aiohttp.ClientError, ValueError, KeyError, TypeError):
        raise Refused(*REFUSED.get(HTTPStatus(response.status), ("internal", "The upload failed."))) from None
    raise Refused(error["code"], error["message"], error.get("details"))


def address_of(url: str, upload: str) -> str:
    """Return where to send the bytes, given the address of the chat and what ``file.begin`` returned."""
    return urljoin(url.rstrip("/") + "/", upload)
