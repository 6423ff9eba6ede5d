"""Requests to servers that strangers choose: guarded, without cookies or credentials, and small.

Imported where it is used, and on a thread, because its library is slow to import.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from http import HTTPStatus

import httpx2

from chatrooms.errors import Refusal
from chatrooms.features.previews.connections import Connection, Direct
from chatrooms.features.previews.guard import PORTS, Guard, Refused, Unreachable
from chatrooms.version import __version__
from chatrooms.wire import failures
from chatrooms.wire.networks import network

MOST_BYTES = 1024 * 1024
"""Of a response, before and after it is decompressed; of a longer page, this is its beginning."""
LEAST = 256
"""As how many bytes of a response each piece of it counts at least, because it takes time, too."""
MOST_REDIRECTS = 3
LONGEST_URL = 2000
_charset_of = re.compile(r";\s*charset\s*=\s*[\"']?([\w.:-]{1,40})", re.ASCII | re.IGNORECASE)
ENCODINGS = {"": None, "identity": None, "gzip": 31, "x-gzip": 31, "deflate": 15}
"""The content codings that servers use though none was asked for, with the window sizes that zlib knows them by."""
HEADERS = {
    "Accept": "text/html,application/xhtml+xml,image/*;q=0.9",
    "Accept-Encoding": "identity",
    "User-Agent": f"Mozilla/5.0 (compatible; chatrooms/{__version__}; link previews)",
}
"""Some servers have nothing for a client that does not call itself Mozilla."""


@dataclass(frozen=True)
class Response:
    """A response: the ``url`` where the redirects ended, its media ``type`` and ``charset``, and its ``body``."""

    url: str
    type: str
    charset: str
    body: bytes


class _Pinned(httpx2.AsyncBaseTransport):
    """Connects to the address that the guard has checked; TLS and the header ``Host`` have the name."""

    def __init__(
        self, guard: Guard, admit: Callable[[str], None], inner: httpx2.AsyncBaseTransport, whom: str = ""
    ) -> None:
        self._guard, self._admit, self._inner, self._whom = guard, admit, inner, whom

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        url, host = request.url, request.url.raw_host.decode()
        address = await self._guard.address(url.scheme, host, url.port, self._whom)
        self._admit(network(str(address)))
        request.url = url.copy_with(host=str(address))
        request.extensions = {**request.extensions, "sni_hostname": host.rstrip(".")}
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()


class Web:
    """Makes requests. ``admit`` is called before each with whom it goes to, by address; what it raises ends them."""

    def __init__(self, guard: Guard, admit: Callable[[str], None]) -> None:
        self._guard, self._admit = guard, admit
        self._tls = httpx2.create_ssl_context(trust_env=False)

    async def get(self, url: str, whom: str, *types: str, base: str = "", vouched: bool = False) -> Response:
        """Return the response of one of some media types, or of types that begin with one; raises `Unreachable`.

        It does so whatever the server answers, also what a library fails at; only ``admit`` raises something else.
        What is relative is so to the ``base``, if there is one.

        It takes as long as the server likes: the caller has to limit that. Look-ups are done in turns, for ``whom``.
        The origin of an address that is ``vouched`` for may be anywhere; if it redirects elsewhere, that may not.
        """
        try:
            target = httpx2.URL(base).join(url) if base else httpx2.URL(url)
            own = _origin(target) if vouched else None
            for _ in range(1 + MOST_REDIRECTS):
                found = await self._request(_required(target), whom, types, is_own=_origin(target) == own)
                if isinstance(found, Response):
                    return found
                target = target.join(found)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError, zlib.error, httpx2.StreamError) as error:
            raise Unreachable(str(error)) from error
        except (Refusal, Unreachable):
            raise
        except Exception as error:
            failures.report("what a server answered cannot be read")
            raise Unreachable("this cannot be read") from error
        raise Unreachable("this redirects too often")

    async def _request(self, url: httpx2.URL, whom: str, types: tuple[str, ...], *, is_own: bool) -> Response | str:
        """Return the response, or where it redirects to. The connection is for this request alone."""
        direct = Direct(self._tls)
        transport = direct if is_own else _Pinned(self._guard, self._admit, direct, whom)
        async with (
            httpx2.AsyncClient(transport=transport, trust_env=False, timeout=None) as client,
            client.stream("GET", url, headers=HEADERS, follow_redirects=False) as response,
        ):
            if response.is_redirect:
                return response.headers.get("location", "")
            if response.status_code != HTTPStatus.OK:
                raise Unreachable(f"the status is {response.status_code}")
            kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            if not kind.startswith(types):
                raise Unreachable(f"the type is {kind[:100]}")
            return Response(str(url), kind, _charset(response), await _body(response))


def _charset(response: httpx2.Response) -> str:
    """Return the character set that a response names; empty if it names none."""
    found = _charset_of.search(response.headers.get("content-type", ""))
    return found[1] if found else ""


def _origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _required(url: httpx2.URL) -> httpx2.URL:
    """Return an address that may be requested; raises `Refused`."""
    if url.scheme not in PORTS or not url.host:
        raise Refused("this is no address of the web")
    if url.userinfo:
        raise Refused("this contains a password")
    if len(str(url)) > LONGEST_URL:
        raise Refused("this is too long")
    return url.copy_with(fragment=None)


async def _body(response: httpx2.Response) -> bytes:
    """Return the body, at most `MOST_BYTES`, whatever it says of its length and however well it is compressed."""
    coding = response.headers.get("content-encoding", "").strip().lower()
    if coding not in ENCODINGS:
        raise Unreachable(f"the coding is {coding[:100]}")
    window, connection = ENCODINGS[coding], response.extensions.get("network_stream")
    if isinstance(connection, Connection):
        connection.allow_content()
    unpacked, received, body = zlib.decompressobj(window) if window else None, 0, bytearray()
    async with aclosing(response.aiter_raw()) as pieces:
        async for piece in pieces:
            received += max(len(piece), LEAST)
            left = MOST_BYTES - len(body)
            body += unpacked.decompress(piece, left) if unpacked else piece[:left]
            if max(len(body), received) >= MOST_BYTES:
                break
    return bytes(body)
