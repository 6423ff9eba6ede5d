"""How a command is declared: its name, parameters, permission, locks, rate and body, once for both doors.

Each thing that a person or a program can do is a function of an `Act`, its parameters and what its permission found::

    @query("room.members", may=access.member)
    def page(act: Act, p: Page, here: Here) -> ManyMembers: ...

A body cannot run without its permission. The signature is the contract: the doors, OpenAPI, AsyncAPI, the TypeScript
types and the Python client are made from it. A decorator only marks: a command exists in a chat whose list of features
names it.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, Protocol, TypeVar, get_args, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import Connection

from chatrooms import clock, names
from chatrooms.errors import Invalid
from chatrooms.events import Signal
from chatrooms.pipeline import weights
from chatrooms.pipeline.broadcast import Broadcast
from chatrooms.pipeline.changes import Changes
from chatrooms.pipeline.rates import Rates

P = TypeVar("P", bound="Params")
F = TypeVar("F")
R = TypeVar("R")
S = TypeVar("S", bound="Stranger")
Rate = Literal["join", "post", "create", "signal", "other"]


class Params(BaseModel):
    """The parameters of a command; unknown ones are rejected."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


@dataclass(frozen=True)
class Caller:
    """Who runs a command: a person, on the socket ``sid`` if they use one, or the host application itself.

    ``network`` is the address that limits count by (`Handshake.network`), empty where there is none. ``new_token`` is a
    token that proves them and that their client does not know yet.
    """

    username: str
    sid: str | None = None
    session: str | None = None
    host: bool = False
    network: str = ""
    new_token: str | None = field(default=None, repr=False)


APPLICATION = Caller(names.APPLICATION, host=True)
"""The application itself, which may do anything."""


class Stranger(Protocol):
    """Somebody whom an entry serves before it is known who they are."""

    @property
    def network(self) -> str:
        """The address that limits count by."""


@dataclass(frozen=True)
class Part:
    """Something that a feature hangs on messages, such as their reactions.

    ``load`` gives the values by the ids of messages, those that are ``empty`` left out. ``type`` and ``doc`` are for
    the documents.
    """

    name: str
    type: Any
    doc: str
    empty: Any
    load: Callable[[Connection, Sequence[str]], Mapping[str, Any]]


@dataclass
class Act:
    """A command being carried out: by whom, when, in which transaction, and what comes of it.

    ``ended`` are ids of sessions whose sockets are disconnected; ``queued`` says that a job was enqueued.
    """

    me: Caller
    db: Connection
    changes: Changes
    rates: Rates
    lobby: str
    parts: Sequence[Part] = ()
    now: str = field(default_factory=clock.now)
    signals: list[Signal] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    queued: bool = False


@dataclass(frozen=True)
class Command(Generic[P]):
    """One declared command.

    ``kind`` says where its body runs: ``change`` on the writer's thread, ``query`` on a reader's, ``live`` as a
    coroutine of the event loop that touches sockets only, ``entry`` as a coroutine for somebody who is not known yet.
    Before an ``aligned`` one the caller's sockets are aligned. It counts against its ``rate`` as many times as ``cost``
    says, once if that is None, and more if parsing its ``names`` (see `weights`) takes long.
    """

    name: str
    kind: Literal["change", "query", "live", "entry"]
    params: type[P]
    result: Any
    may: Callable[..., Any]
    body: Callable[..., Any]
    locks: Callable[[Connection, Caller, P], Iterable[str]]
    rate: Rate
    cost: Callable[[P], int] | None
    names: tuple[tuple[str, int], ...]
    aligned: bool = False

    @property
    def doc(self) -> str:
        """What it does, for the documents."""
        return inspect.getdoc(self.body) or ""


def change(
    name: str,
    *,
    may: Callable[[Act, Any], F],
    locks: Callable[[Connection, Caller, Any], Iterable[str]],
    rate: Rate = "other",
    cost: Callable[[Any], int] | None = None,
) -> Callable[[Callable[[Act, P, F], R]], Command[P]]:
    """Declare a command that writes; ``locks`` gives all rooms that it may change. It cannot change any other."""

    def declare(body: Callable[[Act, P, F], R]) -> Command[P]:
        return _declared(name, "change", may, body, locks, rate, cost)

    return declare


def query(
    name: str,
    *,
    may: Callable[[Act, Any], F],
    rate: Rate = "other",
    cost: Callable[[Any], int] | None = None,
    aligned: bool = False,
) -> Callable[[Callable[[Act, P, F], R]], Command[P]]:
    """Declare a command that reads, and may emit signals."""

    def declare(body: Callable[[Act, P, F], R]) -> Command[P]:
        return _declared(name, "query", may, body, _no_room, rate, cost, aligned=aligned)

    return declare


def live(
    name: str, *, may: Callable[[Caller, Any], None], rate: Rate = "other"
) -> Callable[[Callable[[Broadcast, Caller, P], Awaitable[R]]], Command[P]]:
    """Declare a coroutine function that concerns only who is connected now."""

    def declare(body: Callable[[Broadcast, Caller, P], Awaitable[R]]) -> Command[P]:
        return _declared(name, "live", may, body, _no_room, rate)

    return declare


def entry(
    name: str, *, may: Callable[[S, Any], None], rate: Rate = "other"
) -> Callable[[Callable[[S, P], Awaitable[R]]], Command[P]]:
    """Declare a coroutine function that runs before there is a caller, such as joining; it may set cookies.

    It serves the HTTP door alone: a socket has proved who it is. Its rate counts by network address.
    """

    def declare(body: Callable[[S, P], Awaitable[R]]) -> Command[P]:
        return _declared(name, "entry", may, body, _no_room, rate)

    return declare


def _declared(  # noqa: PLR0917 - the fields of Command, in order
    name: str, kind: Any, may: Any, body: Any, locks: Any, rate: Rate, cost: Any = None, *, aligned: bool = False
) -> Command[Any]:
    hints = get_type_hints(body)
    if rate not in get_args(Rate):
        raise ValueError(f"{name} has an unknown rate: {rate}")
    named = weights.named(hints["p"])
    return Command(name, kind, hints["p"], hints["return"], may, body, locks, rate, cost, named, aligned)


def _no_room(_db: Connection, _me: Caller, _p: Params) -> Iterable[str]:
    return ()


_SENTENCES = {
    "string_too_long": "At most {max_length} characters are allowed.",
    "string_too_short": "This cannot be empty.",
    "string_pattern_mismatch": "Text cannot be blank or contain control characters.",
}
"""For people, who meet these in forms; the other kinds are for programmers, in pydantic's words."""


def invalid(error: ValidationError) -> Invalid:
    """Return a pydantic error as our refusal, of its first field."""
    first = error.errors(include_url=False, include_input=False)[0]
    context = first.get("ctx", {})
    sentence = _SENTENCES.get(first["type"])
    reason = sentence.format(**context) if sentence else str(context.get("error") or first["msg"])
    return Invalid(reason, field=".".join(str(part) for part in first["loc"]))
