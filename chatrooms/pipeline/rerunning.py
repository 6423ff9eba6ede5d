"""Work that the writer may run again, after undoing what it did."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

from chatrooms.pipeline.outcome import Outcome
from chatrooms.pipeline.rates import Attempt, Rates
from chatrooms.pipeline.session_use import SessionUse

R = TypeVar("R")


def rerunnable(
    run: Callable[[Connection, Rates], Outcome[R]], rates: Rates, sessions: SessionUse
) -> Callable[[Connection], Outcome[R]]:
    """Return ``run`` for the writer: when it runs again, what it counted and ended before is taken back.

    Sessions that it ended go on until it has ended them again.
    """
    attempt, ended = Attempt(rates), list[str]()

    def work(db: Connection) -> Outcome[R]:
        nonlocal ended
        attempt.undo()
        for session in ended:
            sessions.find_again(session, sessions.now())
        outcome = run(db, attempt)
        ended = [*outcome.ended, *outcome.barred]
        return outcome

    return work
