"""The routes of the documents of a server, each built once for each URL at which clients know the server."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from chatrooms.doors.file_response import answer
from chatrooms.doors.running import path
from chatrooms.doors.snapshot import File
from chatrooms.identity.pages import mount
from chatrooms.settings import Settings

if TYPE_CHECKING:
    from chatrooms.doors.docs import Documents

URLS = 16
"""How many URLs have their documents kept; for more, which clients can make up, they are built anew."""
LONGEST_URL = 1000
"""Characters; a name of a host has at most 253 (RFC 1035, 2.3.4), but the header could have 64 KiB."""


class Reference:
    """The routes of ``/docs``, the guides below it, ``/openapi.json`` and ``/asyncapi.json`` of a server.

    ``documents`` returns them as they are now: others, once the application has declared more events of its own.
    ``name`` returns what the server is called.
    They are compressed where the settings limit how many names it has, and so how often they are built.
    """

    def __init__(self, documents: Callable[[], Documents], settings: Settings, name: Callable[[], str]) -> None:
        self._documents, self._name = documents, name
        self._few = bool(settings.url or settings.hosts)
        self._made = lru_cache(maxsize=URLS)(self._make)
        self._file = lru_cache(maxsize=3 * URLS)(self._build)

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route("/docs", self._page),
            Route("/docs/{guide}", self._guide),
            Route("/openapi.json", self._document),
            Route("/asyncapi.json", self._document),
        ]

    async def _page(self, request: Request) -> Response:
        documents = self._documents()
        page = self._file(documents, "/docs", _here(request), self._name())
        return answer(request, page, {"Content-Security-Policy": documents.policy})

    async def _guide(self, request: Request) -> Response:
        page = self._made(request.path_params["guide"], self._name())
        if page is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return answer(request, page, {"Content-Security-Policy": self._documents().policy})

    async def _document(self, request: Request) -> Response:
        return answer(request, self._file(self._documents(), path(request.scope), _here(request), self._name()))

    def _make(self, which: str, name: str) -> File | None:
        page = self._documents().guide(name, which)
        return File(page.encode(), "text/html") if page else None

    def _build(self, documents: Documents, which: str, url: str, name: str) -> File:
        match which:
            case "/docs":
                body, kind = documents.reference(name, url).encode(), "text/html"
            case "/openapi.json":
                body, kind = orjson.dumps(documents.openapi(name, url)), "application/json"
            case _:
                body, kind = orjson.dumps(documents.asyncapi(name, url)), "application/json"
        return File(body, kind, compressible=self._few)  # anybody can make up URLs, so building has to be cheap


def _here(request: Request) -> str:
    """Return the URL that the client is at; `Request.base_url` would be that of the outermost application.

    Raises ``HTTPException`` if it is longer than `LONGEST_URL`.
    """
    url = str(request.url.replace(path=mount(request.scope), query=""))
    if len(url) > LONGEST_URL:
        raise HTTPException(HTTPStatus.BAD_REQUEST)
    return url
