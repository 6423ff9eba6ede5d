"""A feature's contribution to a chat, and the features of a chat."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import chain
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from sqlalchemy import Table

from chatrooms.pipeline import traits
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.broadcast import Broadcast
from chatrooms.pipeline.changes import Changes
from chatrooms.pipeline.chat import Chat
from chatrooms.pipeline.commands import Command
from chatrooms.pipeline.contents import Contents, Served
from chatrooms.pipeline.jobs import JobKind
from chatrooms.pipeline.part import Part
from chatrooms.pipeline.scopes import GROUPS
from chatrooms.pipeline.traits import Trait
from chatrooms.storage.ahead import Foreseen
from chatrooms.storage.statements import Asked

Row = Mapping[str, Any]
T = TypeVar("T")
CACHED = 1000
"""Of how many kinds of changes it is known who listens to them."""


class Endless(Exception):
    """Listeners add rows because of each other's rows without end: a mistake in their features."""


@dataclass(frozen=True, eq=False)
class Listener:
    """A function that runs in the transaction of every command that changed rows of ``table``.

    It gets each row once, in whichever order the features are listed: also those that other listeners add, but not
    those that it adds itself. It may write to ``jobs`` and to tables that are not sent to clients, and add rows to the
    changes of rooms that the command changed. To change another room, enqueue a job that runs a command. Of
    ``messages``, it gets those with one of the traits in ``when``, since it has nothing to do about others, and the
    events in timelines among them only if it wants ``events``. It runs only while ``needs``, a statement without
    parameters, finds something in the database, which is read ahead for many commands.
    """

    table: str
    run: Callable[[Act, Sequence[Row]], None]
    events: bool = False
    needs: Foreseen | None = None
    when: tuple[Trait, ...] = traits.ALL

    def listen(self, act: Act, heard: Sequence[Row] = ()) -> Sequence[Row]:
        """Run with the changed rows that it has not ``heard`` yet, if there are any; return all that it knows now."""
        rows = self._wanted(act.changes)
        new, before = _without(rows, heard) if heard else rows, act.changes.added
        if new and (self.needs is None or self.needs.one(act.db, {})):
            self.run(act, new)
        return rows if act.changes.added == before else self._wanted(act.changes)

    def listens(self, tables: frozenset[str], found: frozenset[Trait]) -> bool:
        """Return whether it may want rows of a command that changed these tables, with messages of these traits."""
        return self.table in tables and (self.table != "messages" or not found.isdisjoint(self.when))

    def _wanted(self, changes: Changes) -> Sequence[Row]:
        of_rooms, table, found = changes.by_room.values(), self.table, changes.traits
        if table != "messages":
            return [row for change in of_rooms for row in change.rows.get(table, ())]
        return [
            row
            for change in of_rooms
            for row in change.rows.get(table, ())
            if (self.events or row["number"] is not None) and not found[id(row)].isdisjoint(self.when)
        ]


def _without(rows: Sequence[Row], heard: Sequence[Row]) -> Sequence[Row]:
    known = {id(row) for row in heard}
    return [row for row in rows if id(row) not in known]


def on(
    table: str, *, when: tuple[Trait, ...] = traits.ALL, events: bool = False, needs: Foreseen | None = None
) -> Callable[[Callable[[Act, Sequence[Row]], None]], Listener]:
    """Declare a listener for changed rows of ``table``, such as ``messages``, in the form that clients receive.

    Messages are left out that have none of the traits in ``when``, and events in timelines unless it wants ``events``.
    Without a row that ``needs`` finds, it does not run.
    """
    return lambda run: Listener(table, run, events, needs, when)


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
    """The features of one chat; raises ``ValueError`` if two of them have the same name, or what one can have."""

    def __init__(self, features: Iterable[Feature]) -> None:
        self._listed = listed = tuple(features)
        declared = _by_name(command for feature in listed for command in feature.commands)
        self.declared: tuple[Command[Any], ...] = tuple(declared.values())
        self.names = frozenset(declared)
        self.commands = {name: command for name, command in declared.items() if command.kind != "entry"}
        self.entries = {name: command for name, command in declared.items() if command.kind == "entry"}
        self.grantable = frozenset(GROUPS) | {name for name, command in declared.items() if command.scope}
        self.jobs = _by_name(job for feature in listed for job in feature.jobs)
        self.parts = tuple(_by_name(part for feature in listed for part in feature.parts).values())
        self.blank = MappingProxyType({part.name: part.empty for part in self.parts})
        self.contents = _at_most_one("contents", [feature.contents for feature in listed if feature.contents])
        _at_most_one("mine", [part for part in self.parts if part.mine])
        self.served = tuple(served for feature in listed for served in feature.served)
        self.listeners = tuple(listener for feature in listed for listener in feature.listeners)
        self._those_that_listen = lru_cache(maxsize=CACHED)(self._find_listeners)
        self.asks: tuple[Asked, ...] = tuple((each.needs, {}) for each in self.listeners if each.needs)

    def listen(self, act: Act) -> None:
        """Run the listeners with the rows that a command changed, until none of them adds another; raises `Endless`."""
        heard: dict[Listener, Sequence[Row]] = {}
        for _ in range(len(self.listeners) + 1):
            before = act.changes.added
            for listener in self._listening(act.changes):
                heard[listener] = listener.listen(act, heard.get(listener, ()))
            if act.changes.added == before:
                return
        raise Endless

    def _listening(self, changes: Changes) -> tuple[Listener, ...]:
        return self._those_that_listen(
            frozenset(changes.tables), frozenset(chain.from_iterable(changes.traits.values()))
        )

    def _find_listeners(self, tables: frozenset[str], found: frozenset[Trait]) -> tuple[Listener, ...]:
        return tuple(each for each in self.listeners if each.listens(tables, found))

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


def _at_most_one(what: str, found: list[T]) -> list[T]:
    if len(found) > 1:
        raise ValueError(f"only one can have `{what}`, not {len(found)}")
    return found


def _by_name(things: Iterable[Any]) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for thing in things:
        if thing.name in named:
            raise ValueError(f"{thing.name} is declared twice")
        named[thing.name] = thing
    return named
