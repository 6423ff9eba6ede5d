"""The path of every command: count rates, parse, lock rooms, check permission, run, commit, broadcast."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
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
from chatrooms.storage.database import Database
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
        db.writer.on_commit(self._committed)
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

        def run(db: Connection) -> Outcome[R]:
            act = self._act(me, db)
            act.changes.locked = locks
            return self._outcome(act, work(act))

        return (await self._db.writer.change(run, lambda _: locks, me.network or me.username)).result

    async def lookup(self, query: Callable[[Connection], R]) -> R:
        """Run a query that is not a command and finds a few rows by index."""
        return await self._db.reader.lookup(query)

    async def _committed(self, outcomes: Sequence[Outcome[Any]]) -> None:
        """Broadcast the committed changes, in commit order, and wake the job runner."""
        events: list[Event] = []
        queued = False
        for outcome in outcomes:
            events += outcome.events()
            queued |= outcome.queued
        await self._broadcast.publish(events)
        if queued:
            self._queue.wake()

    async def _do(self, command: Command[P], p: P, me: Caller) -> Any:
        if command.kind == "live":
            command.may(me, p)
            return await command.body(me, p)
        if command.aligned:
            await self._broadcast.align(me.username)
        if command.kind == "query":
            async with self._turn(me):
                outcome = await self._db.reader.read(lambda db: self._query(command, p, me, db))
            await self._emit(outcome.signals, me)
            return outcome.result
        outcome = await self._db.writer.change(
            lambda db: self._change(command, p, me, db),
            lambda db: command.locks(db, me, p),
            me.network or me.username,
        )
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
        if not me.host:
            self._rates.limits[rate].spend(me.username, me.network, weight)

    async def _emit(self, signals: list[Signal], me: Caller) -> None:
        passed = list(filter(self._rates.passes, signals))
        if passed:
            if weight := sum(map(self._broadcast.kilobytes, passed)):
                self._spend("broadcast", me, weight)
            await self._broadcast.publish(passed)

    def _query(self, command: Command[P], p: P, me: Caller, db: Connection) -> Outcome[Any]:
        """Run a command on a reader's thread."""
        act = self._act(me, db)
        return self._outcome(act, command.body(act, p, command.may(act, p)))

    def _change(self, command: Command[P], p: P, me: Caller, db: Connection) -> Outcome[Any]:
        """Run a command on the writer's thread; raises `RateLimited` if its broadcast exceeds the caller's rate."""
        act = self._act(me, db)
        act.changes.locked = set(command.locks(db, me, p))
        outcome = self._outcome(act, command.body(act, p, command.may(act, p)))
        if not me.host:
            sent: list[Change | Signal] = [*outcome.changes, *outcome.signals]
            if weight := sum(map(self._broadcast.kilobytes, sent)):
                self._spend("broadcast", me, weight)
        return outcome

    def _act(self, me: Caller, db: Connection) -> Act:
        ours, features = self.settings, self._features
        more: Any = {"server": ours.name, "online": self._broadcast.online}
        return Act(me, db, Changes(db), self._rates, ours.lobby, features.parts, features.blank, **more)

    def _outcome(self, act: Act, result: R) -> Outcome[R]:
        """Return the outcome of what was done, after the listeners have seen it."""
        for listener in self._features.listeners:
            listener.listen(act)
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
