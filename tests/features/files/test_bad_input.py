"""Whatever people upload, nobody is harmed: it is downloaded as it is, or refused, and nothing of it is left behind."""

from __future__ import annotations

import asyncio
import gzip
import io
import zipfile

import pytest
from sqlalchemy import select

from chatrooms.features.files import stored
from chatrooms.pictures.kinds import ANYTHING
from chatrooms.storage import usage
from tests.features.files import TUS, begin, head, load, picture, request, send, upload
from tests.features.files.test_pictures import BAD
from tests.people import PATIENCE


def zip_bomb() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("bomb", b"\0" * 50_000_000)
    return written.getvalue()


ENDLESS_MP4 = b"\0\0\0\x18ftypisom\0\0\2\0isomiso2\0\0\0\0mdat" + b"\0" * 2000
"""The size of its last box is 0: to the end, whatever comes."""
ENDLESS_WEBM = (
    b"\x1aE\xdf\xa3\x8b\x42\x82\x84webm\x42\x87\x81\x02\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff" + b"\0" * 99
)
OF_THE_FIRST_FRAME = ("too many frames", "a frame that is larger than the first")
"""A moving picture can be a portrait: its first frame is."""
HTML = b"<html><script>alert(1)</script></html>"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
KEPT = {
    "a zip bomb": (zip_bomb(), "a.zip", "application/zip", ANYTHING),
    "a gzip bomb": (gzip.compress(b"\0" * 50_000_000, compresslevel=1), "a.svgz", "image/svg+xml", ANYTHING),
    "a font": (b"wOF2\0\1\0\0" + b"\0" * 100, "a.woff2", "font/woff2", ANYTHING),
    "another font": (b"\0\1\0\0\0\x0c" + b"\0" * 100, "a.png", "image/png", ANYTHING),
    "a video without end": (ENDLESS_MP4, "a.mp4", "video/mp4", "video/mp4"),
    "a live one": (ENDLESS_WEBM, "a.webm", "video/webm", "video/webm"),
    "HTML called a picture": (HTML, "a.png", "image/png", ANYTHING),
    "HTML called a video": (HTML, "a.mp4", "video/mp4", ANYTHING),
    "SVG with a script": (SVG, "a.svg", "image/svg+xml", ANYTHING),
    "a script of a shell": (b"#!/bin/sh\nrm -rf /\n", "a.jpg", "image/jpeg", ANYTHING),
    "a name of 300 characters that leads elsewhere": (b"x", "../" * 95 + "../evil.sh", "text/html", ANYTHING),
    "a type with a line break": (b"x", "a.txt", "text/html\r\nX-Evil: 1", ANYTHING),
}


async def left(server, tmp_path) -> tuple:
    """Return what there is: the files in the directory, the rows, and what counts."""
    paths = sorted(str(each.relative_to(tmp_path)) for each in (tmp_path / "files").rglob("*") if each.is_file())
    rows = await server.chat._pipeline.lookup(lambda db: db.scalars(select(stored.files.c.id)).all())
    counts = await server.chat._pipeline.lookup(lambda db: db.scalars(select(usage.usage.c.username)).all())
    return paths, list(rows), list(counts)


@pytest.mark.parametrize("kind", KEPT)
async def test_it_is_downloaded_as_it_is_in_a_sandbox_and_goes_with_its_message(alice, own_server, tmp_path, kind):
    content, name, given, shown = KEPT[kind]
    message = await alice.say("#lobby", "", files=[await upload(alice, content, name, type=given)])
    (file,) = message["files"]
    assert (file["type"], file["picture"], file["size"]) == (shown, None, len(content))
    assert "/" not in file["name"] and len(file["name"]) <= 200
    status, headers, body = await load(alice, own_server.url, file)
    assert (status, body, headers["Content-Type"]) == (200, content, shown)
    assert headers["X-Content-Type-Options"] == "nosniff" and "X-Evil" not in headers
    assert headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert headers["Content-Disposition"].startswith("attachment" if shown == ANYTHING else "inline")
    inside = {path.name for path in (tmp_path / "files").rglob("*") if path.is_file()}
    assert {each.partition(".")[0] for each in inside} == {file["id"]}, "its name is nowhere on the disk"
    await alice.run("message.delete", id=message["id"])
    async with asyncio.timeout(PATIENCE):
        while await left(own_server, tmp_path) != ([], [], []):
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    ("kind", "square"),
    [(kind, square) for kind in BAD for square in (False, True) if not (square and kind in OF_THE_FIRST_FRAME)],
)
async def test_what_is_refused_leaves_nothing(alice, own_server, tmp_path, kind, square):
    content, status = BAD[kind]
    path = await begin(alice, content, "a.png", square=square)
    assert (await send(alice, path, 0, content))[0] == status
    assert await left(own_server, tmp_path) == ([], [], [])
    assert (await head(alice, path))[0] == 404


async def test_an_upload_that_stops_at_99_percent_and_is_given_up_leaves_nothing(alice, own_server, tmp_path):
    content = picture(400, 300)
    path, most = await begin(alice, content, "a.png"), len(content) * 99 // 100
    assert (await send(alice, path, 0, content[:most]))[1]["Upload-Offset"] == str(most)
    which = path.rpartition("/")[2]
    paths, rows, counts = await left(own_server, tmp_path)
    assert (paths, rows) == ([f"files/uploads/{which}"], [which]) and {"", "alice"} < set(counts)
    assert (await request(alice, own_server.url, "DELETE", path, headers=TUS))[0] == 204
    assert await left(own_server, tmp_path) == ([], [], [])
