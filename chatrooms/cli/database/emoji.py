"""Emoji of the server."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, cast

from chatrooms.cli.database import acting
from chatrooms.cli.database.acting import DatabaseChat
from chatrooms.cli.opening import Unable
from chatrooms.features.files import beginning, emoji, finishing
from chatrooms.features.files.emoji import MOST_BYTES, CustomEmoji
from chatrooms.pipeline.chat import Chat
from chatrooms.settings import Settings


def listed(settings: Settings) -> list[CustomEmoji]:
    """Return the emoji of the server, by name."""
    found: list[CustomEmoji] = acting.run(settings, emoji.page)["emoji"]
    return found


def add(settings: Settings, name: str, picture: Path) -> CustomEmoji:
    """Add an emoji, from the picture in a file, and return it; raises `Unable`, also for what is no such picture."""
    content = picture.read_bytes()
    if not 0 < len(content) <= MOST_BYTES:
        raise Unable(f"{picture} is empty, or larger than {MOST_BYTES // 1024} KiB")
    with acting.explained():
        emoji.WhichEmoji(name=name)
    begun = acting.run(settings, beginning.begin, name=picture.name, size=len(content))
    with acting.explained():
        asyncio.run(_upload(settings, begun["file"]["id"], content))
    added: CustomEmoji = acting.run(settings, emoji.add, name=name, file=begun["file"]["id"])["emoji"]
    return added


async def _upload(settings: Settings, file: str, content: bytes) -> None:
    chat: Any = DatabaseChat(settings)
    await chat.blobs.run(chat.blobs.spool.made)
    await chat.blobs.run(chat.blobs.spool.write, file, 0, content)
    await finishing.finish(cast(Chat, chat), file, "")


def remove(settings: Settings, name: str) -> CustomEmoji:
    """Remove an emoji and return it as it was; raises `Unable`."""
    before = next((each for each in listed(settings) if each["name"] == name), None)
    if before is None:
        raise Unable(f"there is no emoji {name}")
    acting.run(settings, emoji.remove, name=name)
    return before
