"""Migration 0012 makes everything of before a message of the kind `text`, and lets events have no number."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from chatrooms.storage import migrations
from chatrooms.storage.synced import SYNCED
from chatrooms.storage.tables import messages

AT = "2026-01-01T00:00:00.000Z"
ROOM = {"title": "", "topic": "", "access": "open", "created_by": "bob", "created_at": AT, "archived": False}
MESSAGES = [
    {"id": "first", "seq": 2, "rev": 2, "number": 1, "text": "one", "deleted": False, "reply_to": None},
    {"id": "second", "seq": 3, "rev": 5, "number": 2, "text": None, "deleted": True, "reply_to": "first"},
]


@pytest.fixture
def engine(tmp_path, either_database):
    engine = sa.create_engine(either_database or f"sqlite:///{tmp_path / 'test.sqlite3'}")
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA foreign_keys = ON"))
    migrations.upgrade(engine, "0011")
    yield engine
    engine.dispose()


def fill(engine: sa.Engine) -> None:
    """Store two messages; the first is pinned, mentions bob and is in his inbox."""
    tables = sa.MetaData()
    with engine.begin() as db:
        tables.reflect(db)
        insert = {name: sa.insert(table) for name, table in tables.tables.items()}
        room = {**ROOM, "rev": 1, "counter": 5, "posted": 2}
        db.execute(insert["rooms"], [{**room, "name": name} for name in ("bob", "#a")])
        db.execute(insert["users"].values(username="bob", skeleton="bob", name="", about="", created_at=AT, rev=1))
        said = {"room": "#a", "author": "bob", "at": AT}
        db.execute(insert["messages"], [{**said, **message} for message in MESSAGES])
        db.execute(insert["pins"].values(message="first", room="#a", by="bob", at=AT))
        db.execute(insert["mentions"].values(message="first", username="bob"))
        item = {"username": "bob", "kind": "mention", "room": "#a", "message": "first", "seq": 2, "by": "bob"}
        db.execute(insert["inbox"].values(**item, at=AT, read=False, gone=False, born=1, rev=1))


def test_messages_of_before_stay_as_they_are_and_events_can_follow(engine):
    fill(engine)
    migrations.migrate(engine)
    event = {"id": "third", "room": "#a", "seq": 6, "rev": 6, "author": "bob", "kind": "renamed", "at": AT}
    with engine.begin() as db:
        db.execute(sa.insert(messages).values(**event, text="x", data={"title": "A"}, deleted=False))
        found = db.execute(SYNCED["messages"].select().order_by(messages.c.seq)).mappings().all()
        pinned = db.scalars(sa.text("SELECT text FROM messages JOIN pins ON pins.message = messages.id")).all()
    assert [{key: row[key] for key in MESSAGES[0]} for row in found[:2]] == MESSAGES
    assert [(row["kind"], row["data"]) for row in found] == [
        ("text", None),
        ("text", None),
        ("renamed", {"title": "A"}),
    ]
    assert (found[2]["number"], pinned) == (None, ["one"])
