"""Run commands without a server, in an in-memory SQLite database, and return their changes."""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlalchemy import StaticPool

from chatrooms import app, names
from chatrooms.doors.docs.generated import contract
from chatrooms.events import Change
from chatrooms.features import FEATURES, users
from chatrooms.pipeline.changes import Changes
from chatrooms.pipeline.commands import Act, Caller
from chatrooms.pipeline.feature import Features
from chatrooms.pipeline.pipeline import parse
from chatrooms.pipeline.rates import Rates
from chatrooms.settings import Settings
from chatrooms.storage.tables import metadata
from tests.databases import create_engine
from tests.servers import QUICK

LOBBY = "#lobby"
CONTRACT = contract()
DECLARED = {command.name: command for command in CONTRACT.commands}
"""All commands by name."""
PARTS = Features(FEATURES).parts


class Everything:
    """Stands for the locked rooms: without a pipeline, all rooms count as locked."""

    def __contains__(self, _room: str) -> bool:
        return True


class Direct:
    """A database to run commands on."""

    _fresh: bytes | None = None

    def __init__(self) -> None:
        self.engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
        self._rates = Rates(Settings(**QUICK))
        with self.engine.connect() as db:
            driver: sqlite3.Connection = db.connection.driver_connection
            if Direct._fresh is None:
                metadata.create_all(self.engine)
                self._change(app.APPLICATION, app._create_defaults)
                Direct._fresh = driver.serialize()
            driver.deserialize(Direct._fresh)

    def join(self, username: str) -> None:
        """Add a person who is not a member of any room."""
        self._change(app.APPLICATION, lambda act: users.add(act, username))

    def run(self, username: str, command: str, params: dict[str, Any]) -> tuple[Any, list[dict[str, Any]]]:
        """Return the result of a command and its changes; raises a `Refusal`."""
        declared = DECLARED[command]
        p = parse(declared, params)
        return self._change(Caller(username), lambda act: declared.body(act, p, declared.may(act, p)))

    def _change(self, me: Caller, work: Any) -> tuple[Any, list[dict[str, Any]]]:
        with self.engine.begin() as db:
            act = Act(me, db, Changes(db, Everything()), self._rates, LOBBY, PARTS)
            return work(act), [payload(change) for change in act.changes.by_room.values()]


def payload(change: Change) -> dict[str, Any]:
    """Return a change as clients receive it."""
    return {"room": change.room, "rev": change.rev, **change.rows}


def heard_by(username: str, changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the changes of a person's own room and conversations, and of all shared rooms."""
    return [
        change
        for change in changes
        if names.kind(change["room"]) == "shared" or username in names.recipients(change["room"])
    ]
