"""Responses with a `File`: not sent again to a client that has it, and in the form that the client prefers."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from starlette.requests import Request
from starlette.responses import Response

from chatrooms.doors import entity_tags
from chatrooms.doors.codings import IDENTITY, preferred
from chatrooms.doors.snapshot import File


def answer(request: Request, file: File, headers: Mapping[str, str] = MappingProxyType({})) -> Response:
    """Return ``file``, compressed for browsers that prefer it; they revalidate it on each use, save for ``headers``."""
    coding = preferred(",".join(request.headers.getlist("accept-encoding")), file.compressed)
    tag = file.tag(coding)
    sent = {"Cache-Control": "no-cache", "ETag": tag, "Vary": "Accept-Encoding", **headers}
    if entity_tags.has(request, tag):
        return Response(status_code=304, headers=sent)
    if coding != IDENTITY:
        sent["Content-Encoding"] = coding
    return Response(file.compressed.get(coding, file.body), media_type=file.media_type, headers=sent)
