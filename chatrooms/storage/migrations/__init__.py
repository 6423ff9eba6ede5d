"""The history of the tables, as Alembic migrations that are run at start."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, inspect, text

from chatrooms.storage.tables import metadata

HEAD = "0005"


class Newer(Exception):
    """The database was written by a newer version than this one."""


def migrate(engine: Engine) -> None:
    """Bring the database to `HEAD`, keeping what it holds; raises `Newer`."""
    revision = _revision(engine)
    if revision == HEAD:
        return
    if revision is None:
        _create(engine)
        return
    if revision is not None and revision > HEAD:
        raise Newer(f"the database is of a newer version ({revision}) than this one ({HEAD})")
    upgrade(engine)


def upgrade(engine: Engine, revision: str = HEAD) -> None:
    """Run the migrations up to ``revision`` that the database has not had, from the first on if it is empty."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def _create(engine: Engine) -> None:
    """Make the tables of `HEAD` in an empty database, as the migrations would (a test compares them), but sooner."""
    with engine.begin() as connection:
        metadata.create_all(connection)
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})


def _revision(engine: Engine) -> str | None:
    """The revision that the database is at. Read without Alembic, whose import would slow every start."""
    with engine.begin() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return revision
