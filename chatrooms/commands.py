"""The ``@command`` registry and the one pipe: parse, lock rooms, may?, do, commit, tell.

Each thing that a person or a program can do is declared once, as a function of an `Act` and its parameters. Its
signature is the contract: the doors, OpenAPI and AsyncAPI are made from it.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable, Container, Iterable, Sequence
from dataclasses import InitVar, dataclass, field
from typing import Any, Generic, Literal, TypeVar, get_args, get_type_hints
from weakref import WeakValueDictionary

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import Connection

from chatrooms import clock, names, weights
from chatrooms.changes import Changes
from chatrooms.db import Database
from chatrooms.errors import Invalid, Refusal, UnknownCommand
from chatrooms.live import Live, Signal
from chatrooms.rates import Rates
from chatrooms.wire.tally import Tally

P = TypeVar("P", bound="Params")
R = TypeVar("R")
Rate = Literal["post", "create", "signal", "other"]

log = logging.getLogger(__name__)


ON_LOOP = 200
"""Characters of names that are mapped on the event loop, which takes at most a millisecond."""


AT_ONCE = 2
"""Queries of one network address, or of one person without, that are worked on at the same time."""


class Params(BaseModel):
    """The parameters of a command; what is not declared is refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    @property
    def weight(self) -> int:
        """How many times it counts against its rate."""
        return 1


@dataclass(frozen=True)
class Caller:
    """Who runs a command: a person, on the socket ``sid`` if they use one, or the host application itself.

    ``network`` is the address that limits count by (`Handshake.network`), empty where there is none.
    """

    username: str
    sid: str | None = None
    session: str | None = None
    host: bool = False
    network: str = ""


@dataclass
class Act:
    """A command being carried out: by whom, when, over which connection, and what comes of it."""

    me: Caller
    db: Connection
    lobby: str
    rates: Rates
    locked: InitVar[Container[str]] = ()
    now: str = field(default_factory=clock.now)
    signals: list[Signal] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)

    def __post_init__(self, locked: Container[str]) -> None:
        self.changes = Changes(self.db, locked)


@dataclass(frozen=True)
class Command(Generic[P]):
    """One declared command.

    ``kind`` says where its body runs: ``change`` on the writer's thread, ``query`` on a reader's, ``live`` as a
    coroutine of the event loop that touches sockets only. Before an ``aligned`` one the caller's sockets are aligned.
    """

    name: str
    kind: Literal["change", "query", "live"]
    params: type[P]
    result: Any
    body: Callable[..., Any]
    locks: Callable[[Connection, Caller, P], Iterable[str]]
    rate: Rate
    aligned: bool = False

    @property
    def doc(self) -> str:
        """What it does, for the documents."""
        return inspect.getdoc(self.body) or ""

    def parse(self, given: Any) -> P:
        """The parameters in ``given``; raises `Invalid` naming the first field that is not right."""
        if not isinstance(given, dict):
            raise Invalid("The parameters have to be one object.", field="")
        for name in given:
            if name not in self.params.model_fields:
                raise Invalid("There is no such parameter.", field=str(name)[:100])
        try:
            return self.params.model_validate(given)
        except ValidationError as error:
            raise invalid(error) from None


REGISTRY: dict[str, Command[Any]] = {}

Body = TypeVar("Body", bound=Callable[..., Any])


def change(
    name: str, locks: Callable[[Connection, Caller, Any], Iterable[str]], rate: Rate = "other"
) -> Callable[[Body], Body]:
    """Declare a command that writes; ``locks`` names all rooms that it may change. It cannot change any other."""
    return _declare(name, "change", locks, rate)


def query(name: str, rate: Rate = "other", *, aligned: bool = False) -> Callable[[Body], Body]:
    """Declare a command that reads, and may send signals."""
    return _declare(name, "query", _nothing, rate, aligned=aligned)


def live(name: str, rate: Rate = "other") -> Callable[[Body], Body]:
    """Declare a coroutine of ``(live, caller, params)`` that concerns only who is connected now."""
    return _declare(name, "live", _nothing, rate)


def _declare(name: str, kind: Any, locks: Any, rate: Rate, *, aligned: bool = False) -> Callable[[Body], Body]:
    def register(body: Body) -> Body:
        if name in REGISTRY:
            raise ValueError(f"there are two commands named {name}")
        if rate not in get_args(Rate):
            raise ValueError(f"{name}: there is no rate {rate}, but {', '.join(get_args(Rate))}")
        hints = get_type_hints(body)
        result = hints.pop("return")
        REGISTRY[name] = Command(name, kind, hints["p"], result, body, locks, rate, aligned)
        return body

    return register


def _nothing(_db: Connection, _me: Caller, _p: Params) -> Iterable[str]:
    return ()


_SENTENCES = {
    "string_too_long": "That has at most {max_length} characters.",
    "string_too_short": "That has at least {min_length} characters.",
}
"""For people, who come upon these in forms; the other kinds are for programmers, in pydantic's words."""


def invalid(error: ValidationError) -> Invalid:
    """A pydantic error as our refusal, of its first field."""
    first = error.errors(include_url=False, include_input=False)[0]
    context = first.get("ctx", {})
    sentence = _SENTENCES.get(first["type"])
    reason = sentence.format(**context) if sentence else str(context.get("error") or first["msg"])
    return Invalid(reason, field=".".join(str(part) for part in first["loc"]))


@dataclass
class Outcome(Generic[R]):
    """What came of a command that was carried out."""

    result: R
    changes: Changes
    signals: list[Signal]
    ended: list[str]


class Pipe:
    """The one way from a door to the database and back to everybody who may hear of it."""

    def __init__(self, db: Database, live: Live, rates: Rates, lobby: str) -> None:
        self._db, self._live, self._rates, self._lobby = db, live, rates, lobby
        self._tally = Tally(log)
        self._turns: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def run(self, name: str, given: Any, me: Caller) -> Any:
        """Carry out a command; returns its result, raises a `Refusal`."""
        try:
            return await self._run(name, given, me)
        except Refusal as refusal:
            self._tally.note(logging.INFO, f"command refused: {refusal.code}")
            raise

    async def _run(self, name: str, given: Any, me: Caller) -> Any:
        command = REGISTRY.get(name)
        if command is None:
            raise UnknownCommand(command=name[:100])
        weight = weights.weigh(command.params, given)
        self._spend(command.rate, me, weight.commands)
        if weight.characters <= ON_LOOP:
            p = command.parse(given)
        else:
            async with self._turn(me):
                p = await asyncio.to_thread(command.parse, given)
        if p.weight > 1 and not me.host:
            self._rates.charge(command.rate, me.username, me.network, p.weight - 1)
        return await self._do(command, p, me)

    async def change(self, work: Callable[[Act], R], me: Caller, *locks: str) -> R:
        """Carry out ``work`` as a change that is no command, such as a first join."""
        return (await self._db.change(lambda db: self._act(work, me, db, locks), lambda _: locks)).result

    async def lookup(self, query: Callable[[Connection], R]) -> R:
        """What a query finds that is no command, such as whose a token is: a few rows by index."""
        return await self._db.lookup(query)

    async def committed(self, outcomes: Sequence[Outcome[Any]]) -> None:
        """Tell what was committed, in the order in which it was."""
        for outcome in outcomes:
            for session in outcome.ended:
                self._live.close(names.session(session))
        await self._live.tell(outcome.changes for outcome in outcomes)
        for outcome in outcomes:
            await self._live.signal(outcome.signals)

    async def _do(self, command: Command[P], p: P, me: Caller) -> Any:
        if command.kind == "live":
            body: Callable[..., Awaitable[Any]] = command.body
            return await body(self._live, me, p)

        def work(act: Act) -> Any:
            return command.body(act, p)

        if command.aligned:
            await self._live.align(me.username)
        if command.kind == "query":
            async with self._turn(me):
                outcome = await self._db.read(lambda db: self._act(work, me, db))
            await self._pass_on(outcome.signals, me)
            return outcome.result
        locked: set[str] = set()

        def locks(db: Connection) -> set[str]:
            locked.update(command.locks(db, me, p))
            return locked

        outcome = await self._db.change(lambda db: self._broadcast(work, me, db, locked), locks)
        return outcome.result

    def _turn(self, me: Caller) -> asyncio.Semaphore:
        """What makes those of one address wait for each other instead of making everybody else wait."""
        return self._turns.setdefault(me.network or me.username, asyncio.Semaphore(AT_ONCE))

    def _spend(self, rate: str, me: Caller, weight: int) -> None:
        if not me.host:
            self._rates.spend(rate, me.username, me.network, weight)

    async def _pass_on(self, signals: list[Signal], me: Caller) -> None:
        passed = list(filter(self._rates.passes_on, signals))
        if passed:
            self._spend("broadcast", me, sum(map(self._live.kilobytes_of_signal, passed)))
            await self._live.signal(passed)

    def _broadcast(self, work: Callable[[Act], R], me: Caller, db: Connection, locked: Container[str]) -> Outcome[R]:
        """What comes of ``work``, if the caller may send so much to so many; on the writer's thread."""
        outcome = self._act(work, me, db, locked)
        if not me.host:
            kilobytes = sum(map(self._live.kilobytes, outcome.changes))
            kilobytes += sum(map(self._live.kilobytes_of_signal, outcome.signals))
            self._spend("broadcast", me, kilobytes)
        return outcome

    def _act(
        self, work: Callable[[Act], R], me: Caller, db: Connection, locked: Container[str] = frozenset()
    ) -> Outcome[R]:
        act = Act(me, db, self._lobby, self._rates, locked)
        return Outcome(work(act), act.changes, act.signals, act.ended)
