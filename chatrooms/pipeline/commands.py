"""How a command is declared, once for HTTP and Socket.IO: its name, parameters, permission, locks, rate and body.

A command's body is a function of an `Act`, the parameters, and the result of the permission::

    @query("room.members", may=access.member)
    def page(act: Act, p: FindMembers, here: Here) -> MemberPage: ...

The body cannot run without its permission. The OpenAPI and AsyncAPI documents, the TypeScript types and the Python
client are generated from the signature. The decorators register nothing: a chat has the commands of its features.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, Literal, Protocol, TypeVar, get_type_hints

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection

from chatrooms.pipeline import weights
from chatrooms.pipeline.act import Act, Caller
from chatrooms.pipeline.questions import Question
from chatrooms.pipeline.scopes import Group
from chatrooms.pipeline.second_factors import Lacking
from chatrooms.settings import RATES

P = TypeVar("P", bound="Params")
C = TypeVar("C")
F = TypeVar("F")
R = TypeVar("R")
S = TypeVar("S", bound="Stranger")


class Params(BaseModel):
    """The parameters of a command; unknown ones are rejected.

    Their validators are built when a command is first parsed (see `parsing`), because a chat needs few of them.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


class Stranger(Protocol):
    """The unidentified caller of an entry."""

    @property
    def network(self) -> str:
        """The address that limits count by."""

    @property
    def address(self) -> str:
        """The address, for the log."""


@dataclass(frozen=True)
class Command(Generic[P]):
    """A declared command.

    ``kind`` decides where the body runs: ``change`` on the writer's thread, ``query`` on a reader's, ``live`` as a
    coroutine on the event loop, ``entry`` as a coroutine for an unidentified caller.
    The caller's sockets are aligned before a command if ``aligned`` is true of its parameters. Before the body of one
    that ``opens``, the caller's socket begins to receive the changes of the thread that the permission returned, and
    before that of one that ``closes``, it no longer does. It counts against its ``rate`` as many times as ``cost``
    returns, once if that is None, and more if parsing its ``names`` (see `weights`) takes long.
    A client may run a ``repeatable`` command again when the response was lost; of those that have effects, each
    declares whether it is. ``method`` is its method in the Python client; if empty, the last word of its name. Service
    keys can have those with a ``scope``; one for some rooms has those alone whose permission returns what is in a room,
    or that are ``scoped``: they heed it themselves. In a thread that has ended, those work that read, and those with
    ``after_end`` (see `ended_threads`). The application may answer the ``question`` of a command before it runs.
    ``lacking`` says whether it runs for people who lack a second factor that they need (see `second_factors`).
    """

    name: str
    kind: Literal["change", "query", "live", "entry"]
    params: type[P]
    result: Any
    may: Callable[..., Any]
    body: Callable[..., Any]
    locks: Callable[[Connection, Caller, P], Iterable[str]]
    rate: str
    cost: Callable[[P], int] | None
    names: tuple[tuple[str, int], ...]
    aligned: Callable[[P], bool] | None = None
    opens: bool = False
    closes: bool = False
    repeatable: bool = False
    method: str = ""
    scope: Group | None = None
    scoped: bool = False
    after_end: bool = False
    question: Question | None = None
    lacking: Lacking = "nothing"

    @cached_property
    def works_after_end(self) -> bool:
        """Return whether it adds nothing to a thread."""
        return self.after_end or (self.kind == "query" and self.repeatable)

    @property
    def doc(self) -> str:
        """Return the description for the documentation."""
        return inspect.getdoc(self.body) or ""


def change(
    name: str,
    *,
    may: Callable[[Act, Any], F],
    locks: Callable[[Connection, Caller, Any], Iterable[str]],
    repeatable: bool,
    rate: str = "other",
    cost: Callable[[Any], int] | None = None,
    method: str = "",
    scope: Group | None = None,
    scoped: bool = False,
    after_end: bool = False,
    question: Question | None = None,
) -> Callable[[Callable[[Act, P, F], R]], Command[P]]:
    """Declare a command that writes, and say whether clients may run it again.

    ``locks`` returns all rooms that it may change; changing another raises.
    """

    def declare(body: Callable[[Act, P, F], R]) -> Command[P]:
        how: Any = {"repeatable": repeatable, "method": method, "scope": scope, "scoped": scoped}
        how |= {"after_end": after_end, "question": question}
        return _declared(name, "change", may, body, locks, rate, cost, **how)

    return declare


def query(
    name: str,
    *,
    may: Callable[[Act, Any], F],
    rate: str = "other",
    cost: Callable[[Any], int] | None = None,
    aligned: Callable[[Any], bool] | None = None,
    opens: bool = False,
    closes: bool = False,
    repeatable: bool = True,
    method: str = "",
    scope: Group | None = None,
    scoped: bool = False,
    question: Question | None = None,
    lacking: Lacking = "nothing",
) -> Callable[[Callable[[Act, P, F], R]], Command[P]]:
    """Declare a command that reads, and may emit signals if it is not ``repeatable``."""

    def declare(body: Callable[[Act, P, F], R]) -> Command[P]:
        how: Any = {"aligned": aligned, "opens": opens, "closes": closes, "repeatable": repeatable, "method": method}
        how |= {"scope": scope, "scoped": scoped, "question": question, "lacking": lacking}
        return _declared(name, "query", may, body, _nothing, rate, cost, **how)

    return declare


def live(
    name: str,
    *,
    may: Callable[[Caller, Any], None],
    repeatable: bool,
    rate: str = "other",
    method: str = "",
    scope: Group | None = None,
    lacking: Lacking = "nothing",
) -> Callable[[Callable[[C, Caller, P], Awaitable[R]]], Command[P]]:
    """Declare a coroutine function for what sockets or slow work need; it gets its feature's ``component``."""

    def declare(body: Callable[[C, Caller, P], Awaitable[R]]) -> Command[P]:
        how: Any = {"repeatable": repeatable, "method": method, "scope": scope, "lacking": lacking}
        return _declared(name, "live", may, body, _nothing, rate, **how)

    return declare


def entry(
    name: str, *, may: Callable[[S, Any], None], rate: str = "other"
) -> Callable[[Callable[..., Awaitable[Any]]], Command[Any]]:
    """Declare a coroutine function that runs before there is a caller, such as joining; it may set cookies.

    It serves the HTTP door alone, because a socket is identified when it connects. Its rate counts by network address.
    Its arguments are the caller and the parameters, after its feature's ``component`` if there is one.
    """

    def declare(body: Callable[..., Awaitable[Any]]) -> Command[Any]:
        return _declared(name, "entry", may, body, _nothing, rate)

    return declare


def _declared(  # noqa: PLR0917 - the fields of Command, in order
    name: str, kind: Any, may: Any, body: Any, locks: Any, rate: str, cost: Any = None, **how: Any
) -> Command[Any]:
    hints = get_type_hints(body)
    if rate not in RATES:
        raise ValueError(f"{name} has an unknown rate: {rate}")
    if missing := {"p", "return"} - hints.keys():
        raise ValueError(f"{name} needs type hints: its parameters are called `p`, and it lacks {sorted(missing)}")
    named = weights.named(hints["p"])
    return Command(name, kind, hints["p"], hints["return"], may, body, locks, rate, cost, named, **how)


def own_room(_db: Connection, me: Caller, _p: Any) -> Iterable[str]:
    """Lock the caller's own room: for what only they receive, and for what is theirs and in no room, as sessions.

    So one node at a time changes it.
    """
    return (me.username,)


def _nothing(_db: Connection, _me: Caller, _p: Any) -> Iterable[str]:
    """Lock nothing, because nothing is changed."""
    return ()
