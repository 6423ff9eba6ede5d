"""Commands without a server: each is a transaction of an SQLite database in memory, and tells what it changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import StaticPool, create_engine

from chatrooms import app, names, users
from chatrooms.commands import REGISTRY, Act, Caller
from chatrooms.rates import Rates
from chatrooms.settings import Settings
from chatrooms.tables import metadata
from tests.servers import QUICK

LOBBY = "#lobby"


class Direct:
    """A database that one test runs commands on."""

    def __init__(self) -> None:
        self.engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
        metadata.create_all(self.engine)
        self._rates = Rates(Settings(**QUICK))
        self._change(app.NOBODY, app._furnish)

    def join(self, username: str) -> None:
        """Make somebody known, as a member of nothing."""
        self._change(app.NOBODY, lambda act: users.add(act, username))

    def run(self, username: str, command: str, params: dict[str, Any]) -> tuple[Any, list[dict[str, Any]]]:
        """Return the result of a command and its changes; raises a `Refusal`."""
        declared = REGISTRY[command]
        p = declared.parse(params)
        return self._change(Caller(username), lambda act: declared.body(act, p))

    def _change(self, me: Caller, work: Any) -> tuple[Any, list[dict[str, Any]]]:
        with self.engine.begin() as db:
            act = Act(me, db, LOBBY, self._rates)
            return work(act), list(act.changes)


def heard_by(username: str, changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the changes of somebody's own room and conversations, and of all shared rooms."""
    return [
        change
        for change in changes
        if names.kind(change["room"]) == "shared" or username in names.hearers(change["room"])
    ]
