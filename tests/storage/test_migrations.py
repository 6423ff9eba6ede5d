"""The tables of the code are the tables of the migrations, on every database."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, insert, inspect, select

from chatrooms.storage import migrations
from chatrooms.storage.tables import metadata, rooms
from tests.storage.test_writer import ROOM


@pytest.fixture
def engine(tmp_path, either_database):
    engine = create_engine(either_database or f"sqlite:///{tmp_path / 'test.sqlite3'}")
    yield engine
    engine.dispose()


@pytest.mark.parametrize("made", [migrations.migrate, migrations.upgrade])
def test_the_migrations_make_the_tables_of_the_code_and_so_does_a_first_start(engine, made):
    made(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_first_start_is_at_the_newest_migration(engine):
    migrations.migrate(engine)
    migrations.upgrade(engine)
    assert inspect(engine).has_table("messages")


def test_migrating_twice_changes_nothing_and_keeps_the_data(engine):
    migrations.migrate(engine)
    with engine.begin() as connection:
        connection.execute(insert(rooms).values(name="#a", **ROOM))
    migrations.migrate(engine)
    with engine.connect() as connection:
        assert connection.scalars(select(rooms.c.name)).all() == ["#a"]


def test_the_newest_migration_is_the_one_that_a_start_looks_for():
    config = Config()
    config.set_main_option("script_location", migrations.__path__[0])
    assert ScriptDirectory.from_config(config).get_heads() == [migrations.HEAD]


def test_a_database_of_a_newer_version_is_left_alone(engine):
    migrations.migrate(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(migrations.Newer, match="newer"):
        migrations.migrate(engine)
    assert inspect(engine).has_table("messages")
