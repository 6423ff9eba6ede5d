"""The browser client's files, compressed, and cached forever under URLs that contain their digest."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from chatrooms.doors.brand import ICON, Brand
from chatrooms.doors.file_response import answer
from chatrooms.doors.running import path
from chatrooms.doors.snapshot import EMBED, FOLDERS, PAGE, SERVICE_WORKER, SINGLES, File, Folder, Snapshot
from chatrooms.identity.oidc.provider import RETURN
from chatrooms.identity.pages import mount

BASE = '<base href="/">'
LOGIN = '<meta name="login" content="here">'
SHELL = 'const SHELL = { digest: "", version: "", brand: "", files: [] };'
MANIFEST = "manifest.webmanifest"
ICONS = tuple(name for name in SINGLES if name != MANIFEST)
HARMLESS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}
"""An SVG that somebody opens by itself runs nothing."""
IN_FOLDERS = tuple(f"{name}/" for name in FOLDERS)
JSON = "application/json"
FOR_EVER = "public, max-age=31536000, immutable"
MOUNTS = 16
"""How many paths that the chat is mounted at have their page kept; it is made anew for more."""
_import_map = re.compile(r'<script type="importmap">(.*?)</script>', re.DOTALL)
_in_folders = re.compile(rf'(?<=")(?:\./)?((?:{"|".join(FOLDERS)})/)')


class Assets:
    """The routes of the client's files, answered from memory save for source maps.

    ``brand`` returns whose server this is. ``hosted`` lets the client know that people log in to the host application,
    not here. Pages of the origins ``framing`` may show the page in a frame.
    """

    def __init__(
        self, folder: Folder, brand: Callable[[], Brand], *, hosted: bool, framing: tuple[str, ...] = ()
    ) -> None:
        self._folder, self._brand, self._hosted, self._framing = folder, brand, hosted, framing

    def routes(self) -> list[BaseRoute]:
        """Return the routes of the page, the service worker, and all files, with and without a digest in the path."""
        return [
            Route("/", self._page),
            Route("/r/{rest:path}", self._page),
            Route(f"/{RETURN}", self._page),
            Route("/service-worker.js", self._service_worker),
            Route("/v/{version}/{path:path}", self._kept),
            *(Route(f"/{name}/{{rest:path}}", self._file) for name in FOLDERS),
            *(Route(f"/{name}", self._file) for name in SINGLES),
            *(Route(f"/{name}", self._embedded) for name in EMBED),
        ]

    async def _page(self, request: Request) -> Response:
        page, policy = _page(await self._folder.current(), self._brand(), mount(request.scope), hosted=self._hosted)
        framing = " ".join(("frame-ancestors 'self'", *self._framing))
        return answer(request, page, {"Content-Security-Policy": f"{policy}; {framing}"})

    async def _service_worker(self, request: Request) -> Response:
        return answer(request, _service_worker(await self._folder.current(), self._brand()))

    async def _file(self, request: Request) -> Response:
        snapshot, name = await self._folder.current(), path(request.scope)[1:]
        if name in snapshot.maps:
            return _source_map(snapshot, name)
        return answer(request, _branded(snapshot, self._brand(), name), HARMLESS if name in ICONS else {})

    async def _embedded(self, request: Request) -> Response:
        """Return what pages of other applications load, at an address that stays."""
        snapshot = await self._folder.current()
        return answer(request, _versioned(snapshot, path(request.scope)[1:]))

    async def _kept(self, request: Request) -> Response:
        """Return a file to keep forever, if the version in the path is current."""
        snapshot = await self._folder.current()
        name = request.path_params["path"]
        if not name.startswith(IN_FOLDERS):
            raise HTTPException(404)
        headers = {"Cache-Control": FOR_EVER} if request.path_params["version"] == snapshot.version else {}
        if name in snapshot.maps:
            return _source_map(snapshot, name, headers)
        return answer(request, _found(snapshot, name), headers)


def _source_map(snapshot: Snapshot, path: str, headers: Mapping[str, str] = MappingProxyType({})) -> Response:
    return FileResponse(snapshot.maps[path], headers={"Cache-Control": "no-cache", **headers}, media_type=JSON)


def _found(snapshot: Snapshot, path: str) -> File:
    file = snapshot.files.get(path)
    if file is None:
        raise HTTPException(404)
    return file


@lru_cache(maxsize=len(EMBED))
def _versioned(snapshot: Snapshot, path: str) -> File:
    """Return a file that leads to those of this version."""
    file = _found(snapshot, path)
    body = _in_folders.sub(rf"./v/{snapshot.version}/\1", file.body.decode())
    return File(body.encode(), file.media_type)


def _branded(snapshot: Snapshot, brand: Brand, path: str) -> File:
    if brand.logo and path in ICONS:
        return _logo(brand)
    return _painted(snapshot, brand, path) if path in (MANIFEST, ICON) else _found(snapshot, path)


@lru_cache(maxsize=1)
def _logo(brand: Brand) -> File:
    """Return the server's own logo, in place of each of our icons."""
    return File(brand.logo.body, brand.logo.media_type) if brand.logo else File(b"", "")


@lru_cache(maxsize=2)
def _painted(snapshot: Snapshot, brand: Brand, path: str) -> File:
    """Return the manifest or the icon as this server has it."""
    file = _found(snapshot, path)
    body = brand.manifest(file.body) if path == MANIFEST else brand.icon(file.body)
    return File(body, file.media_type)


@lru_cache(maxsize=MOUNTS)
def _page(snapshot: Snapshot, brand: Brand, base: str, *, hosted: bool) -> tuple[File, str]:
    """Return the page for a chat at the path ``base``, and its content security policy."""
    source = _found(snapshot, PAGE).body.decode()
    html = _in_folders.sub(rf"./v/{snapshot.version}/\1", source).replace(BASE, f'<base href="{base}">', 1)
    if hosted:
        html = html.replace(LOGIN, LOGIN.replace("here", "host"), 1)
    html = brand.page(html)
    return File(html.encode(), "text/html"), _policy(html, brand.style)


@lru_cache(maxsize=MOUNTS)
def _service_worker(snapshot: Snapshot, brand: Brand) -> File:
    """Return the service worker with the list of files that it keeps, which changes with the brand too."""
    names = {"digest": snapshot.digest, "version": snapshot.version, "brand": brand.digest, "files": snapshot.shell}
    shell = orjson.dumps(names).decode()
    script = _found(snapshot, SERVICE_WORKER).body.decode().replace(SHELL, f"const SHELL = {shell};", 1)
    return File(script.encode(), "text/javascript")


def _policy(html: str, style: str) -> str:
    """Return the client's content security policy: our files, the page's import map, and the server's colours."""
    found = _import_map.search(html)
    inline = f" {_allowed(found[1])}" if found else ""
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self'{inline}",
            f"style-src 'self' {_allowed(style)}",
            "img-src 'self' data: blob:",
            "media-src 'self' blob:",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "require-trusted-types-for 'script'",
        ]
    )


def _allowed(inline: str) -> str:
    """Return the source expression for an inline script or style (CSP Level 3, 2.3.1)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()}'"
