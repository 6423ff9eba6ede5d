"""Helpers: uploads by tus, and pictures to upload."""

from __future__ import annotations

import asyncio
import io
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from PIL import Image

from tests.people import Person

TUS = {"Tus-Resumable": "1.0.0"}
PIECE = TUS | {"Content-Type": "application/offset+octet-stream"}


async def request(person: Person | None, url: str, method: str, path: str, **how: Any) -> tuple[int, Any, bytes]:
    """Send a request as a person, or as nobody; return status, headers and body."""
    headers = {"Authorization": f"Bearer {person.token}"} if person else {}
    headers |= how.pop("headers", {})
    async with (
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False) as http,
        http.request(method, f"{url}/{path}", headers=headers, **how) as response,
    ):
        return response.status, response.headers, await response.read()


async def begin(person: Person, content: bytes, name: str = "notes.txt", **more: Any) -> str:
    """Begin an upload and return its path."""
    return (await person.run("file.begin", name=name, size=len(content), **more))["upload"]


async def head(person: Person, path: str) -> tuple[int, Any]:
    status, headers, _ = await request(person, person.url, "HEAD", path, headers=TUS)
    return status, headers


async def offset(person: Person, path: str) -> int:
    """Return how many bytes of an upload the server has."""
    status, headers = await head(person, path)
    assert status == 200, headers
    return int(headers["Upload-Offset"])


async def send(person: Person, path: str, at: int, body: Any, **headers: str) -> tuple[int, Any, bytes]:
    """Send a piece of an upload."""
    data = io.BytesIO(body) if isinstance(body, bytes) else body
    return await request(
        person, person.url, "PATCH", path, data=data, headers=PIECE | {"Upload-Offset": str(at)} | headers
    )


async def open_piece(person, path, at, length):
    """Begin to send a piece, and return what writes more of it."""
    parts = urlsplit(person.url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    fields = PIECE | {
        "Host": "localhost",
        "Authorization": f"Bearer {person.token}",
        "Upload-Offset": at,
        "Content-Length": length,
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    writer.write(f"PATCH /{path} HTTP/1.1\r\n{lines}\r\n".encode())
    return reader, writer


async def upload(person: Person, content: bytes, name: str = "notes.txt", **more: Any) -> str:
    """Upload a file and return its id."""
    path = await begin(person, content, name, **more)
    status, headers, body = await send(person, path, 0, content)
    assert (status, headers["Upload-Offset"]) == (204, str(len(content))), body
    return path.rpartition("/")[2]


async def share(person: Person, room: str, content: bytes, name: str = "notes.txt", text: str = "") -> dict[str, Any]:
    """Upload and post a file; return the message."""
    return await person.say(room, text, files=[await upload(person, content, name)])


async def load(person: Person | None, url: str, file: dict[str, Any], query: str = "", **headers: str) -> Any:
    """Request a file; return status, headers and body."""
    return await request(person, url, "GET", file["url"] + query, headers=headers)


def picture(width: int = 60, height: int = 40, kind: str = "PNG", **how: Any) -> bytes:
    """Return a picture, red at its left and blue at its right."""
    made = Image.new("RGB", (width, height), "red")
    made.paste("blue", (width // 2, 0, width, height))
    written = io.BytesIO()
    made.convert(how.pop("mode", "RGB")).save(written, kind, **how)
    return written.getvalue()


def opened(content: bytes) -> Image.Image:
    """Return a picture, decoded."""
    found = Image.open(io.BytesIO(content))
    found.load()
    return found
