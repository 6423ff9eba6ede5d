"""Giving roles on a server that runs in this process, as the command line does."""

from __future__ import annotations

from chatrooms import Chatrooms
from chatrooms.features import roles
from chatrooms.pipeline.chat import NOBODY
from chatrooms.storage.fields import ServerRole


async def appoint(chat: Chatrooms, username: str, role: ServerRole) -> None:
    """Give a person a role."""

    def store(act) -> None:
        roles.store(act.db, username, role)
        roles.announce(act, username)

    await chat._pipeline.change(store, NOBODY, username)
