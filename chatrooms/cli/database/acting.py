"""Running commands as the application itself: those that change no room."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from pydantic import ValidationError
from sqlalchemy import Connection

from chatrooms import clock
from chatrooms.cli.database import transaction
from chatrooms.cli.opening import Unable
from chatrooms.errors import Refusal
from chatrooms.pipeline.act import APPLICATION, Act, Caller, Server
from chatrooms.pipeline.changes import Changes
from chatrooms.pipeline.commands import Command
from chatrooms.pipeline.mistakes import invalid
from chatrooms.pipeline.rates import Rates
from chatrooms.settings import Settings
from chatrooms.storage import facts, locks
from chatrooms.storage.blobs import Blobs

R = TypeVar("R")
Step = tuple[Command[Any], Mapping[str, Any]]
"""A command and what it is given."""


def run(settings: Settings, command: Command[Any], **given: Any) -> Any:
    """Run a command in a transaction of its own and return its result; raises `Unable`."""
    with explained():
        p = command.params(**given)
        with transaction(settings) as db:
            locks.take(db, command.locks(db, APPLICATION, p))
            act = _act(db, settings)
            return command.body(act, p, command.may(act, p))


@contextmanager
def rehearsing(db: Connection, settings: Settings, to_come: Iterable[Step], step: Step) -> Iterator[None]:
    """Take a step, which is undone at the end: the server is to take it, which broadcasts it. Raises `Unable`.

    Those ``to_come`` before it are what the server was left to do, and has not done yet.
    """
    with explained(), db.begin_nested() as rehearsal:
        for each in to_come:
            with suppress(Refusal, ValidationError), db.begin_nested():
                _take(db, settings, each)
        _take(db, settings, step)
        yield
        rehearsal.rollback()


def _take(db: Connection, settings: Settings, step: Step) -> None:
    command, given = step
    p = command.params(**given)
    act = _act(db, settings)
    act.changes.locked = set(command.locks(db, APPLICATION, p))
    locks.take(db, act.changes.locked)
    command.body(act, p, command.may(act, p))


class DatabaseChat:
    """As much of a running chat as the work on files needs: changes, lookups, and the contents of files."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.blobs = settings, Blobs(settings)

    async def change(self, work: Callable[[Act], R], _me: Caller, *names: str) -> R:
        """Run a change."""
        with transaction(self.settings) as db:
            locks.take(db, names)
            return work(_act(db, self.settings))

    async def lookup(self, query: Callable[[Connection], R]) -> R:
        """Return a few rows."""
        with transaction(self.settings) as db:
            return query(db)


@contextmanager
def explained() -> Iterator[None]:
    """Raise `Unable` with the reason of a refusal."""
    try:
        yield
    except ValidationError as error:
        raise Unable(_line(invalid(error).message)) from error
    except Refusal as refusal:
        raise Unable(_line(refusal.message)) from refusal


def _line(message: str) -> str:
    return message.removeprefix("Value error, ")


def _act(db: Connection, settings: Settings) -> Act:
    known = facts.find_or_make(db, clock.now())
    name = settings.name if "name" in settings.model_fields_set else known.name or settings.name
    return Act(APPLICATION, db, Changes(db), Rates(settings), Server(name, settings=settings))
