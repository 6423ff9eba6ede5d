"""Copying a chat into another database, beside nothing: no server may run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import Engine, make_url

import chatrooms.app  # noqa: F401 - declares the tables of all features
from chatrooms.cli.opening import Unable, opening, opening_existing, require_this_version
from chatrooms.cli.shown import location
from chatrooms.pipeline import jobs
from chatrooms.settings import Settings
from chatrooms.storage import copying, fitness, server_lock
from chatrooms.storage.copying import Impossible
from chatrooms.storage.engines import connect
from chatrooms.storage.migrations import revision_of

SECONDS_BETWEEN = 2.0
"""How often to say how far the copy has come."""


def copy(source: str, target: str, say: Callable[[str], None]) -> dict[str, int]:
    """Copy one database into another, and return how many rows of each table; raises `Unable`.

    No other setting counts, as those of the environment may fit one of the two alone.
    """
    settings = Settings.model_construct(database=source), Settings.model_construct(database=target)
    with opening_existing(settings[0]) as url:
        if url == make_url(target):
            raise Unable("the source and the target are the same database")
        with opening(settings[1]), _alone(source, writer=False) as read, _alone(target, writer=True) as write:
            require_this_version(revision_of(read), "source")
            try:
                counts = copying.copy(read, write, _now_and_then(say))
            except Impossible as reason:
                raise Unable(f"{location(write.url)}: {reason}") from reason
            with write.begin() as db:
                jobs.make_due(db)  # such as that which makes the index of words anew
            return counts


@contextmanager
def _alone(database: str, *, writer: bool) -> Iterator[Engine]:
    """Yield an engine, and keep servers out meanwhile; raises `Busy` or `Unfit`."""
    url = make_url(database)
    if writer and url.get_backend_name() == "sqlite":
        Path(url.database or "").absolute().parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as ending:
        fitness.require(url)
        locking = connect(url, writer=True, patient=True)
        ending.callback(server_lock.take(locking))
        ending.callback(locking.dispose)
        engine = locking if writer else connect(url, writer=False, patient=True)
        ending.callback(engine.dispose)
        yield engine


def _now_and_then(say: Callable[[str], None]) -> Callable[[str], None]:
    said_at = time.monotonic()

    def report(line: str) -> None:
        nonlocal said_at
        if time.monotonic() - said_at > SECONDS_BETWEEN:
            said_at = time.monotonic()
            say(line)

    return report
