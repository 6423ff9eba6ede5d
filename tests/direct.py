"""Run commands without a server, in an in-memory SQLite database, and return their changes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import StaticPool, create_engine

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
from tests.servers import QUICK

LOBBY = "#lobby"
CONTRACT = contract()
DECLARED = {command.name: command for command in CONTRACT.commands}
"""All commands by name."""
FEATURED = Features(FEATURES)


class Everything:
    """Stands for the locked rooms: without a pipeline, all rooms count as locked."""

    def __contains__(self, _room: str) -> bool:
        return True


class Direct:
    """A database to run commands on."""

    def __init__(self) -> None:
        self.engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
        metadata.create_all(self.engine)
        self._rates = Rates(Settings(**QUICK))
        self._change(app.APPLICATION, app._create_defaults)

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
            act = Act(me, db, Changes(db, Everything()), self._rates, LOBBY, FEATURED.parts, FEATURED.blank)
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
