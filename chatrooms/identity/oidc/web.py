"""Requests to the provider: over https with its certificate checked, small, soon answered, and nowhere else.

Imported where it is used, and on a thread, because its library is slow to import.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import aclosing
from typing import Any

import httpx2
import orjson

from chatrooms import addresses
from chatrooms.identity.oidc.failures import Unreachable
from chatrooms.version import __version__

MOST_BYTES = 256 * 1024
SECONDS = 10.0
HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": f"chatrooms/{__version__}"}


class Web:
    """Makes requests; a redirect is an answer that says nothing."""

    def __init__(self) -> None:
        self._tls = ssl.create_default_context()

    async def get(self, url: str, token: str = "") -> Any:
        """Return the JSON at an address, for the holder of a ``token``; raises `Unreachable`."""
        who = {"Authorization": f"Bearer {token}"} if token else {}
        status, found = await self._ask("GET", url, headers=HEADERS | who)
        if status != httpx2.codes.OK:
            raise Unreachable(f"the status is {status}")
        return found

    async def post(self, url: str, form: Mapping[str, str], basic: tuple[str, str] | None) -> tuple[int, Any]:
        """Send a form; return the status and the JSON of the answer, perhaps None. Raises `Unreachable`."""
        return await self._ask("POST", url, headers=HEADERS, data=dict(form), auth=basic)

    async def _ask(self, method: str, url: str, **what: Any) -> tuple[int, Any]:
        try:
            addresses.provider(url)
            async with asyncio.timeout(SECONDS):
                return await self._answer(method, url, **what)
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError, TimeoutError, ValueError) as error:
            raise Unreachable(f"{type(error).__name__}: {error}"[:300]) from error

    async def _answer(self, method: str, url: str, **what: Any) -> tuple[int, Any]:
        async with (
            httpx2.AsyncClient(verify=self._tls, trust_env=False, timeout=None) as client,
            client.stream(method, url, follow_redirects=False, **what) as response,
        ):
            body = bytearray()
            async with aclosing(response.aiter_raw()) as pieces:
                async for piece in pieces:
                    body += piece
                    if len(body) > MOST_BYTES:
                        raise Unreachable(f"the answer has more than {MOST_BYTES:,} bytes")
            return response.status_code, _json(bytes(body))


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
