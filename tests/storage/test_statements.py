"""Prepared statements name what their rows have, or fail: they never leave out a column."""

from __future__ import annotations

import sys

import pytest
from sqlalchemy import bindparam, create_engine, delete, insert, select, text, union_all, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateTable

import chatrooms.app  # noqa: F401 - declares all statements
from chatrooms.features.messages import storing
from chatrooms.storage.statements import Prepared, Upsert
from chatrooms.storage.tables import metadata, rooms
from tests.storage.test_writer import ROOM

DIALECTS = {"sqlite": sqlite.dialect(), "postgresql": postgresql.dialect()}
NAMED = rooms.c.name == bindparam("name")
ALL = select(rooms.c.name, rooms.c.archived.label("over")).where(NAMED)
STATEMENTS = {
    "select": ALL,
    "union": union_all(ALL, ALL),
    "update": update(rooms).where(NAMED).values(topic="").returning(rooms.c.name, rooms.c.archived.label("over")),
    "delete": delete(rooms).where(NAMED).returning(rooms.c.name, rooms.c.archived.label("over")),
}


@pytest.fixture
def db(tmp_path, either_database):
    engine = create_engine(either_database or f"sqlite:///{tmp_path / 'test.sqlite3'}")
    rooms.create(engine)
    with engine.connect() as connection:
        connection.execute(insert(rooms).values(name="#a", **ROOM))
        yield connection
        connection.rollback()
    metadata.drop_all(engine, tables=[rooms])
    engine.dispose()


@pytest.mark.parametrize("kind", STATEMENTS)
def test_rows_have_their_columns_by_name(db, kind):
    assert Prepared(STATEMENTS[kind]).all(db, {"name": "#a"})[0] == {"name": "#a", "over": False}


def test_rows_of_which_columns_are_unknown_are_an_error(db):
    with pytest.raises(ValueError, match="zip"):
        Prepared(text("SELECT name FROM rooms")).all(db, {})


def test_an_upsert_returns_how_many_rows_it_wrote(db):
    new = {column.name: bindparam(column.name) for column in rooms.c if column.name in ROOM or column.name == "name"}
    add = Upsert(lambda insert: insert(rooms).values(new).on_conflict_do_nothing(index_elements=["name"]))
    row = {**ROOM, "name": "#b"}
    assert [add.run(db, row), add.run(db, row), add.run(db, {**row, "name": "#c"})] == [1, 0, 1]


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_what_is_prepared_when_it_is_first_used_can_be(dialect):
    """What `Upsert` puts off cannot fail in production alone."""
    ours = [module for name, module in sys.modules.items() if name.startswith("chatrooms.")]
    upserts = {each for module in ours for each in vars(module).values() if isinstance(each, Upsert)}
    assert len(upserts) >= 4
    for each in upserts:
        assert "ON CONFLICT" in str(each.of(dialect)._statement.compile(dialect=DIALECTS[dialect]))
    assert storing.in_one()


def test_what_has_neither_rows_nor_changes_cannot_be_prepared():
    with pytest.raises(TypeError, match="CreateTable"):
        Prepared(CreateTable(rooms))
