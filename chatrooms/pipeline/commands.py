"""How a command is declared, once for HTTP and Socket.IO: its name, parameters, permission, locks, rate and body.

A command's body is a function of an `Act`, the parameters, and the result of the permission::

    @query("room.members", may=access.member)
    def page(act: Act, p: FindMembers, here: Here) -> MemberPage: ...

The body cannot run without its permission. The OpenAPI and AsyncAPI documents, the TypeScript types and the Python
client are generated from the signature. The decorators register nothing: a chat has the commands of its features.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, Protocol, TypeVar, get_type_hints

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, Select

from chatrooms import clock, names
from chatrooms.events import Change, Signal
from chatrooms.pipeline import weights
from chatrooms.pipeline.changes import Changes
from chatrooms.pipeline.rates import Rates
from chatrooms.pipeline.scopes import Group, Scope
from chatrooms.pipeline.signing_up import SignUp
from chatrooms.settings import RATES, Settings
from chatrooms.storage.ahead import Foreseen
from chatrooms.storage.rows import Message

P = TypeVar("P", bound="Params")
C = TypeVar("C")
F = TypeVar("F")
R = TypeVar("R")
S = TypeVar("S", bound="Stranger")


DEFAULTS = Settings.model_construct()
"""Settings without those of this machine."""


class Params(BaseModel):
    """The parameters of a command; unknown ones are rejected."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


@dataclass(frozen=True)
class Caller:
    """The caller of a command: a person, with their socket ``sid`` if they use one, or the host application.

    ``network`` is the address that rates count by (`Handshake.network`), or empty. ``new_token`` is a token that proves
    them and that their client does not know yet. ``scope`` is what a program's service key is for, whose id is the
    ``session`` then.
    """

    username: str
    sid: str | None = None
    session: str | None = None
    host: bool = False
    network: str = ""
    new_token: str | None = field(default=None, repr=False)
    scope: Scope | None = None


APPLICATION = Caller(names.APPLICATION, host=True)
"""The application itself, which may do anything."""


class Stranger(Protocol):
    """The unidentified caller of an entry."""

    @property
    def network(self) -> str:
        """The address that limits count by."""

    @property
    def address(self) -> str:
        """The address, for the log."""


@dataclass(frozen=True)
class Part:
    """A field that a feature adds to messages, such as when they were pinned.

    ``load`` returns the values by message id; messages without one get ``empty``, which must be immutable. ``store``
    runs whenever a message is posted, edited or deleted (its text is then None), and returns its value. ``mine``,
    which one part can have, returns by message id the emoji of a person's own reactions that the values do not show,
    which are the same for everyone; clients receive it beside the messages.
    ``found_by`` has what people can search for, such as ``is:pinned``, each with a function that returns a query for
    the ids of these messages, for a person. ``type`` and ``doc`` describe the field in the documentation. A deleted
    message keeps the value of one that ``survives``. Searches find the ``texts`` of a value. Before a text is posted
    or edited, ``allow`` gets its room and whether its author ``confirmed`` it, and may raise a `Refusal`.

    ``asks`` is the statement that `load` begins with, for the ``ids`` in a parameter (see `given.packed`): those of all
    parts are read together.

    If posting has a parameter of that name, ``given`` checks it, or raises a `Refusal`; what it returns then stores it
    with the message, and returns the value. A message with such a value needs no text.
    """

    name: str
    type: Any
    doc: str
    empty: Any
    load: Callable[[Connection, Sequence[str]], Mapping[str, Any]]
    store: Callable[[Connection, Message], Any] | None = None
    mine: Callable[[Connection, str, Sequence[Message]], Mapping[str, list[str]]] | None = None
    survives: bool = False
    found_by: Mapping[str, Callable[[str], Select[Any]]] = field(default_factory=dict)
    given: Callable[[Act, Any], Callable[[Message], Any]] | None = None
    allow: Callable[[Act, str, str, bool], None] | None = None
    asks: Foreseen | None = None
    texts: Callable[[Any], Iterable[str]] | None = None

    def __post_init__(self) -> None:
        hash(self.empty)  # all messages without a value share it


@dataclass
class Act:
    """A command while it runs: its caller, time and transaction, and what it changes and emits.

    ``parts`` are the fields that features add to messages, ``blank`` their values in a new message.
    ``server`` is the server's display name, ``epoch`` that of its database, ``limits`` are its settings,
    ``sign_up`` is how new people come in.
    ``online`` returns the usernames of the people who are online, if the chat knows.
    ``ended`` lists the ids of sessions whose sockets to disconnect, ``barred`` the people; ``queued`` is true once a
    job was enqueued.
    ``grantable`` are the commands, and groups of them, that service keys can have.
    ``deferred`` are changes that such a job will broadcast, which count against the caller's rate now.
    """

    me: Caller
    db: Connection
    changes: Changes
    rates: Rates
    lobby: str
    parts: Sequence[Part] = ()
    blank: Mapping[str, Any] = field(default_factory=dict)
    now: str = field(default_factory=clock.now)
    signals: list[Signal] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    barred: list[str] = field(default_factory=list)
    queued: bool = False
    deferred: list[Change] = field(default_factory=list)
    server: str = ""
    epoch: str = ""
    limits: Settings = DEFAULTS
    sign_up: SignUp = "open"
    online: Callable[[], Collection[str]] = frozenset
    grantable: Collection[str] = frozenset()


@dataclass(frozen=True)
class Command(Generic[P]):
    """A declared command.

    ``kind`` decides where the body runs: ``change`` on the writer's thread, ``query`` on a reader's, ``live`` as a
    coroutine on the event loop, ``entry`` as a coroutine for an unidentified caller.
    The caller's sockets are aligned before a command if ``aligned`` is true of its parameters. Before the body of one
    that ``opens``, the caller's socket begins to receive the changes of the thread that the permission returned, and
    before that of one that ``closes``, it no longer does. It counts against its ``rate`` as many times as ``cost``
    returns, once if that is None, and more if parsing its ``names`` (see `weights`) takes long.
    A client may run a ``repeatable`` command again when the response was lost. ``method`` is its method in the Python
    client; if empty, the last word of its name. Service keys can have those with a ``scope``; one for some rooms has
    those alone whose permission returns what is in a room, or that are ``scoped``: they heed it themselves.
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

    @property
    def doc(self) -> str:
        """Return the description for the documentation."""
        return inspect.getdoc(self.body) or ""


def change(
    name: str,
    *,
    may: Callable[[Act, Any], F],
    locks: Callable[[Connection, Caller, Any], Iterable[str]],
    rate: str = "other",
    cost: Callable[[Any], int] | None = None,
    repeatable: bool = False,
    method: str = "",
    scope: Group | None = None,
    scoped: bool = False,
) -> Callable[[Callable[[Act, P, F], R]], Command[P]]:
    """Declare a command that writes. ``locks`` returns all rooms that it may change; changing another raises."""

    def declare(body: Callable[[Act, P, F], R]) -> Command[P]:
        how: Any = {"repeatable": repeatable, "method": method, "scope": scope, "scoped": scoped}
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
) -> Callable[[Callable[[Act, P, F], R]], Command[P]]:
    """Declare a command that reads, and may emit signals if it is not ``repeatable``."""

    def declare(body: Callable[[Act, P, F], R]) -> Command[P]:
        how: Any = {"aligned": aligned, "opens": opens, "closes": closes, "repeatable": repeatable, "method": method}
        return _declared(name, "query", may, body, no_room, rate, cost, **how, scope=scope, scoped=scoped)

    return declare


def live(
    name: str,
    *,
    may: Callable[[Caller, Any], None],
    rate: str = "other",
    repeatable: bool = True,
    method: str = "",
    scope: Group | None = None,
) -> Callable[[Callable[[C, Caller, P], Awaitable[R]]], Command[P]]:
    """Declare a coroutine function for what sockets or slow work need; it gets its feature's ``component``."""

    def declare(body: Callable[[C, Caller, P], Awaitable[R]]) -> Command[P]:
        return _declared(name, "live", may, body, no_room, rate, repeatable=repeatable, method=method, scope=scope)

    return declare


def entry(
    name: str, *, may: Callable[[S, Any], None], rate: str = "other"
) -> Callable[[Callable[..., Awaitable[Any]]], Command[Any]]:
    """Declare a coroutine function that runs before there is a caller, such as joining; it may set cookies.

    It serves the HTTP door alone, because a socket is identified when it connects. Its rate counts by network address.
    Its arguments are the caller and the parameters, after its feature's ``component`` if there is one.
    """

    def declare(body: Callable[..., Awaitable[Any]]) -> Command[Any]:
        return _declared(name, "entry", may, body, no_room, rate)

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
    """Lock the caller's own room, where what only they receive is stored."""
    return (me.username,)


def no_room(_db: Connection, _me: Caller, _p: Any) -> Iterable[str]:
    """Lock nothing: what changes is in no room."""
    return ()
