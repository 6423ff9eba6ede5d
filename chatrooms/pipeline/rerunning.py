"""Work that the writer may run again, after undoing what it did."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

from chatrooms.pipeline.outcome import Outcome
from chatrooms.pipeline.rates import Rates
from chatrooms.pipeline.session_use import SessionUse

R = TypeVar("R")


def rerunnable(
    run: Callable[[Connection, Rates], Outcome[R]], first: Rates, later: Rates, sessions: SessionUse
) -> Callable[[Connection], Outcome[R]]:
    """Return ``run`` for the writer: it counts against the ``first`` rates, and when run again against the ``later``.

    Sessions that it ended go on until it has ended them again.
    """
    rates, ended = first, list[str]()

    def work(db: Connection) -> Outcome[R]:
        nonlocal rates, ended
        for session in ended:
            sessions.find_again(session, sessions.now())
        now, rates = rates, later
        outcome = run(db, now)
        ended = [*outcome.ended, *outcome.barred]
        return outcome

    return work
