"""Uploading a file by tus 1.0, which goes on where it was when a connection is lost or the server restarts."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import aiohttp

from chatrooms.client.backoff import Backoff
from chatrooms.client.errors import Refused

PIECE = 256 * 1024
AGAIN = frozenset({408, 409, 423, 429, 500, 502, 503, 504})
"""The statuses after which the client asks how much the server has, and goes on."""
SECONDS_OF_SILENCE = 30.0
PROVE = (
    "The upload is a request, which proves who sends it by a token alone: give the client one, "
    'as token=… or auth={"token": …}, and take it from the header Authorization in authenticate.'
)
REFUSED = {
    HTTPStatus.NOT_FOUND: ("not_found", "The upload failed."),
    HTTPStatus.UNAUTHORIZED: ("unauthorized", PROVE),
}
"""What the answers to HEAD mean, which have no body."""


class Upload:
    """The upload of the file at ``path`` to ``address``; ``token`` returns what proves who sends it."""

    def __init__(self, path: Path, address: str, token: Callable[[], str | None]) -> None:
        self._path, self._address, self._token = path, address, token
        self._size = path.stat().st_size

    async def run(self) -> None:
        """Send what the server does not have, until it has everything; raises `Refused`."""
        silence = aiohttp.ClientTimeout(total=None, sock_connect=SECONDS_OF_SILENCE, sock_read=None)
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), timeout=silence) as http:
            backoff = Backoff()
            while True:
                try:
                    if await self._send(http, await self._offset(http)) >= self._size:
                        return
                except (aiohttp.ClientError, OSError, _Again):
                    await asyncio.sleep(backoff.next())

    async def _offset(self, http: aiohttp.ClientSession) -> int:
        """Return how many bytes the server has."""
        async with http.head(self._address, headers=self._headers()) as response:
            await _require(response)
            return int(response.headers["Upload-Offset"])

    async def _send(self, http: aiohttp.ClientSession, offset: int) -> int:
        if offset >= self._size:
            return offset
        headers = self._headers() | {
            "Content-Type": "application/offset+octet-stream",
            "Content-Length": str(self._size - offset),
            "Upload-Offset": str(offset),
        }
        async with http.patch(self._address, headers=headers, data=self._pieces(offset)) as response:
            await _require(response)
            return int(response.headers["Upload-Offset"])

    def _headers(self) -> dict[str, str]:
        token = self._token()
        return {"Tus-Resumable": "1.0.0"} | ({"Authorization": f"Bearer {token}"} if token else {})

    async def _pieces(self, offset: int) -> AsyncIterator[bytes]:
        opened = os.open(self._path, os.O_RDONLY)
        try:
            while offset < self._size:
                piece = await asyncio.to_thread(os.pread, opened, min(PIECE, self._size - offset), offset)
                if not piece:
                    raise Refused("invalid", "The file became shorter while it was uploaded.")
                yield piece
                offset += len(piece)
        finally:
            os.close(opened)


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
