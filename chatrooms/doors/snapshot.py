"""The browser client's files, read once and kept in memory with their digest."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import mimetypes
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from chatrooms.doors.codings import BROTLI, GZIP, IDENTITY

FOLDERS = ("css", "js", "vendor", "embed")
PAGE, SERVICE_WORKER = "index.html", "service-worker.js"
SINGLES = ("manifest.webmanifest", "icon.svg", "icon-192.png", "icon-512.png", "icon-maskable.png")
EMBED = ("client.js", "widget.js", "client.d.ts")
"""What pages of other applications load; it leads to the folder ``embed``, which the page itself does not need."""
SHELL_TYPES = (".css", ".js", ".json")
"""The files that the digest covers; the page needs those that are not for other applications."""
TYPES = {".js": "text/javascript", ".webmanifest": "application/manifest+json", ".ts": "text/plain"}
BUNDLED = "bundled"
_named = re.compile(r"-[0-9A-Z]{8}\.\w+$")
"""How `static/bundle.js` names a file by its digest."""
SMALLEST = 100
"""Bytes; a smaller file is not worth compressing."""
SOURCE_MAP = ".map"
"""How a file's name ends that only developer tools ask for; most of all bytes are theirs, so they stay on the disk."""
BESIDE = ".br"
"""How the name of a file ends that holds another one by Brotli, which takes too long to be done here."""
SECONDS_BETWEEN_LOOKS = 1.0
"""How often a checkout may look for changed files."""

Stamps = Mapping[str, tuple[int, int]]
"""When each file was changed, in nanoseconds, and its bytes, by path."""


@dataclass(frozen=True)
class File:
    """A file, or a page made of one, as browsers receive it."""

    body: bytes
    media_type: str
    compressible: bool = True
    brotli: bytes = b""

    def tag(self, coding: str) -> str:
        """Return the validator of a form (RFC 9110, 8.8.3); weak, as not all servers compress to the same bytes."""
        return f'W/"{self._digest}"' if coding == IDENTITY else f'W/"{self._digest}-{coding}"'

    @cached_property
    def compressed(self) -> Mapping[str, bytes]:
        """The file by each coding, the smallest first; without those that save nothing, or cost too much."""
        if not self.compressible or len(self.body) < SMALLEST or self.media_type.startswith("image/png"):
            return {}
        forms = {BROTLI: self.brotli, GZIP: gzip.compress(self.body, compresslevel=6, mtime=0)}
        return {coding: form for coding, form in forms.items() if 0 < len(form) < len(self.body)}

    @cached_property
    def _digest(self) -> str:
        return hashlib.sha256(self.body).hexdigest()[:32]


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The files at one moment, by their paths such as ``js/main.js``, and where their ``maps`` are."""

    files: Mapping[str, File]
    maps: Mapping[str, Path]

    @cached_property
    def kept(self) -> list[str]:
        """The paths of all files that are kept under the digest, in order."""
        return sorted(path for path in self.files if "/" in path and path.endswith(SHELL_TYPES))

    @property
    def shell(self) -> list[str]:
        """The paths of all files that the page needs, in order."""
        return [path for path in self.kept if not path.startswith("embed/")]

    @cached_property
    def digest(self) -> str:
        """The digest of the files that are kept."""
        digest = hashlib.sha256()
        for path in self.kept:
            digest.update(f"{path}\0".encode() + self.files[path].body)
        return digest.hexdigest()[:16]

    def prepare(self) -> Snapshot:
        """Compute what is sent with and instead of the files; return this snapshot."""
        for file in self.files.values():
            _ = file.tag(IDENTITY), file.compressed
        _ = self.digest
        return self

    @cached_property
    def version(self) -> str:
        """What their URLs begin with: the digest, or always the same for bundles, which their names tell apart."""
        return BUNDLED if all(map(_named.search, self.kept)) else self.digest


class Folder:
    """The folder of the client's files. If ``watched``, changes show within `SECONDS_BETWEEN_LOOKS`."""

    def __init__(self, path: Path, *, watched: bool) -> None:
        self._path, self._watched = path, watched
        self._stamps: Stamps = {}
        self._looked = 0.0
        self._snapshot: Snapshot | None = None
        self._looking = threading.Lock()

    async def current(self) -> Snapshot:
        """Return the files as they are; a thread reads and compresses them, which takes some 80 ms."""
        return await asyncio.to_thread(self.snapshot) if self._due else self.snapshot()

    def snapshot(self) -> Snapshot:
        """Return the files as they are; the same object as long as nothing has changed."""
        with self._looking:
            if self._snapshot is None or self._due:
                self._snapshot = self._look()
            return self._snapshot

    @property
    def _due(self) -> bool:
        if self._snapshot is None:
            return True
        return self._watched and time.monotonic() - self._looked >= SECONDS_BETWEEN_LOOKS

    def _look(self) -> Snapshot:
        """Return the same snapshot, or a new one if a file has changed since."""
        self._looked = time.monotonic()
        stats = {path: (self._path / path).stat() for path in self._found()}
        stamps = {path: (stat.st_mtime_ns, stat.st_size) for path, stat in stats.items()}
        if self._snapshot is not None and stamps == self._stamps:
            return self._snapshot
        self._stamps = stamps
        files = {path: self._read(path) for path in stamps if not path.endswith((BESIDE, SOURCE_MAP))}
        return Snapshot(files, {path: self._path / path for path in stamps if path.endswith(SOURCE_MAP)}).prepare()

    def _found(self) -> list[str]:
        singles = (self._path / name for name in (PAGE, SERVICE_WORKER, *SINGLES, *EMBED))
        listed = (path for name in FOLDERS for path in (self._path / name).rglob("[!.]*"))
        return [path.relative_to(self._path).as_posix() for path in (*singles, *listed) if path.is_file()]

    def _read(self, path: str) -> File:
        kind = Path(path).suffix
        media_type = TYPES.get(kind) or mimetypes.guess_type(path)[0] or "application/octet-stream"
        smaller = self._path / f"{path}{BESIDE}"
        return File(
            (self._path / path).read_bytes(), media_type, brotli=smaller.read_bytes() if smaller.is_file() else b""
        )


def bundled() -> Folder:
    """Return the browser client's folder: inside an installed package, or next to it in a checkout, which changes."""
    package = Path(__file__).parent.parent
    if (package / "static").is_dir():
        return Folder(package / "static", watched=False)
    return Folder(package.parent / "static", watched=True)
