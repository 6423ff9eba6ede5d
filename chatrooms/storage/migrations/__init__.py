"""The Alembic migrations, which run when the server starts."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, func, inspect, select, text

from chatrooms.storage import collation
from chatrooms.storage.fitness import Unfit
from chatrooms.storage.tables import metadata

HEAD = max(path.stem for path in (Path(__file__).parent / "versions").glob("[0-9]*.py")).partition("_")[0]
"""The newest migration; the names of their files begin with their revisions."""
UNFINISHED = "unfinished copy"
"""The revision of a database while `copying` fills it."""
KEY = 0x63686175
"""The key of PostgreSQL's lock on creating and migrating the tables; those of rooms are 64-bit hashes."""

FOREIGN = "the database has another program's {}: give chatrooms a database of its own (setting: database)"
SHOWN = 3
"""How many tables of another program are named."""

log = logging.getLogger(__name__)


class Newer(Exception):
    """The database was written by a newer version of chatrooms."""


class Unfinished(Newer):
    """The database is the target of a copy that is not complete."""


class Undeclared(Exception):
    """Tables of the database are missing from `metadata`, because the modules that declare them are not imported."""


class Dangling(Exception):
    """A migration would leave rows that refer to rows that do not exist; the database stays as it was."""


def migrate(engine: Engine) -> None:
    """Migrate the database to `HEAD`, keeping its data; raises `Newer`, and `Unfit` if it is another program's.

    In PostgreSQL the engine has to be patient (see `engines.connect`): the limits of the writer would end a long migration.
    """
    with engine.connect() as connection, _without_references(connection), _alone(connection):
        revision = revision_in(connection)
        if revision is None:
            _require_empty(connection)
            _create(connection)
        elif revision == UNFINISHED:
            raise Unfinished("the copy into the database is not complete: run `chatrooms copy` again, as before")
        elif not revision.isdecimal():
            raise Unfit(FOREIGN.format(f"migrations ({revision})"))
        elif revision > HEAD:
            raise Newer(
                f"the database was written by a newer version ({revision}) than this one ({HEAD}): run that version, or "
                "put back a copy from before its start"
            )
        elif revision < HEAD:
            log.info("migrating the database from %s to %s", revision, HEAD)
            _upgrade(connection, HEAD)
            log.info("the database is migrated to %s", HEAD)
        collation.compare_by_bytes(connection)


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Begin a transaction that PostgreSQL gives to one process at a time."""
    with connection.begin():
        if connection.dialect.name == "postgresql" and not connection.scalar(
            select(func.pg_try_advisory_xact_lock(KEY))
        ):
            log.info("another server creates or migrates the database; waiting for it")
            connection.execute(select(func.pg_advisory_xact_lock(KEY)))
        yield


def upgrade(engine: Engine, revision: str = HEAD) -> None:
    """Run the missing migrations up to ``revision``; all of them, if the database is empty."""
    with engine.connect() as connection, _without_references(connection), _alone(connection):
        _upgrade(connection, revision)


def _upgrade(connection: Connection, revision: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
    _require_references(connection)


@contextmanager
def _without_references(connection: Connection) -> Iterator[None]:
    """Let migrations replace tables that others refer to, as SQLite documents it (https://sqlite.org/lang_altertable.html).

    Its foreign keys can be switched only between transactions.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - it is connected
    (before,) = driver.execute("PRAGMA foreign_keys").fetchone()
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        driver.execute(f"PRAGMA foreign_keys = {before}")


def _require_references(connection: Connection) -> None:
    """Check that every row refers to one that exists; raises `Dangling`."""
    if connection.dialect.name == "sqlite" and (found := connection.execute(text("PRAGMA foreign_key_check")).first()):
        raise Dangling(f"the migrated table {found[0]} refers to rows of {found[2]} that do not exist")


def _require_empty(connection: Connection) -> None:
    """Raise `Unfit` if another program's tables are in a database of SQLite, or in our way in one of PostgreSQL."""
    there = set(inspect(connection).get_table_names())
    if others := there if connection.dialect.name == "sqlite" else there & expected():
        raise Unfit(FOREIGN.format(f"tables ({', '.join(sorted(others)[:SHOWN])})"))


def _create(connection: Connection) -> None:
    """Create the tables of `HEAD` in an empty database, faster than the migrations; a test compares the two.

    They include the tables of features, which are in `metadata` once they are imported; raises `Undeclared`.
    """
    if missing := expected() - metadata.tables.keys():
        raise Undeclared(f"import `chatrooms.app` before the database is created: no one declared {sorted(missing)}")
    metadata.create_all(connection)
    connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})


def expected() -> set[str]:
    """Return the names of the tables that the migrations leave in a database, as their files say."""
    found: set[str] = set()
    for path in sorted((Path(__file__).parent / "versions").glob("[0-9]*.py")):
        for what, name, other in re.findall(r'\bop\.(\w+)_table\(\s*"(\w+)"(?:, "(\w+)")?', path.read_text("utf-8")):
            if what != "create":
                found.discard(name)
            if what != "drop":
                found.add(other or name)
    return found


def revision_of(engine: Engine) -> str | None:
    """Return the database's revision, or None if it has no tables; without Alembic, whose import is slow."""
    with engine.begin() as connection:
        return revision_in(connection)


def revision_in(connection: Connection) -> str | None:
    """Return what `revision_of` does, of a database that is connected."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision
