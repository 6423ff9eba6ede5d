"""The JSON or text in the body of a request, bounded in bytes, depth and time."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import ClientDisconnect, Request

from chatrooms.errors import Invalid, TooLarge
from chatrooms.wire.packets import parse_json
from chatrooms.wire.requests import announced
from chatrooms.wire.server import MAX_PACKET

MAX_DEPTH = 64
"""Levels of nested JSON in the body of a command; commands refuse less, and name the field."""
SECONDS_TO_SEND = 10.0
"""How long sending the body of a command may take."""


async def read(request: Request, most: int = MAX_PACKET) -> Any:
    """Return the JSON that was sent, of at most so many bytes; raises `TooLarge` or `Invalid`."""
    body = await text(request, most)
    try:
        return parse_json(body or "{}", MAX_DEPTH)
    except ValueError as error:
        raise Invalid(f"That is not JSON: {error}.", field="") from None


async def text(request: Request, most: int = MAX_PACKET) -> str:
    """Return the text that was sent, of at most so many bytes; raises `TooLarge` or `Invalid`."""
    if announced(request.scope) > most:
        raise TooLarge(limit=most)
    body = bytearray()
    try:
        async with asyncio.timeout(SECONDS_TO_SEND):
            async for chunk in request.stream():
                body += chunk
                if len(body) > most:
                    raise TooLarge(limit=most)
    except (ClientDisconnect, TimeoutError):
        raise Invalid("The request body was cut short.", field="") from None
    try:
        return body.decode()
    except ValueError as error:
        raise Invalid(f"That is not text: {error}.", field="") from None
