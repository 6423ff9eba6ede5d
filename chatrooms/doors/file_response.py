"""Responses with a `File`: not sent again to a client that has it, and compressed for one that accepts that."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from starlette.requests import Request
from starlette.responses import Response

from chatrooms.doors.snapshot import File


def answer(request: Request, file: File, headers: Mapping[str, str] = MappingProxyType({})) -> Response:
    """Return ``file``, compressed for browsers that accept it; they revalidate it on each use, save for ``headers``."""
    sent = {"Cache-Control": "no-cache", "ETag": file.etag, "Vary": "Accept-Encoding", **headers}
    if file.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=sent)
    if "gzip" in request.headers.get("accept-encoding", "") and file.compressed is not None:
        return Response(file.compressed, media_type=file.media_type, headers={**sent, "Content-Encoding": "gzip"})
    return Response(file.body, media_type=file.media_type, headers=sent)
