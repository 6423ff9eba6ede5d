"""The browser client's files, compressed, and cached forever under URLs that contain their digest."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDERS = ("css", "js", "vendor")
SINGLES = ("manifest.webmanifest", "icon.svg", "icon-192.png", "icon-512.png", "icon-maskable.png")
BASE = '<base href="/">'
LOGIN = '<meta name="login" content="here">'
SHELL = 'const SHELL = { digest: "", files: [] };'
FOR_EVER = "public, max-age=31536000, immutable"
COMPRESSED = [Middleware(GZipMiddleware, minimum_size=100, compresslevel=6)]
_import_map = re.compile(r'<script type="importmap">(.*?)</script>', re.DOTALL)
_in_folders = re.compile(rf'(?<=")(?:\./)?((?:{"|".join(FOLDERS)})/)')


class Assets:
    """The routes of the files in ``static``.

    ``hosted`` lets the client know that people log in to the host application, not here.
    """

    def __init__(self, static: Path, *, hosted: bool) -> None:
        self._static, self._hosted = static, hosted
        self._latest = ""

    def routes(self) -> list[BaseRoute]:
        """Return the routes of the page, the service worker, and all files, with and without a digest in the path."""
        folders = [Mount(f"/{name}", _Files(self._static / name)) for name in FOLDERS if (self._static / name).is_dir()]
        kept = [Mount(route.path, _Kept(self, route.path[1:])) for route in folders]
        return [
            Route("/", self._page, middleware=COMPRESSED),
            Route("/r/{rest:path}", self._page, middleware=COMPRESSED),
            Route("/service-worker.js", self._service_worker, middleware=COMPRESSED),
            Mount("/v/{digest}", routes=kept, middleware=COMPRESSED),
            *(Mount(route.path, route.app, middleware=COMPRESSED) for route in folders),
            *(Route(f"/{name}", self._single) for name in SINGLES),
        ]

    @property
    def path(self) -> Path:
        """Return the folder of the files."""
        return self._static

    def digest(self) -> str:
        """Return the digest of all files that browsers load."""
        stats = ((path, path.stat()) for path in self._files())
        self._latest = _digest(tuple((path, stat.st_mtime_ns, stat.st_size) for path, stat in stats))
        return self._latest

    def is_of_these(self, digest: str) -> bool:
        """Return whether ``digest`` is that of the current files."""
        return digest == self._latest or digest == self.digest()

    def _files(self) -> list[Path]:
        found = (path for name in FOLDERS for path in (self._static / name).rglob("*"))
        return sorted(path for path in found if path.suffix in {".css", ".js", ".json"})

    async def _page(self, request: Request) -> Response:
        page = self._static / "index.html"
        if not page.is_file():
            raise HTTPException(404)
        mount = str(request.scope.get("root_path", "")).rstrip("/") + "/"
        html = _in_folders.sub(rf"./v/{self.digest()}/\1", page.read_text()).replace(BASE, f'<base href="{mount}">', 1)
        if self._hosted:
            html = html.replace(LOGIN, LOGIN.replace("here", "host"), 1)
        return HTMLResponse(html, headers={"Content-Security-Policy": _policy(html), "Cache-Control": "no-cache"})

    async def _service_worker(self, _request: Request) -> Response:
        script = self._static / "service-worker.js"
        if not script.is_file():
            raise HTTPException(404)
        files = [path.relative_to(self._static).as_posix() for path in self._files()]
        shell: dict[str, Any] = {"digest": self.digest(), "files": files}
        text = script.read_text().replace(SHELL, f"const SHELL = {orjson.dumps(shell).decode()};", 1)
        return Response(text, media_type="text/javascript", headers={"Cache-Control": "no-cache"})

    async def _single(self, request: Request) -> Response:
        return await _Files(self._static).get_response(request.url.path.rpartition("/")[2], request.scope)


class _Files(StaticFiles):
    """Files that browsers revalidate on each use."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder)

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response


class _Kept(_Files):
    """Files that browsers cache forever, if the digest in the path is current."""

    def __init__(self, assets: Assets, folder: str) -> None:
        super().__init__(assets.path / folder)
        self._assets = assets

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if self._assets.is_of_these(scope["path_params"]["digest"]):
            response.headers["Cache-Control"] = FOR_EVER
        return response


@lru_cache(maxsize=1)
def _digest(files: tuple[tuple[Path, int, int], ...]) -> str:
    digest = hashlib.sha256()
    for path, _, _ in files:
        digest.update(f"{path.name}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _policy(html: str) -> str:
    """Return the client's content security policy: no scripts except our files and the page's import map."""
    found = _import_map.search(html)
    digest = base64.b64encode(hashlib.sha256(found[1].encode()).digest()).decode() if found else ""
    inline = f" 'sha256-{digest}'" if digest else ""
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self'{inline}",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            "connect-src 'self' ws: wss:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'self'",
            "require-trusted-types-for 'script'",
        ]
    )
