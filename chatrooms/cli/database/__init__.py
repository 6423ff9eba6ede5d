"""What operators do in the database of a server, which may go on meanwhile, and follows within seconds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from chatrooms.cli.opening import Unable, opening_existing, require_this_version
from chatrooms.features import users
from chatrooms.settings import Settings
from chatrooms.storage.engines import connect
from chatrooms.storage.migrations import revision_of


@contextmanager
def transaction(settings: Settings) -> Iterator[Connection]:
    """Begin a transaction in the database, also while a server uses it; raises `Unable`."""
    with opening_existing(settings) as url:
        engine = connect(url, writer=True)
        try:
            require_this_version(revision_of(engine), "database")
            with engine.begin() as db:
                yield db
        finally:
            engine.dispose()


def require_person(db: Connection, username: str) -> None:
    """Raise `Unable` if there is no person with this name; the application is none."""
    if username == users.SYSTEM or users.find(db, username) is None:
        raise Unable(f"no one has the name {username}")
