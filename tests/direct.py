"""Run commands without a server, in an in-memory SQLite database, and return their changes."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from typing import Any, cast

import orjson
from sqlalchemy import Connection, StaticPool, delete, select

from chatrooms import app, clock, names
from chatrooms.doors.docs.generated import contract
from chatrooms.errors import Refusal
from chatrooms.events import Change
from chatrooms.features import FEATURES, roles, users
from chatrooms.pipeline import scopes
from chatrooms.pipeline.act import Act, Caller, Server
from chatrooms.pipeline.changes import Changes
from chatrooms.pipeline.feature import Features
from chatrooms.pipeline.jobs import Job
from chatrooms.pipeline.parsing import parse
from chatrooms.pipeline.rates import Rates
from chatrooms.pipeline.transacting import allowed
from chatrooms.settings import Settings
from chatrooms.storage.fields import ServerRole
from chatrooms.storage.tables import jobs, metadata
from chatrooms.types import SignUp
from tests.databases import create_engine
from tests.servers import QUICK

LOBBY = "#lobby"
CONTRACT = contract()
DECLARED = {command.name: command for command in CONTRACT.commands}
"""All commands by name."""
OURS = Features(FEATURES)


def declare(patch, kind, declared):
    """Have the features declare other ``parts`` or ``listeners``."""
    patch.setattr(OURS, kind, tuple(declared))
    patch.setattr(OURS, "_those_that_listen", OURS._find_listeners)  # which remembers none of those before


class Everything:
    """All rooms, for what the application does beside commands and jobs."""

    def __contains__(self, _room: str) -> bool:
        return True


EVERYTHING = Everything()


class Direct:
    """A database to run commands on."""

    _fresh: bytes | None = None

    def __init__(self) -> None:
        self.engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
        self._settings = Settings(**QUICK)
        self._rates = Rates(self._settings)
        self.now = clock.now
        self.ids: dict[str, Any] = {}
        self.online: frozenset[str] = frozenset()
        self.limits = self._settings
        self.sign_up: SignUp = "open"
        if Direct._fresh is None:
            metadata.create_all(self.engine)
            self.commit(app.APPLICATION, app._create_defaults)
            Direct._fresh = self.driver.serialize()
        self.driver.deserialize(Direct._fresh)

    @property
    def driver(self) -> sqlite3.Connection:
        """The driver's connection, which is the only one."""
        with self.engine.connect() as db:
            return db.connection.driver_connection

    def act(self, username: str) -> Act:
        """Return what a command of a person gets; its connection is the caller's to close."""
        db = self.engine.connect()
        return self._act(Caller(username), db)

    @contextmanager
    def plans(self) -> Iterator[list[tuple[str, str]]]:
        """Collect what is read inside of this context: each query with each of the steps by which SQLite does it."""
        asked: list[str] = []
        found: list[tuple[str, str]] = []
        self.driver.set_trace_callback(asked.append)
        yield found
        self.driver.set_trace_callback(None)
        for query in filter(lambda query: query.startswith(("SELECT", "WITH")), asked):
            found += [(query, row[3]) for row in self.driver.execute("EXPLAIN QUERY PLAN " + query)]

    @staticmethod
    def listen(act: Act) -> None:
        """Run the listeners of a command's changes."""
        OURS.listen(act)

    def join(self, username: str) -> None:
        """Add a person who is not a member of any room."""
        self.commit(app.APPLICATION, lambda act: users.add(act, username))

    def appoint(self, username: str, role: ServerRole) -> None:
        """Give a person a role on the server."""
        with self.engine.begin() as db:
            roles.store(db, username, role)

    def run(self, username: str, command: str, params: dict[str, Any]) -> tuple[Any, list[dict[str, Any]]]:
        """Return the result of a command and its changes, as clients receive them; raises a `Refusal`."""
        return self.run_as(Caller(username), command, params)

    def run_as(self, me: Caller, command: str, params: dict[str, Any]) -> tuple[Any, list[dict[str, Any]]]:
        """Return the result and the changes of a command that the application runs, or a person by a session or key."""
        declared = DECLARED[command]
        p = parse(declared, params)

        def work(act: Act) -> Any:
            if me.scope:
                scopes.require(me.scope, command, declared.scope)
            act.changes.locked = set(declared.locks(act.db, me, p))
            return declared.body(act, p, allowed(declared, act, p))

        result, changes = self.commit(me, work)
        return orjson.loads(orjson.dumps(result)), changes

    async def run_jobs(self, order: Callable[[list[Job]], list[Job]] = list) -> list[dict[str, Any]]:
        """Run the jobs that are due, in that order, and return their changes."""
        with self.engine.begin() as db:
            are_due = jobs.c.due_at <= self.now()
            waiting = db.execute(select(jobs).where(are_due).order_by(jobs.c.id)).all()
            db.execute(delete(jobs).where(are_due))
        self._changed: list[dict[str, Any]] = []
        for job in order([Job(row.id, row.kind, row.key, row.data, row.attempts) for row in waiting]):
            await OURS.jobs[job.kind].run(self, job)
        return self._changed

    async def change(self, work: Any, me: Caller, *locks: str) -> Any:
        """Run a job's change."""
        result, changes = self.commit(me, work, locks)
        self._changed += changes
        return result

    async def lookup(self, query: Callable[[Connection], Any]) -> Any:
        """Run a job's query."""
        with self.engine.connect() as db:
            return query(db)

    scan = lookup

    def _act(self, me: Caller, db: Connection, locked: Container[str] = EVERYTHING) -> Act:
        changes = Changes(db, locked)
        more: Any = {"parts": OURS.parts, "blank": OURS.blank, "online": lambda: self.online}
        server = Server(settings=self.limits, sign_up=self.sign_up, **more)
        return Act(me, db, changes, self._rates, server, self.now())

    def commit(self, me: Caller, work: Any, locked: Container[str] = EVERYTHING) -> tuple[Any, list[dict[str, Any]]]:
        """Return the result of a change that is not a command, with the changes that come of it."""
        with self.engine.begin() as db:
            act = self._act(me, db, locked)
            result = work(act)
            self.listen(act)
            return result, [payload(change) for change in act.changes.by_room.values()]


def code(direct: Direct, who: str, command: str, **params: Any) -> str:
    """Run a command of a person; return the code of its refusal, or ``fine``."""
    try:
        direct.run(who, command, params)
    except Refusal as refusal:
        return refusal.code
    return "fine"


def payload(change: Change) -> dict[str, Any]:
    """Return a change as clients receive it."""
    return cast(dict[str, Any], orjson.loads(orjson.dumps({"room": change.room, "rev": change.rev, **change.rows})))


def heard_by(username: str, changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the changes of a person's own room and conversations, and of all shared rooms; and of threads in them."""
    bases = [(names.base(change["room"]), change) for change in changes]
    return [change for base, change in bases if names.kind(base) == "shared" or username in names.recipients(base)]
