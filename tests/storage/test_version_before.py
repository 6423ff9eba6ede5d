"""A database of the previous version opens, migrates, and shows everyone the same as before.

`version_0001.json` holds the tables of a small chat as that version stored them, each person's token, and what `sync`
from nothing returned to them.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from chatrooms import clock
from chatrooms.storage import migrations
from tests.people import connect
from tests.servers import running

BEFORE = json.loads(Path(__file__).with_name("version_0001.json").read_text())
IDENTITY = {
    "rooms": ("name",),
    "users": ("username",),
    "members": ("room", "username"),
    "memberships": ("room", "username"),
    "reads": ("room", "username"),
    "messages": ("id",),
}


@pytest.fixture
def old_database(tmp_path, either_database) -> str:
    """Return the URL of a database from the previous version."""
    url = either_database or f"sqlite:///{tmp_path / 'chatrooms.sqlite3'}"
    engine = sa.create_engine(url)
    with engine.begin() as db:
        config = Config()
        config.set_main_option("script_location", migrations.__path__[0])
        config.attributes["connection"] = db
        command.upgrade(config, "0001")
        tables = sa.MetaData()
        tables.reflect(db)
        for name, rows in BEFORE["tables"].items():
            db.execute(sa.insert(tables.tables[name]), rows)
        db.execute(sa.update(tables.tables["sessions"]).values(seen_at=clock.now()))
    engine.dispose()
    return either_database


def rows_by_identity(changes: list[dict]) -> dict[tuple, dict]:
    """Return every row of ``sync``, by room, table and identity."""
    return {
        (change["room"], table, *(row[key] for key in keys)): row
        for change in changes
        for table, keys in IDENTITY.items()
        for row in change.get(table, ())
    }


async def test_everyone_gets_the_same_rows_as_before(old_database, tmp_path):
    async with running(tmp_path, database=old_database) as server:
        for name, seen in BEFORE["seen"].items():
            async with connect(server.url, name, token=seen["token"]) as person:
                after = rows_by_identity((await person.run("sync", revs={}))["changes"])
            for key, row in rows_by_identity(seen["changes"]).items():
                assert {field: after[key][field] for field in row if field != "rev"} == {
                    field: value for field, value in row.items() if field != "rev"
                }, key


def unread_before(username: str) -> dict[str, int]:
    """How many messages each room showed as unread: after the position, or of others since the person joined."""
    tables = BEFORE["tables"]
    position = {row["room"]: row["number"] for row in tables["reads"] if row["username"] == username}
    since = {row["room"]: row["since"] for row in tables["members"] if row["username"] == username and not row["gone"]}
    others = [row for row in tables["messages"] if row["author"] != username and not row["deleted"]]
    return {
        room: sum(
            row["room"] == room and (row["number"] > position[room] if room in position else row["at"] >= joined)
            for row in others
        )
        for room, joined in since.items()
    } | {username: 0}


async def test_what_was_unread_stays_unread_and_nothing_else_is(old_database, tmp_path):
    async with running(tmp_path, database=old_database) as server:
        for name, seen in BEFORE["seen"].items():
            async with connect(server.url, name, token=seen["token"]) as person:
                known = {change["room"]: change["rev"] for change in seen["changes"]}
                caught = await person.run("sync", revs=known)
            own = [row for change in caught["changes"] if change["room"] == name for row in change["reads"]]
            posted = {row["name"]: row["posted"] for row in BEFORE["tables"]["rooms"]}
            unread = {row["room"]: posted[row["room"]] - row["number"] - row["uncounted"] for row in own}
            before = unread_before(name)
            assert unread == {room: before[room] for room in unread}
            had = {row["room"] for row in BEFORE["tables"]["reads"] if row["username"] == name}
            assert set(unread) == set(before) - had


async def test_rooms_continue_where_they_stopped(old_database, tmp_path):
    async with (
        running(tmp_path, database=old_database) as server,
        connect(server.url, "alice", token=BEFORE["seen"]["alice"]["token"]) as alice,
        connect(server.url, "bob", token=BEFORE["seen"]["bob"]["token"]) as bob,
    ):
        lobby = next(row for row in BEFORE["tables"]["rooms"] if row["name"] == "#lobby")
        message = await alice.say("#lobby", "on we go")
        assert (await bob.hears_text("on we go"))["id"] == message["id"]
        assert (message["seq"], message["number"]) == (lobby["counter"] + 1, lobby["posted"] + 1)
        assert (await alice.say("bob", "still here"))["room"] == "alice+bob"
