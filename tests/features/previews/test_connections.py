"""What servers that strangers choose send in tiny pieces holds up nobody, and is little."""

from __future__ import annotations

import asyncio

import httpcore2
import pytest

from chatrooms.features.previews.connections import BEFORE_CONTENT, LEAST, Connection


class Tiny(httpcore2.AsyncNetworkStream):
    """Has a byte whenever it is asked, without a pause, as records of TLS that came at once."""

    async def read(self, max_bytes, timeout=None):  # noqa: ASYNC109 - as the library declares it
        return b"x"[:max_bytes]


async def test_others_have_turns_between_pieces_that_came_at_once():
    turns = 0

    async def others():
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    other, connection = asyncio.create_task(others()), Connection(Tiny())
    connection.allow_content()
    for _ in range(100):
        assert await connection.read(1000) == b"x"
    other.cancel()
    assert turns >= 100


async def test_few_pieces_come_before_the_content_however_small_they_are():
    connection = Connection(Tiny())
    for _ in range(BEFORE_CONTENT // LEAST):
        assert await connection.read(1000) == b"x"
    with pytest.raises(httpcore2.ReadError):
        await connection.read(1000)
