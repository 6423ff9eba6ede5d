"""Which web pages may act for their visitors: the chat's own, and those of the origins in the setting `origins`."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from starlette.datastructures import Headers

from chatrooms import addresses
from chatrooms.once import Once

log = logging.getLogger(__name__)

REJECTED = (
    "a page of %s was rejected by the server, whose name in the request was %s. If the page is the server's own, set "
    "`url` to its address, or have the proxy pass on the header Host. If it is another site's, add it to `origins`."
)


class Pages:
    """Decides which pages are trusted, and logs each origin that is not, once with the host it was rejected at."""

    def __init__(self, origins: Iterable[str]) -> None:
        self._listed = frozenset(origins)
        self._once = Once(log)

    def trust(self, scope: Mapping[str, Any]) -> bool:
        """Return whether the page that a request comes from is ours or listed; a program names no page."""
        headers = Headers(raw=scope["headers"])
        given = ", ".join(headers.getlist("origin"))  # of several, none
        if "origin" not in headers:
            return headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
        host = headers.get("host", "")
        if (origin := _normal(given)) and (origin in self._listed or origin in _own(scope, host)):
            return True
        self._once.warn(REJECTED, given, host)
        return False


def mount(scope: Mapping[str, Any]) -> str:
    """Return the path where the chat is mounted, percent-encoded, with a slash at both ends.

    It is not always the host application's text: in ``Mount("/{team}", chat)`` the client chooses a part.
    """
    root = quote(scope.get("root_path", "").strip("/"))
    return f"/{root}/" if root else "/"


def encrypted(scope: Mapping[str, Any]) -> bool:
    """Return whether the connection of a request is encrypted."""
    return scope.get("scheme") in ("https", "wss")


def _own(scope: Mapping[str, Any], host: str) -> tuple[str, ...]:
    """Return the origins of the server's own pages; a proxy may have decrypted what came to it encrypted."""
    schemes = ("https",) if encrypted(scope) else ("http", "https")
    return tuple(filter(None, (_normal(f"{scheme}://{host}") for scheme in schemes)))


def _normal(origin: str) -> str:
    """Return an origin in its one form; empty if it is none."""
    try:
        return addresses.origin(origin)
    except ValueError:
        return ""
