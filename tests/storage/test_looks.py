"""Migration 0008 computes how the display names of before look, and keeps them, also those that look alike."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from chatrooms import names
from chatrooms.storage import migrations

AT = "2026-01-01T00:00:00.000Z"
NAMES = {"alice": "", "bob": "The Boss", "mallory": "the b\N{GREEK SMALL LETTER OMICRON}ss"}


@pytest.fixture
def engine(tmp_path, either_database):
    engine = sa.create_engine(either_database or f"sqlite:///{tmp_path / 'test.sqlite3'}")
    migrations.upgrade(engine, "0007")
    yield engine
    engine.dispose()


def test_the_names_of_before_have_looks(engine):
    tables = sa.MetaData()
    room = {"title": "", "topic": "", "access": "personal", "created_by": "bob", "created_at": AT, "archived": False}
    with engine.begin() as db:
        tables.reflect(db)
        rooms, users = tables.tables["rooms"], tables.tables["users"]
        db.execute(sa.insert(rooms), [{**room, "name": name, "rev": 1, "counter": 1, "posted": 0} for name in NAMES])
        rows = [
            {"username": who, "skeleton": who, "name": name, "about": "", "created_at": AT, "rev": 1}
            for who, name in NAMES.items()
        ]
        db.execute(sa.insert(users), rows)
    migrations.migrate(engine)
    with engine.connect() as db:
        found = db.execute(sa.text("SELECT username, name, look, written_look FROM users"))
        looks = {who: names.looks(name) if name else ("", "") for who, name in NAMES.items()}
        assert {row.username: (row.name, row.look, row.written_look) for row in found} == {
            who: (NAMES[who], *look) for who, look in looks.items()
        }
