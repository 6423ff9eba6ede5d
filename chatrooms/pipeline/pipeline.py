"""The one way of every command: parse, rates, lock rooms, may they?, do, enqueue, commit, broadcast."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import ValidationError
from sqlalchemy import Connection

from chatrooms import names
from chatrooms.errors import Invalid, RateLimited, UnknownCommand
from chatrooms.events import Align, Change, End, Event, Signal
from chatrooms.pipeline.broadcast import Broadcast
from chatrooms.pipeline.changes import Changes
from chatrooms.pipeline.commands import Act, Caller, Command, Params, invalid
from chatrooms.pipeline.feature import Features
from chatrooms.pipeline.jobs import Queue
from chatrooms.pipeline.rates import Rates
from chatrooms.settings import Settings
from chatrooms.storage.writer import Database

P = TypeVar("P", bound=Params)
R = TypeVar("R")


@dataclass
class Outcome(Generic[R]):
    """What came of a command that was carried out."""

    result: R
    changes: list[Change]
    signals: list[Signal]
    ended: list[str]
    queued: bool

    def events(self) -> Iterator[Event]:
        """Yield what is broadcast, in order: a person is moved before the change that moved them."""
        yield from (End(names.session(session)) for session in self.ended)
        yield from (Align(change.room) for change in self.changes if "memberships" in change.rows)
        yield from self.changes
        yield from self.signals


class Pipeline:
    """From a door to the database, and from a commit to everybody who receives it."""

    def __init__(  # noqa: PLR0917 - every floor below
        self, settings: Settings, features: Features, db: Database, broadcast: Broadcast, rates: Rates, queue: Queue
    ) -> None:
        self.settings = settings
        self._features, self._db, self._broadcast, self._rates, self._queue = features, db, broadcast, rates, queue

    async def run(self, name: str, given: Any, me: Caller) -> Any:
        """Carry out a command; returns its result, raises a `Refusal`."""
        command = self._features.commands.get(name)
        if command is None:
            raise UnknownCommand(command=name[:100])
        if not me.host and not self._rates.allow(command.rate, me.username):
            raise RateLimited(retry_after=self._rates.wait(command.rate, me.username))
        p = _parse(command, given)
        if p.weight > 1:
            self._rates.charge(command.rate, me.username, weight=p.weight - 1)
        return await self._do(command, p, me)

    async def change(self, work: Callable[[Act], R], me: Caller, *locks: str) -> R:
        """Carry out ``work`` as a change that is not a command, such as a first join or a job's."""
        return (await self._db.change(lambda db: self._act(work, me, db), lambda _: locks)).result

    async def lookup(self, query: Callable[[Connection], R]) -> R:
        """Return what a query finds that is not a command: a few rows by index."""
        return await self._db.lookup(query)

    async def committed(self, outcomes: Sequence[Outcome[Any]]) -> None:
        """Broadcast what was committed, in the order of the commits."""
        await self._broadcast.publish([event for outcome in outcomes for event in outcome.events()])
        if any(outcome.queued for outcome in outcomes):
            self._queue.wake()

    async def _do(self, command: Command[P], p: P, me: Caller) -> Any:
        if command.kind == "live":
            command.may(me, p)
            return await command.body(self._broadcast, me, p)

        def work(act: Act) -> Any:
            return command.body(act, p, command.may(act, p))

        if command.aligned:
            await self._broadcast.align(me.username)
        if command.kind == "query":
            outcome = await self._db.read(lambda db: self._act(work, me, db))
            await self._broadcast.publish([*filter(self._rates.passes_on, outcome.signals)])
            return outcome.result
        outcome = await self._db.change(lambda db: self._act(work, me, db), lambda db: command.locks(db, me, p))
        return outcome.result

    def _act(self, work: Callable[[Act], R], me: Caller, db: Connection) -> Outcome[R]:
        act = Act(me, db, Changes(db), self.settings.lobby, self._features.parts)
        result = work(act)
        changes = list(act.changes.by_room.values())
        for listener in self._features.listeners:
            if rows := [row for change in changes for row in change.rows.get(listener.table, ())]:
                listener.run(act, rows)
        return Outcome(result, changes, act.signals, act.ended, act.queued)


def _parse(command: Command[P], given: Any) -> P:
    """Return the parameters in ``given``; raises `Invalid` naming the first field that is wrong."""
    if not isinstance(given, dict):
        raise Invalid("Parameters must be one object.", field="")
    try:
        return command.params.model_validate(given)
    except ValidationError as error:
        raise invalid(error) from None
