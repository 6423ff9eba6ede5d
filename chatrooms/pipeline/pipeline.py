"""The path of every command: count its rate, parse, lock the rooms, check the permission, run, commit, broadcast."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from itertools import chain
from typing import Any, TypeVar

from sqlalchemy import Connection

from chatrooms import trace
from chatrooms.errors import Refusal, UnknownCommand
from chatrooms.events import Event, Signal
from chatrooms.pipeline import scopes, second_factors, signing_up, standing
from chatrooms.pipeline.act import Act, Caller, Server
from chatrooms.pipeline.broadcast import Broadcast
from chatrooms.pipeline.charges import Charges
from chatrooms.pipeline.chat import NOBODY
from chatrooms.pipeline.commands import Command, Params
from chatrooms.pipeline.entries import Entries
from chatrooms.pipeline.feature import Features
from chatrooms.pipeline.parsing import ON_LOOP, parse, weight
from chatrooms.pipeline.questions import Judge, Question
from chatrooms.pipeline.rates import NoLimit, Rates
from chatrooms.pipeline.session_use import SessionUse
from chatrooms.pipeline.transacting import Outcome, Transacting
from chatrooms.pipeline.turn import Slots, Turn
from chatrooms.pipeline.wakeup import Wakeup
from chatrooms.settings import Settings
from chatrooms.storage import facts
from chatrooms.storage.ahead import Ahead
from chatrooms.storage.blobs import Blobs
from chatrooms.storage.database import Database
from chatrooms.storage.facts import Facts
from chatrooms.storage.locks import Locks
from chatrooms.storage.writes import Done
from chatrooms.wire.tally import Tally

P = TypeVar("P", bound=Params)
R = TypeVar("R")

log = logging.getLogger(__name__)

OK = "ok"


class Pipeline:
    """Runs commands: from a door to the database, and from the commit to the sockets."""

    def __init__(  # noqa: PLR0917 - every floor below
        self,
        settings: Settings,
        features: Features,
        db: Database,
        broadcast: Broadcast,
        rates: Rates,
        wakeup: Wakeup,
        judge: Judge,
    ) -> None:
        self.settings = settings
        self.sessions = SessionUse()
        self.blobs = Blobs(settings)
        self._features, self._db, self._broadcast, self._rates, self._wakeup = features, db, broadcast, rates, wakeup
        self.names = features.names
        self._charges = Charges(rates, broadcast)
        self._transacting = Transacting(features, self._charges, self.sessions, rates, Rates(settings, NoLimit))
        self.learn(Facts.unknown())
        self._tally = Tally(log)
        self.entries = Entries(features, rates, self._tally)
        self.outcomes: Counter[tuple[str, str]] = Counter()
        """How many commands were run, by name and ``ok`` or the code of the refusal."""
        db.writer.on_commit(self._committed)
        self._slots, self._judge = Slots(), judge

    def learn(self, facts: Facts) -> None:
        """Note what the database knows of itself, as of reading or changing it, and what follows for the server."""
        self.facts, ours, features = facts, self.settings, self._features
        name = ours.name if "name" in ours.model_fields_set else facts.name or ours.name
        declared = features.parts, features.blank, features.grantable
        sign_up = signing_up.of(ours, facts.sign_up)
        second_factor = second_factors.required_of(ours, facts.second_factor)
        more = *declared, self._broadcast.online, facts.secret
        self._transacting.server = Server(name, facts.epoch, ours, sign_up, second_factor, *more)

    @property
    def server(self) -> Server:
        """The server, as of the last `learn`."""
        return self._transacting.server

    async def run(self, name: str, given: Any, me: Caller) -> Any:
        """Run a command and return its result; raises a `Refusal`."""
        try:
            command = self._features.commands.get(name)
            if command is None:
                self.sessions.note(me)
                raise UnknownCommand(command=name[:100])
            p = await self._admit(command, given, me)
            if question := self._asked(command, me):
                await self._judge.require(question.kind, me, await self.lookup(lambda db: question.about(db, me, p)))
            result = await self._do(command, p, me)
        except Refusal as refusal:
            self._note(refusal, name, me)
            raise
        self.outcomes[name, OK] += 1
        return result

    def begin(self, name: str, given: Any, me: Caller, done: Done) -> bool:
        """Begin a command without a task, if it is a change whose parameters are parsed quickly; return whether it is.

        This is how almost every command of a socket runs, because a task and a future would add an eighth to its cost.
        ``done`` is called with its result and its error; a `Refusal` is raised if there is one at once.
        """
        command = self._features.commands.get(name)
        if command is None or command.kind != "change" or self._asked(command, me) or weight(command, given):
            return False
        try:
            self._count(command.rate, me)
            p = self._parsed(command, given, me)
            self._db.writer.submit(*self._writing(command, p, me), partial(self._done, done, name, me), self._ahead(me))
        except Refusal as refusal:
            self._note(refusal, name, me)
            raise
        return True

    def _asked(self, command: Command[Any], me: Caller) -> Question | None:
        """Return a command's question if the application wants to be asked; it is not asked about itself."""
        question = command.question
        return question if question and not me.host and question.kind in self._judge.decides else None

    def admit(self, name: str, rate: str, me: Caller, weight: int) -> None:
        """Count an event of the application's own as ``weight`` commands; raises a `Refusal`, also to service keys."""
        self._count(rate, me, weight)
        if me.scope:
            scopes.require(me.scope, name, None)

    def _done(self, done: Done, name: str, me: Caller, outcome: Outcome[Any] | None, error: Exception | None) -> None:
        if isinstance(error, Refusal):
            self._note(error, name, me)
        elif error is None:
            self.outcomes[name, OK] += 1
        done(outcome.result if outcome else None, error)

    def _note(self, refusal: Refusal, name: str, me: Caller) -> None:
        known = name if name in self.names else ""
        self.outcomes[known, refusal.code] += 1
        with trace.of(command=known):
            self._tally.note(logging.INFO, f"command refused: {refusal.code}", repr(me.username))

    async def change(self, work: Callable[[Act], R], me: Caller, *locks: str) -> R:
        """Run ``work`` as a change, no command; those of one name or address come one after the other at all nodes."""
        locked = locks if me.host else (*locks, *filter(None, (me.username, me.network)))
        run = self._transacting.change(work, me, locked)
        return (await self._db.writer.change(run, lambda _: locked, me.whom)).result

    async def lookup(self, query: Callable[[Connection], R]) -> R:
        """Run a query that is not a command and finds a few rows by index."""
        return await self._db.reader.lookup(query)

    async def scan(self, query: Callable[[Connection], R]) -> R:
        """Run a query that reads whole tables, on a thread that no lookup waits for."""
        return await self._db.reader.read(query)

    def asking(self, db: Connection) -> Act:
        """Return what a query gets that no person asked for."""
        return self._transacting.asking(NOBODY, db)

    async def renew(self) -> None:
        """Read again what the database knows of itself, which other processes may have changed."""
        if found := await self.lookup(facts.find):
            self.learn(found)

    async def _committed(self, outcomes: Sequence[Outcome[Any]]) -> None:
        """Log and broadcast what was committed, in commit order, and wake the job runner."""
        events: list[Event] = []
        queued = False
        for outcome in outcomes:
            for line in outcome.noted:
                outcome.context.run(log.info, line)  # a kind of its own, so that none is left out
            events += outcome.events
            if outcome.ended:  # again: a handshake may have found one before the commit
                self.sessions.end(outcome.ended)
            queued |= outcome.queued
        await self._broadcast.publish(events)
        if queued:
            self._wakeup.wake()

    async def _do(self, command: Command[P], p: P, me: Caller) -> Any:
        if command.kind == "live":
            if me.scope:
                scopes.require_room(me.scope, None)
            await second_factors.demand(self, me, command.lacking)
            self.sessions.require(me)
            command.may(me, p)
            return await command.body(me, p)
        if command.aligned and command.aligned(p):
            await self._broadcast.alignment.align(me.username)
        if (command.opens or command.closes) and me.sid:
            return await self._moving(command, p, me, me.sid)
        if command.kind == "query":
            return await self._ask(command, p, me)
        return (await self._db.writer.change(*self._writing(command, p, me), self._ahead(me))).result

    async def _ask(self, command: Command[P], p: P, me: Caller) -> Any:
        async with Turn(self._slots.of(me.whom), partial(self._charges.time, command, me)) as turn:
            query = turn.timed(partial(self._transacting.query, command, p, me))
            outcome = await self._db.reader.read(query, turn.last)
        await self._emit(outcome.signals, me)
        return outcome.result

    async def _moving(self, command: Command[P], p: P, me: Caller, sid: str) -> Any:
        """Run a query that opens or closes a thread on the caller's socket.

        The socket receives changes before the page is read, so that none is missing between them. The permission is
        asked again then: the caller may have been removed meanwhile, and their sockets aligned too early for this one.
        """
        admitted, act = self._transacting.admitted, self._transacting.act
        thread: str = await self._db.reader.read(lambda db: admitted(command, act(me, db), p).room)
        if not command.opens:
            await self._broadcast.alignment.close(sid, thread, me.username)
            return await self._ask(command, p, me)
        try:
            await self._broadcast.alignment.open(sid, thread, me.username)
            return await self._ask(command, p, me)
        except BaseException:
            await self._broadcast.alignment.close(sid, thread, me.username)
            raise

    def _writing(
        self, command: Command[P], p: P, me: Caller
    ) -> tuple[Callable[[Connection], Outcome[Any]], Locks, str]:
        """Return what the writer needs of a command: its work, its locks, and whom it is for."""
        locks = partial(self._transacting.locks, command, p, me)
        return self._transacting.command(command, p, me), locks, me.whom

    def _ahead(self, me: Caller) -> Ahead:
        """Return what is read ahead for a command: standings in the rooms that it changes, what listeners ask."""
        return lambda changed: chain(standing.standings(me.username, changed), self._features.asks)

    def _count(self, rate: str, me: Caller, weight: int = 1) -> None:
        """Count as many commands as ``weight``, each of a caller who is still there; raises a `Refusal`."""
        self.sessions.note(me)
        self._charges.spend(rate, me, weight)

    async def _admit(self, command: Command[P], given: Any, me: Caller) -> P:
        """Count a command, and parse its parameters; many names are slow, and wait for the caller's turn."""
        work = weight(command, given)
        self._count(command.rate, me, work.commands if work else 1)
        if work is None or work.characters <= ON_LOOP:
            return self._parsed(command, given, me)
        async with self._slots.of(me.whom):
            return await asyncio.to_thread(self._parsed, command, given, me)

    def _parsed(self, command: Command[P], given: Any, me: Caller) -> P:
        if me.scope:
            scopes.require(me.scope, command.name, command.scope)
        p = parse(command, given)
        if command.cost:
            self._charges.charge(command, me, command.cost(p) - 1)
        return p

    async def _emit(self, signals: list[Signal], me: Caller) -> None:
        if passed := list(filter(self._rates.passes, signals)):
            self._charges.events(passed, me)
            await self._broadcast.publish(passed)
