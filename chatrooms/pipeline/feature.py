"""A feature's contribution to a chat, and the features of a chat."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Any, Protocol

from sqlalchemy import Table

from chatrooms.pipeline.broadcast import Broadcast
from chatrooms.pipeline.chat import Chat
from chatrooms.pipeline.commands import Act, Command, Part
from chatrooms.pipeline.contents import Contents, Served
from chatrooms.pipeline.jobs import JobKind

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Listener:
    """A function that runs in the transaction of every command that changed rows of ``table``.

    It may write to ``jobs`` and to tables that are not sent to clients, and add rows to the changes of rooms that the
    command changed. To change another room, enqueue a job that runs a command. Of ``messages``, it gets the events in
    timelines too if it wants ``events``.
    """

    table: str
    run: Callable[[Act, Sequence[Row]], None]
    events: bool = False

    def listen(self, act: Act) -> None:
        """Run with the rows that the command changed, if it changed any."""
        if rows := act.changes.of(self.table, events=self.events):
            self.run(act, rows)


def on(table: str, *, events: bool = False) -> Callable[[Callable[[Act, Sequence[Row]], None]], Listener]:
    """Declare a listener for changed rows of ``table``, such as ``messages``, in the form that clients receive.

    Rows of messages that are events in timelines are left out unless it wants ``events``.
    """
    return lambda run: Listener(table, run, events)


class Component(Protocol):
    """What a feature keeps in memory for one chat, such as who is online."""

    def close(self) -> None:
        """Cancel what is still to be done, because the chat ends."""


@dataclass(frozen=True)
class Feature:
    """Everything that one noun contributes; without it in the list of features, a chat has none of it.

    Its ``tables`` are declared on `storage.tables.metadata`, and a migration in ``storage/migrations/versions`` creates
    them in every database, so that a chat can be given the feature later. Its ``component`` is made once for each chat
    and is the first argument of its ``live`` commands, its entries and its jobs. With ``contents``, files are uploaded
    over HTTP; one feature can have it. What it has ``served`` is downloaded.
    """

    tables: tuple[Table, ...] = ()
    commands: tuple[Command[Any], ...] = ()
    parts: tuple[Part, ...] = ()
    listeners: tuple[Listener, ...] = ()
    jobs: tuple[JobKind, ...] = ()
    component: Callable[[Broadcast, Chat], Component] | None = None
    contents: Contents | None = None
    served: tuple[Served, ...] = ()

    def __post_init__(self) -> None:
        if self.component is None and any(command.kind == "live" for command in self.commands):
            raise ValueError("a feature with live commands needs a component")


class Features:
    """The features of one chat; raises ``ValueError`` if two of them use the same name."""

    def __init__(self, features: Iterable[Feature]) -> None:
        self._listed = listed = tuple(features)
        declared = _by_name(command for feature in listed for command in feature.commands)
        self.declared: tuple[Command[Any], ...] = tuple(declared.values())
        self.commands = {name: command for name, command in declared.items() if command.kind != "entry"}
        self.entries = {name: command for name, command in declared.items() if command.kind == "entry"}
        self.jobs = _by_name(job for feature in listed for job in feature.jobs)
        self.parts = tuple(_by_name(part for feature in listed for part in feature.parts).values())
        self.blank = MappingProxyType({part.name: part.empty for part in self.parts})
        self.contents = [feature.contents for feature in listed if feature.contents][:1]
        self.served = tuple(served for feature in listed for served in feature.served)
        self.listeners = tuple(listener for feature in listed for listener in feature.listeners)

    def start(self, broadcast: Broadcast, chat: Chat) -> list[Component]:
        """Make the components, and bind the live commands, entries and jobs to them."""
        started = []
        for feature in self._listed:
            if feature.component:
                component = feature.component(broadcast, chat)
                started.append(component)
                bound = [replace(each, body=partial(each.body, component)) for each in feature.commands]
                self.commands |= {each.name: each for each in bound if each.kind == "live"}
                self.entries |= {each.name: each for each in bound if each.kind == "entry"}
                self.jobs |= {each.name: replace(each, run=partial(each.run, component)) for each in feature.jobs}
        return started


def _by_name(things: Iterable[Any]) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for thing in things:
        if thing.name in named:
            raise ValueError(f"{thing.name} is declared twice")
        named[thing.name] = thing
    return named
