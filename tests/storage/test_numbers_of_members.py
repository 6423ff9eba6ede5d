"""Migration 0010 counts the members of before, and writes what people are found by."""

from __future__ import annotations

import sqlalchemy as sa

from chatrooms import names
from chatrooms.storage import migrations

AT = "2026-01-01T00:00:00.000Z"
NAMES = {"alice": "", "bob": "The Boss", "carol": "Élodie"}
MEMBERS = {"#a": ("alice", "bob"), "#b": ("bob",), "#empty": ()}


def test_rooms_and_people_of_before_are_counted_and_found(tmp_path, either_database):
    engine = sa.create_engine(either_database or f"sqlite:///{tmp_path / 'test.sqlite3'}")
    migrations.upgrade(engine, "0009")
    tables = sa.MetaData()
    room = {"title": "", "topic": "", "access": "open", "created_by": "bob", "created_at": AT, "archived": False}
    numbers = {"rev": 1, "counter": 1, "posted": 0}
    with engine.begin() as db:
        tables.reflect(db)
        insert = {name: sa.insert(table) for name, table in tables.tables.items()}
        db.execute(insert["rooms"], [{**room, **numbers, "name": name} for name in (*NAMES, *MEMBERS)])
        person = {"about": "", "created_at": AT, "rev": 1}
        db.execute(
            insert["users"], [{**person, "username": u, "skeleton": u, "name": name} for u, name in NAMES.items()]
        )
        member = {"role": "member", "since": AT, "rev": 1, "person_rev": 1}
        present = [{**member, "room": r, "username": u, "gone": False} for r, people in MEMBERS.items() for u in people]
        db.execute(insert["members"], [*present, {**member, "room": "#empty", "username": "alice", "gone": True}])
    migrations.migrate(engine)
    with engine.connect() as db:
        counts = dict(db.execute(sa.text("SELECT name, members FROM rooms WHERE name LIKE '#%'")).all())
        words = dict(db.execute(sa.text("SELECT username, words FROM users")).all())
    engine.dispose()
    assert counts == {room: len(people) for room, people in MEMBERS.items()}
    assert words == {username: names.words(username, name) for username, name in NAMES.items()}
