"""The path of every command: count rates, parse, lock rooms, check permission, run, commit, broadcast."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from weakref import WeakValueDictionary

from pydantic import ValidationError
from sqlalchemy import Connection

from chatrooms import names
from chatrooms.errors import Invalid, Refusal, UnknownCommand
from chatrooms.events import Align, Change, End, Event, Signal
from chatrooms.pipeline import weights
from chatrooms.pipeline.broadcast import Broadcast
from chatrooms.pipeline.changes import Changes
from chatrooms.pipeline.commands import Act, Caller, Command, Params, Stranger, invalid
from chatrooms.pipeline.feature import Features
from chatrooms.pipeline.jobs import Queue
from chatrooms.pipeline.rates import Rates
from chatrooms.settings import Settings
from chatrooms.storage.writer import Database
from chatrooms.wire.tally import Tally

P = TypeVar("P", bound=Params)
R = TypeVar("R")

log = logging.getLogger(__name__)

ON_LOOP = 200
"""How many characters of names may be normalized on the event loop; this takes at most a millisecond."""
AT_ONCE = 2
"""How many queries run at once per network address, or per person if there is none."""


@dataclass
class Outcome(Generic[R]):
    """The outcome of a command."""

    result: R
    changes: list[Change]
    signals: list[Signal]
    ended: list[str]
    queued: bool

    def events(self) -> Iterator[Event]:
        """Yield the events to broadcast, in order: sockets move before the change that moved them is sent."""
        yield from (End(names.session(session)) for session in self.ended)
        yield from (Align(change.room) for change in self.changes if "memberships" in change.rows)
        yield from self.changes
        yield from self.signals


class Pipeline:
    """Runs commands: from a door to the database, and from the commit to the sockets."""

    def __init__(  # noqa: PLR0917 - every floor below
        self, settings: Settings, features: Features, db: Database, broadcast: Broadcast, rates: Rates, queue: Queue
    ) -> None:
        self.settings = settings
        self._features, self._db, self._broadcast, self._rates, self._queue = features, db, broadcast, rates, queue
        self._tally = Tally(log)
        db.on_commit(self._committed)
        self._turns: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def run(self, name: str, given: Any, me: Caller) -> Any:
        """Run a command and return its result; raises a `Refusal`."""
        try:
            command = self._features.commands.get(name)
            if command is None:
                raise UnknownCommand(command=name[:100])
            return await self._do(command, await self._parse(command, given, me), me)
        except Refusal as refusal:
            self._tally.note(logging.INFO, f"command refused: {refusal.code}")
            raise

    def is_entry(self, name: str) -> bool:
        """Return whether a command of that name runs before there is a caller, by `enter`."""
        return name in self._features.entries

    async def enter(self, name: str, given: Any, stranger: Stranger) -> Any:
        """Carry out an entry for somebody who is not known yet; returns its result, raises a `Refusal`."""
        try:
            declared = self._features.entries[name]
            self._rates.spend_by_address(declared.rate, stranger.network)
            p = parse(declared, given)
            declared.may(stranger, p)
            return await declared.body(stranger, p)
        except Refusal as refusal:
            self._tally.note(logging.INFO, f"command refused: {refusal.code}")
            raise

    async def change(self, work: Callable[[Act], R], me: Caller, *locks: str) -> R:
        """Run ``work`` as a change that is not a command, such as a first join or a job."""
        return (await self._db.change(lambda db: self._act(work, me, db, locks), lambda _: locks)).result

    async def lookup(self, query: Callable[[Connection], R]) -> R:
        """Run a query that is not a command and finds a few rows by index."""
        return await self._db.lookup(query)

    async def _committed(self, outcomes: Sequence[Outcome[Any]]) -> None:
        """Broadcast the committed changes, in commit order, and wake the job runner."""
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
            async with self._turn(me):
                outcome = await self._db.read(lambda db: self._act(work, me, db))
            await self._emit(outcome.signals, me)
            return outcome.result
        locked: set[str] = set()

        def locks(db: Connection) -> set[str]:
            locked.update(command.locks(db, me, p))
            return locked

        outcome = await self._db.change(lambda db: self._affordable(work, me, db, locked), locks)
        return outcome.result

    async def _parse(self, command: Command[P], given: Any, me: Caller) -> P:
        """Count the cost of the parameters, then parse them; many names are slow and wait for the caller's turn."""
        weight = _weight(command, given)
        self._spend(command.rate, me, weight.commands if weight else 1)
        if weight is None or weight.characters <= ON_LOOP:
            p = parse(command, given)
        else:
            async with self._turn(me):
                p = await asyncio.to_thread(parse, command, given)
        if command.cost and not me.host and (more := command.cost(p) - 1):
            self._rates.limits[command.rate].charge(me.username, me.network, more)
        return p

    def _turn(self, me: Caller) -> asyncio.Semaphore:
        """Return the semaphore that makes callers of one address wait for each other instead of delaying others."""
        return self._turns.setdefault(me.network or me.username, asyncio.Semaphore(AT_ONCE))

    def _spend(self, rate: str, me: Caller, weight: int) -> None:
        if weight and not me.host:
            self._rates.limits[rate].spend(me.username, me.network, weight)

    async def _emit(self, signals: list[Signal], me: Caller) -> None:
        passed = list(filter(self._rates.passes, signals))
        if passed:
            self._spend("broadcast", me, sum(map(self._broadcast.kilobytes, passed)))
            await self._broadcast.publish(passed)

    def _affordable(self, work: Callable[[Act], R], me: Caller, db: Connection, locked: Container[str]) -> Outcome[R]:
        """Run ``work`` on the writer's thread; raises `RateLimited` if its broadcast exceeds the caller's rate."""
        outcome = self._act(work, me, db, locked)
        if not me.host:
            sent: list[Change | Signal] = [*outcome.changes, *outcome.signals]
            self._spend("broadcast", me, sum(map(self._broadcast.kilobytes, sent)))
        return outcome

    def _act(self, work: Callable[[Act], R], me: Caller, db: Connection, locked: Container[str] = ()) -> Outcome[R]:
        act = Act(me, db, Changes(db, locked), self._rates, self.settings.lobby, self._features.parts)
        result = work(act)
        changes = list(act.changes.by_room.values())
        for listener in self._features.listeners:
            if rows := [row for change in changes for row in change.rows.get(listener.table, ())]:
                listener.run(act, rows)
        return Outcome(result, list(act.changes.by_room.values()), act.signals, act.ended, act.queued)


def _weight(command: Command[Any], given: Any) -> weights.Weight | None:
    """Return what parsing costs if it is more than usual; a name in ASCII is as cheap as any text."""
    if not command.names or not isinstance(given, dict):
        return None
    for name, _ in command.names:
        value = given.get(name)
        if value is not None and not (isinstance(value, str) and value.isascii()):
            return weights.weigh(command.names, given)
    return None


def parse(command: Command[P], given: Any) -> P:
    """Parse ``given``; raises `Invalid` naming the first invalid field."""
    if not isinstance(given, dict):
        raise Invalid("Parameters must be a single JSON object.", field="")
    for name in given:
        if name not in command.params.model_fields:
            raise Invalid("Unknown parameter.", field=str(name)[:100])
    try:
        return command.params.model_validate(given)
    except ValidationError as error:
        raise invalid(error) from None
