"""What the body of a command gets: an `Act` with its `Caller`, on a `Server` whose messages have each `Part`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Select

from chatrooms import clock, names
from chatrooms.events import Change, Signal
from chatrooms.pipeline import traits
from chatrooms.pipeline.changes import Changes
from chatrooms.pipeline.rates import Rates
from chatrooms.pipeline.scopes import Scope
from chatrooms.pipeline.traits import Trait
from chatrooms.settings import Settings
from chatrooms.storage.ahead import Foreseen
from chatrooms.storage.rows import Message
from chatrooms.types import RequiredOf, SignUp

DEFAULTS = Settings.model_construct()
"""Settings without those of this machine."""


@dataclass(frozen=True)
class Caller:
    """The caller of a command: a person, with their socket ``sid`` if they use one, or the host application.

    ``network`` is the address that rates count by (`Handshake.network`), or empty. ``new_token`` is a token that proves
    them and that their client does not know yet. ``scope`` is what a program's service key is for, whose id is the
    ``session`` then. ``second_factor`` says whether they had shown one in their session when they came. ``whom`` they
    take turns with is everybody of the network address, or the person alone.
    """

    username: str
    sid: str | None = None
    session: str | None = None
    host: bool = False
    network: str = ""
    new_token: str | None = field(default=None, repr=False)
    scope: Scope | None = None
    second_factor: bool = False
    whom: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "whom", self.network or self.username)


APPLICATION = Caller(names.APPLICATION, host=True)
"""The application itself, which may do anything."""


@dataclass(frozen=True)
class Part:
    """A field that a feature adds to messages, such as when they were pinned.

    ``load`` returns the values by message id; messages without one get ``empty``, which must be immutable. ``store``
    runs whenever a message is posted, edited or deleted (its text is then None) that has one of the traits in ``when``,
    and returns its value. ``mine``, which one part can have, returns by message id the emoji of a person's own
    reactions that the values do not show, which are the same for everyone; clients receive it beside the messages.
    ``found_by`` has what people can search for, such as ``is:pinned``, each with a function that returns a query for
    the ids of these messages, for a person. ``type`` and ``doc`` describe the field in the documentation. A deleted
    message keeps the value of one that ``survives``. Searches find the ``texts`` of a value. Before a text is posted
    or edited, ``allow`` gets its room and whether its author ``confirmed`` it, and may raise a `Refusal`, if a new
    message with this text has one of the traits in ``when``.

    ``asks`` is the statement that `load` begins with, for the ``ids`` in a parameter (see `given.packed`): those of all
    parts are read together.

    ``given`` checks the parameter of that name of posting (see ``OF_PARTS`` there), or raises a `Refusal`; what it
    returns then stores it with the message, and returns the value. A message with such a value needs no text.
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
    when: tuple[Trait, ...] = traits.ALL

    def __post_init__(self) -> None:
        hash(self.empty)  # all messages without a value share it
        if self.allow and not {*traits.OF_TEXTS}.intersection(self.when):
            raise ValueError(f"{self.name} would never be asked to allow a text")


@dataclass(frozen=True)
class Server:
    """The server: its display ``name``, the ``epoch`` of its database, its settings, and how new people come in.

    ``second_factor`` says of whom one is required. The ``secret`` is that of its database.
    ``parts`` are the fields that features add to messages, ``blank`` their values in a new message.
    ``grantable`` are the commands, and groups of them, that service keys can have.
    ``online`` returns the usernames of the people who are online, if the chat knows.
    """

    name: str = ""
    epoch: str = ""
    settings: Settings = DEFAULTS
    sign_up: SignUp = "open"
    second_factor: RequiredOf = "nobody"
    parts: Sequence[Part] = ()
    blank: Mapping[str, Any] = field(default_factory=dict)
    grantable: Collection[str] = frozenset()
    online: Callable[[], Collection[str]] = frozenset
    secret: str = field(default="", repr=False)


NO_SERVER = Server()


@dataclass(slots=True)
class Act:
    """A command while it runs: its caller, time and transaction, and what it changes and emits.

    ``ended`` lists the ids of sessions whose sockets to disconnect, ``barred`` the people; ``queued`` is true once a
    job was enqueued.
    ``deferred`` are changes that such a job will broadcast, which count against the caller's rate now.
    """

    me: Caller
    db: Connection
    changes: Changes
    rates: Rates
    server: Server = NO_SERVER
    now: str = field(default_factory=clock.now)
    signals: list[Signal] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    barred: list[str] = field(default_factory=list)
    queued: bool = False
    deferred: list[Change] = field(default_factory=list)

    @property
    def lobby(self) -> str:
        """The room that everybody is added to; empty if there is none."""
        lobby: str = self.server.settings.lobby
        return lobby
