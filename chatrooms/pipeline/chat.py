"""The part of `Pipeline` that jobs and identity use: running commands, changes and lookups of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection

from chatrooms.pipeline.act import Act, Caller, Server
from chatrooms.pipeline.session_use import SessionUse
from chatrooms.settings import Settings
from chatrooms.storage.blobs import Blobs
from chatrooms.storage.facts import Facts

R = TypeVar("R")

NOBODY = Caller("", host=True)
"""The caller of changes that no person asked for."""


class Chat(Protocol):
    """A running chat."""

    settings: Settings
    sessions: SessionUse
    facts: Facts
    blobs: Blobs

    @property
    def server(self) -> Server:
        """The server, as of the last `learn`."""

    def learn(self, facts: Facts) -> None:
        """Note what the database knows of itself."""

    async def run(self, name: str, given: Any, me: Caller) -> Any:
        """Run a command."""

    async def change(self, work: Callable[[Act], R], me: Caller, *locks: str) -> R:
        """Run a change that is not a command."""

    async def lookup(self, query: Callable[[Connection], R]) -> R:
        """Return a few rows; raises the refusals of the query."""

    async def scan(self, query: Callable[[Connection], R]) -> R:
        """Return what is found by reading whole tables."""
