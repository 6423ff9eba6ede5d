"""Who is at the other end of a connection; the seam where a host application plugs in its own answer."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

from starlette.datastructures import Headers
from starlette.requests import cookie_parser

from chatrooms.wire import connection_limits

COOKIE = "chatrooms-"


@dataclass(frozen=True)
class Handshake:
    """What a client says of itself when it connects, or with each HTTP request.

    ``auth`` is the handshake's payload; ``trusted`` says whether the page it comes from may use cookies.
    """

    auth: Mapping[str, Any]
    scope: Mapping[str, Any]
    trusted: bool
    headers: Headers = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "headers", Headers(scope=dict(self.scope)))

    @property
    def secure(self) -> bool:
        """Whether the connection is encrypted."""
        return self.scope.get("scheme") in ("https", "wss")

    @property
    def address(self) -> str:
        """The address of the client."""
        client = self.scope.get("client")
        return client[0] if client else ""

    @property
    def network(self) -> str:
        """Whose address it is, for counting."""
        return connection_limits.network(self.address)

    @property
    def agent(self) -> str:
        """What the client calls itself."""
        return self.headers.get("user-agent", "")[:200]

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies of a trusted page; else none, so that no other page can act for somebody.

        Cookies of other applications on this host are among them, each read for itself, however odd the others are.
        """
        return cookie_parser(self.headers.get("cookie", "")) if self.trusted else {}


Authenticate = Callable[[Handshake], Awaitable[str | None]]
"""A host application's own answer: the username of the person at the other end, or ``None`` for nobody.

A username is 2 to 32 letters, digits, ``.``, ``-`` and ``_`` in lower case, in its one form (RFC 8265), as
`names.vouched` says. Anything else refuses the person and is logged, never changed: ``ALICE`` is not let in as
``alice``, and nobody as ``system``. A new person is added. Names that look alike are two people here.
An answer that takes more than 30 s refuses the person, who may try again.
"""


def trusted(scope: Mapping[str, Any], origins: tuple[str, ...]) -> bool:
    """Whether the page that a request comes from is ours or listed; a program that names no page is."""
    headers = Headers(scope=dict(scope))
    origin = headers.get("origin")
    if origin is None:
        return headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
    secure = scope.get("scheme") in ("https", "wss")
    ours = [f"{scheme}://{headers.get('host', '')}" for scheme in (("https",) if secure else ("http", "https"))]
    return origin in ours or origin.rstrip("/") in origins


TOKEN_LENGTH = 43
"""Characters of a token: 256 bits, as text. One that a client makes has at least as many."""


def new_token() -> str:
    """256 random bits, as text."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """How a token is stored; it is random, so one round of SHA-256 is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def cookie_name(username: str, *, secure: bool) -> str:
    """One cookie for each name, so that two windows of a browser can be two people."""
    return ("__Host-" if secure else "") + COOKIE + quote(username, safe="")


def only_name(cookies: Mapping[str, str]) -> str | None:
    """The username of the one session cookie there is; with several it is not known which is meant."""
    ours = [name for name in cookies if name.removeprefix("__Host-").startswith(COOKIE)]
    return unquote(ours[0].removeprefix("__Host-").removeprefix(COOKIE)) if len(ours) == 1 else None
