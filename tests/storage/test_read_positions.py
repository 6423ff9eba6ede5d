"""Migration 0005 gives each person a read position in each of their rooms; what was unread stays unread."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from chatrooms.storage import migrations

AT = "2026-01-01T00:00:{:02}.000Z"
PEOPLE = ("alice", "bob")
MESSAGES = ("bob", "alice", "bob", "bob", "alice")
"""Who posted messages 1 to 5, at second 1 to 5, each with a seq of 10 times that."""
CASES = {
    "#never-opened": ({"since": 0}, None, (0, 0)),
    "#joined-late": ({"since": 3}, None, (20, 2)),
    "#joined-after-the-last": ({"since": 9}, None, (50, 5)),
    "#only-own-since": ({"since": 5}, None, (50, 5)),
    "#read": ({"since": 0}, (30, 3), (30, 3)),
    "#gone": ({"since": 0, "gone": True}, None, None),
    "alice+bob": ({"since": 1}, None, (0, 0)),
    "alice+bob+carol": ({"since": 1, "closed": True}, None, (0, 0)),
}
"""Alice's membership of each room, her read position before, and after."""


@pytest.fixture
def engine(tmp_path, either_database):
    engine = sa.create_engine(either_database or f"sqlite:///{tmp_path / 'test.sqlite3'}")
    migrations.upgrade(engine, "0004")
    yield engine
    engine.dispose()


def fill(db: sa.Connection, tables: dict[str, sa.Table]) -> None:
    room = {"title": "", "topic": "", "access": "open", "created_by": "bob", "created_at": AT.format(0), "rev": 1}
    room |= {"archived": False, "posted": 0}
    names = [*CASES, "#empty"]
    db.execute(sa.insert(tables["rooms"]), [room | {"name": name, "counter": 7} for name in PEOPLE])
    posted = {name: 0 if name == "#empty" else len(MESSAGES) for name in names}
    db.execute(
        sa.insert(tables["rooms"]), [room | {"name": name, "counter": 50, "posted": posted[name]} for name in names]
    )
    person = {"name": "", "about": "", "created_at": AT.format(0), "rev": 1}
    db.execute(sa.insert(tables["users"]), [person | {"username": name, "skeleton": name} for name in PEOPLE])
    said = {"text": "x", "deleted": False}
    db.execute(
        sa.insert(tables["messages"]),
        [
            {"id": f"{name} {n}", "room": name, "seq": 10 * n, "rev": 10 * n, "number": n, "author": author, **said}
            | {"at": AT.format(n)}
            for name in CASES
            for n, author in enumerate(MESSAGES, 1)
        ],
    )
    belonging = {"username": "alice", "role": "member", "gone": False, "closed": False, "rev": 1, "person_rev": 7}
    for name, (membership, read, _) in {**CASES, "#empty": ({"since": 0}, None, None)}.items():
        since = AT.format(membership["since"])
        db.execute(sa.insert(tables["members"]).values(**belonging | membership | {"room": name, "since": since}))
        if read:
            row = {"username": "alice", "room": name, "seq": read[0], "number": read[1], "rev": 7}
            db.execute(sa.insert(tables["reads"]).values(**row))


def test_everybody_has_a_position_after_it(engine):
    tables = sa.MetaData()
    with engine.begin() as db:
        tables.reflect(db)
        fill(db, tables.tables)
    migrations.migrate(engine)
    reads, rooms = tables.tables["reads"], tables.tables["rooms"]
    with engine.connect() as db:
        found = db.execute(sa.select(reads).where(reads.c.username == "alice")).all()
        assert {row.room: (row.seq, row.number) for row in found} == {
            **{name: after for name, (_, _, after) in CASES.items() if after},
            "#empty": (0, 0),
            "alice": (0, 0),
        }
        new = sorted(row.rev for row in found if row.room != "#read")
        assert new == list(range(8, 8 + len(new))), "each with a rev of its own"
        counters = dict(db.execute(sa.select(rooms.c.name, rooms.c.counter)).all())
        assert (counters["alice"], counters["bob"]) == (new[-1], 8)
        assert {counters[name] for name in CASES} == {50}
        (bob,) = db.execute(sa.select(reads).where(reads.c.username == "bob")).all()
        assert (bob.room, bob.seq, bob.number, bob.rev) == ("bob", 0, 0, 8)
