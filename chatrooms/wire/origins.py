"""Which web pages may use the server (RFC 6454), and the headers that let browsers read its answers (Fetch, "CORS")."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from urllib.parse import urlsplit

from chatrooms.coroutines import makes_coroutines
from chatrooms.wire import calling
from chatrooms.wire.requests import Environ, Request

Rule = Callable[..., bool]
Allowed = str | Sequence[str] | Rule | None
Place = tuple[str, str, int | None]
Headers = list[tuple[bytes, bytes]]

ANY = "*"
PORTS = {"http": 80, "https": 443}
SECURE = ("https", "wss")


def checked_before(_origin: str) -> bool:
    """Accept every origin, for applications that check it before they pass a request on."""
    return True


class Origins:
    """The origins whose pages may use the server. A program that names no origin always may.

    ``allowed`` is what python-socketio calls ``cors_allowed_origins``: None for the server's own origin, a list of
    origins, ``"*"`` for all, or a function of an origin, or of an origin and the environment, that says whether it may.
    Raises ``TypeError`` or ``ValueError``.
    """

    def __init__(self, allowed: Allowed, *, credentials: bool) -> None:
        self._credentials = credentials
        self._rule = allowed if callable(allowed) else None
        listed = [] if allowed is None or callable(allowed) else [allowed] if isinstance(allowed, str) else [*allowed]
        self._all = ANY in listed
        self._listed = {_listed(origin) for origin in listed if origin != ANY}
        self._own = allowed is None
        if not (self._own or self._rule or listed):
            raise ValueError(
                "cors_allowed_origins=[] allows every origin in python-socketio. Give None for the server's own origin,"
                ' "*" for all, or chatrooms.wire.checked_before if your application checks it before.'
            )
        if makes_coroutines(self._rule):
            raise TypeError("cors_allowed_origins must be an ordinary function, not a coroutine function.")

    def allow(self, request: Request) -> bool:
        """Return whether the page that a request comes from may use the server."""
        origin = request.header(b"origin")
        return origin is None or self._all or self._accepts(origin, request)

    def headers(self, request: Request) -> Headers:
        """Return what a browser has to read beside the answer to a request that is allowed."""
        origin = request.header(b"origin")
        if origin is None or self._rule is checked_before:
            return []
        headers = [(b"access-control-allow-origin", origin.encode("latin-1")), (b"vary", b"Origin")]
        if self._credentials:
            headers.append((b"access-control-allow-credentials", b"true"))
        if request.method == "OPTIONS":
            headers.append((b"access-control-allow-methods", b"OPTIONS, GET, POST"))
            wanted = request.header(b"access-control-request-headers") or ""
            headers.append((b"access-control-allow-headers", wanted.encode("latin-1")))
        return headers

    def _accepts(self, origin: str, request: Request) -> bool:
        if self._rule:
            verdict = self._rule(*calling.trimmed(self._rule, origin, Environ(request)))
            return bool(verdict) and not inspect.isawaitable(verdict)
        place = _place(origin)
        return place is not None and place in (set(_own(request)) if self._own else self._listed)


def _own(request: Request) -> Iterator[Place | None]:
    """Give the origin of the server as the client sees it: directly, and as a proxy in between tells.

    A web page can set none of these headers, so it cannot pass for another.
    """
    host = request.header(b"host") or ""
    scheme = "https" if request.scope.get("scheme") in SECURE else "http"
    yield _place(f"{scheme}://{host}")
    forwarded = (request.header(b"x-forwarded-proto"), request.header(b"x-forwarded-host"))
    if any(forwarded):
        yield _place("{}://{}".format(*map(_first, forwarded, (scheme, host))))


def _first(value: str | None, otherwise: str) -> str:
    return value.partition(",")[0].strip() if value else otherwise


def _listed(origin: object) -> Place:
    place = _place(origin) if isinstance(origin, str) else None
    if place is None:
        raise ValueError(
            f"cors_allowed_origins holds {origin!r}, which is not an origin such as 'https://example.org'."
        )
    return place


def _place(origin: str) -> Place | None:
    """Return scheme, host and port of an origin; None if it is none."""
    try:
        parts = urlsplit(origin.lower())
        port = parts.port
    except ValueError:
        return None
    if not parts.scheme or not parts.hostname or parts.path.strip("/") or parts.query or parts.username:
        return None
    return parts.scheme, parts.hostname, PORTS.get(parts.scheme) if port is None else port


def transports(allowed: str | Iterable[str] | None) -> tuple[str, ...]:
    """Return the transports that may be used; raises ``ValueError``."""
    known = ("polling", "websocket")
    named = known if allowed is None else (allowed,) if isinstance(allowed, str) else tuple(allowed)
    if not named or not set(named) <= set(known):
        raise ValueError(f"transports={allowed!r}: give 'polling', 'websocket', or both.")
    return named
