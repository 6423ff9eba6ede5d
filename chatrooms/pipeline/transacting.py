"""What runs in a transaction, on the threads of the writer and the readers: the permission, the body, the listeners."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection

from chatrooms import names
from chatrooms.events import Align, End, Event, Signal
from chatrooms.pipeline import ended_threads, scopes, second_factors
from chatrooms.pipeline.act import NO_SERVER, Act, Caller
from chatrooms.pipeline.addressing import MOVING
from chatrooms.pipeline.changes import Changes
from chatrooms.pipeline.charges import Charges
from chatrooms.pipeline.commands import Command, Params
from chatrooms.pipeline.feature import Features
from chatrooms.pipeline.rates import Attempt, Rates
from chatrooms.pipeline.session_use import SessionUse
from chatrooms.storage import ahead

P = TypeVar("P", bound=Params)
R = TypeVar("R")

KEEPING = frozenset({"messages", "reads"})
"""The tables that decide nobody's standing in a room (see `storage.ahead`)."""


class NotRepeatable(Exception):
    """A repeatable query emitted signals, which would be emitted again with it: a mistake in its declaration."""


@dataclass(slots=True)
class Outcome(Generic[R]):
    """The outcome of a command.

    Of its ``events``, those that move sockets come before the change that moved them. ``ended`` are the sessions, and
    the people, whose commands are rejected from now on. ``noted`` is what the log gets, in the ``context`` in which it
    was asked for.
    """

    result: R
    events: list[Event]
    signals: list[Signal]
    ended: list[str]
    queued: bool
    noted: list[str]
    context: Context = field(default_factory=Context)


class Work(Generic[R]):
    """Work for the writer, which may run it again after undoing what it did, then also what rates counted.

    Sessions that it ended go on until it has ended them again.
    """

    __slots__ = ("_attempt", "_context", "_ended", "_rates", "_run", "_sessions")

    def __init__(self, run: Callable[[Connection, Rates], Outcome[R]], rates: Rates, sessions: SessionUse) -> None:
        self._run, self._rates, self._sessions = run, rates, sessions
        self._context = copy_context()
        self._attempt: Attempt | None = None
        self._ended: Sequence[str] = ()

    def __call__(self, db: Connection) -> Outcome[R]:
        """Do it, on the writer's thread."""
        if self._attempt:
            self._attempt.undo()
        for session in self._ended:
            self._sessions.find_again(session, self._sessions.now())
        self._attempt = Attempt(self._rates)
        outcome = self._run(db, self._attempt)
        outcome.context = self._context
        self._ended = outcome.ended
        return outcome


class Transacting:
    """Runs commands and other changes; ``server`` is what they get as theirs."""

    def __init__(
        self, features: Features, charges: Charges, sessions: SessionUse, rates: Rates, uncounted: Rates
    ) -> None:
        self._features, self._charges, self._sessions = features, charges, sessions
        self._rates, self._uncounted = rates, uncounted
        self.server = NO_SERVER

    def query(self, command: Command[P], p: P, me: Caller, db: Connection) -> Outcome[Any]:
        """Run a command that reads; raises `Unauthorized` if the caller's session was ended while it waited."""
        self._sessions.require(me)
        act = self.act(me, db)
        outcome = self._finish(act, command.body(act, p, self.admitted(command, act, p)))
        if command.repeatable and outcome.signals:
            raise NotRepeatable(command.name)
        return outcome

    def command(self, command: Command[P], p: P, me: Caller) -> Work[Any]:
        """Return the writer's work for a command; raises `RateLimited` if its broadcast exceeds the caller's rate."""
        return self._work(partial(self._command, command, p, me))

    def locks(self, command: Command[P], p: P, me: Caller, db: Connection) -> Iterable[str]:
        """Return the locks of a command; raises what they do, but not to people who lack a second factor."""
        self._require_factor(command, me, db)
        return command.locks(db, me, p)

    def change(self, work: Callable[[Act], R], me: Caller, locked: Collection[str]) -> Work[R]:
        """Return the writer's work for a change that is not a command."""
        return self._work(partial(self._change, work, me, locked))

    def act(self, me: Caller, db: Connection, rates: Rates | None = None) -> Act:
        """Return what a body gets."""
        return Act(me, db, Changes(db), rates or self._rates, self.server)

    def admitted(self, command: Command[P], act: Act, p: P) -> Any:
        """Return what the permission of a command without locks returns; raises a `Refusal`."""
        self._require_factor(command, act.me, act.db)
        return allowed(command, act, p)

    def _require_factor(self, command: Command[P], me: Caller, db: Connection) -> None:
        if self.server.second_factor != "nobody":
            second_factors.require(db, me, self.server.second_factor, command.lacking)

    def asking(self, me: Caller, db: Connection) -> Act:
        """Return what a query gets that counts in no rate."""
        return self.act(me, db, self._uncounted)

    def _work(self, run: Callable[[Connection, Rates], Outcome[R]]) -> Work[R]:
        return Work(run, self._rates, self._sessions)

    def _command(self, command: Command[P], p: P, me: Caller, db: Connection, rates: Rates) -> Outcome[Any]:
        self._sessions.require(me)
        act = self.act(me, db, rates)
        act.changes.locked = set(self.locks(command, p, me, db))
        outcome = self._finish(act, command.body(act, p, allowed(command, act, p)))
        self._charges.events([*act.changes.by_room.values(), *act.signals, *act.deferred], me, rates)
        return outcome

    def _change(
        self, work: Callable[[Act], R], me: Caller, locked: Collection[str], db: Connection, rates: Rates
    ) -> Outcome[R]:
        if me.session is not None:  # others may be signing in, and are not known by then
            self._sessions.require(me)
        act = self.act(me, db, rates)
        act.changes.locked = locked
        return self._finish(act, work(act))

    def _finish(self, act: Act, result: R) -> Outcome[R]:
        """Return the outcome of what was done, after the listeners have seen it."""
        self._features.listen(act)
        changes = list(act.changes.by_room.values())
        ended = [*act.ended, *act.barred]
        if ended:
            self._sessions.end(ended)
        tables = act.changes.tables
        if tables and tables <= KEEPING:
            ahead.keep(act.db)
        events: list[Event] = [*changes, *act.signals]
        if ended or not tables.isdisjoint(MOVING):
            events[:0] = _moves(act)
        return Outcome(result, events, act.signals, ended, act.queued, act.noted)


def _moves(act: Act) -> Iterator[Align | End]:
    """Yield what moves sockets, which comes before the changes by which they move."""
    for username in act.barred:
        yield End(username, at_once=True, bars=True)
    for session in act.ended:
        yield End(names.session(session))
    for change in act.changes.by_room.values():
        if not MOVING.isdisjoint(change.rows):
            yield Align(change.room)


def allowed(command: Command[P], act: Act, p: P) -> Any:
    """Return what the permission of a command returns; raises a `Refusal`.

    Also if the caller's key is not for it, or the thread in which it would add something has ended.
    """
    found = command.may(act, p)
    if act.me.scope and not command.scoped:
        scopes.require_room(act.me.scope, found)
    if not command.works_after_end and getattr(found, "ended", True):  # most permissions know that it has not
        ended_threads.require_not(act.db, found, p)
    return found
