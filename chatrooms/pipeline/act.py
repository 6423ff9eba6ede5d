"""What the body of a command gets: an `Act` with its `Caller`, on a `Server`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from chatrooms import clock, names
from chatrooms.events import Change, Signal
from chatrooms.pipeline.changes import Changes
from chatrooms.pipeline.part import Part
from chatrooms.pipeline.rates import Rates
from chatrooms.pipeline.scopes import Scope
from chatrooms.settings import Settings
from chatrooms.types import RequiredOf, SignUp
from chatrooms.wire.tally import who

DEFAULTS = Settings.model_construct()
"""Settings without those of this machine."""


@dataclass(frozen=True)
class Caller:
    """The caller of a command: a person, with their socket ``sid`` if they use one, or the host application.

    ``network`` is the address that rates count by (`Handshake.network`), or empty. ``new_token`` is a token that proves
    them and that their client does not know yet. ``scope`` is what a program's service key is for, whose id is the
    ``session`` then. ``whom`` they
    take turns with is everybody of the network address, or the person alone.
    """

    username: str
    sid: str | None = None
    session: str | None = None
    host: bool = False
    network: str = ""
    new_token: str | None = field(default=None, repr=False)
    scope: Scope | None = None
    whom: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "whom", self.network or self.username)


APPLICATION = Caller(names.APPLICATION, host=True)
"""The application itself, which may do anything."""


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
    ``noted`` are the lines that the log gets of it.
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
    noted: list[str] = field(default_factory=list)

    def note(self, what: str) -> None:
        """Have the log say what the caller has done, such as ``suspended 'mallory'``, once that is committed."""
        self.noted.append(f"{who(self.me.username, self.me.network or 'here')} {what}")

    @property
    def lobby(self) -> str:
        """The room that everybody is added to; empty if there is none."""
        lobby: str = self.server.settings.lobby
        return lobby
