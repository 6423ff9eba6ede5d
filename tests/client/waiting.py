"""Helpers that wait for changes and read the client's state."""

from __future__ import annotations

import asyncio
from typing import Any

from chatrooms.client import Change, Client, Stream
from tests.people import PATIENCE


async def next_where(stream: Stream[Any], wanted) -> Any:
    """Return the next item that is ``wanted``."""
    async with asyncio.timeout(PATIENCE):
        async for item in stream:
            if wanted(item):
                return item
    raise AssertionError("the stream ended")


async def change_saying(stream: Stream[Change], text: str) -> Change:
    """Return the next change with a message with that text."""
    return await next_where(stream, lambda change: any(m["text"] == text for m in change.rows("messages")))


async def next_reset(stream: Stream[Change], room: str) -> Change:
    """Return the next change that resets ``room``."""
    return await next_where(stream, lambda change: change.room == room and change.reset)


def texts(client: Client, room: str) -> list[str]:
    """Return the texts of the messages that the client holds in ``room``, without events."""
    return [row["text"] for row in client.rooms[room].messages.values() if row["number"] is not None]


def held(client: Client, room: str) -> tuple:
    """Return everything that the client holds of ``room``, to compare."""
    state = client.rooms[room]
    row = {key: value for key, value in state.room.items() if key not in {"posted", "posted_at"}}
    return state.rev, row, state.messages, state.members, state.posted


async def stored(client: Client, room: str) -> list[dict[str, Any]]:
    """Return all messages of ``room`` from the database."""
    found, after = [], 0
    while True:
        page = await client.history(room, after=after, limit=100)
        found += page["messages"]
        if not page["more"]:
            return found
        after = found[-1]["seq"]
