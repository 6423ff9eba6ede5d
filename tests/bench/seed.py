"""A database with existing people, created by the application's own functions."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from chatrooms.app import Chatrooms
from chatrooms.features import users
from chatrooms.identity import sessions
from chatrooms.identity.beginnings import JOIN
from chatrooms.identity.digests import digest
from chatrooms.pipeline.act import APPLICATION
from chatrooms.settings import Settings
from tests.bench import texts

AT_ONCE = 1000


@dataclass(frozen=True)
class Seed:
    """The path of the database, and everyone's token."""

    directory: Path
    tokens: dict[str, str]


def sow(directory: Path, people: int) -> Seed:
    """Create a database with a number of people, all in the lobby."""
    directory.mkdir(parents=True)
    return Seed(directory, asyncio.run(_people(directory, people)))


async def _people(directory: Path, count: int) -> dict[str, str]:
    chat = Chatrooms(Settings(data=directory, guests="open"))
    tokens: dict[str, str] = {}
    async with chat.lifespan():
        for first in range(0, count, AT_ONCE):
            names = [texts.name(index) for index in range(first, min(first + AT_ONCE, count))]
            found = await asyncio.gather(*(_person(chat, name) for name in names))
            tokens |= dict(zip(names, found, strict=True))
    return tokens


async def _person(chat: Chatrooms, name: str) -> str:
    def admit(act):
        users.find_or_add(act, name)
        token = sessions.new_token()
        sessions.start(act, name, digest(token), "bench", JOIN)
        return token

    return await chat._pipeline.change(admit, APPLICATION, name, chat.settings.lobby)
