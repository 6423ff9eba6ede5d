"""`chatrooms copy`: a chat goes on in another database as if nothing had happened, whatever interrupts the copy."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from click.testing import CliRunner
from sqlalchemy import delete, make_url, select, update

from chatrooms.cli import cli
from chatrooms.settings import DATABASE
from chatrooms.storage import copying
from chatrooms.storage.engines import connect as engine_of
from chatrooms.storage.migrations import Unfinished, migrate
from chatrooms.storage.tables import messages, metadata, rooms
from tests.people import PATIENCE, connect
from tests.processes import environment
from tests.servers import running
from tests.storage.test_migrations import context


def url_of(folder):
    return f"sqlite:///{folder / DATABASE}"


def run(source, target, **env):
    result = CliRunner().invoke(cli, ["copy"], env={"CHATROOMS_FROM": source, "CHATROOMS_TO": target} | env)
    return result.exit_code, result.output


@pytest.fixture
async def used(tmp_path):
    """Return the URL of a database that people have used, and what alice's client has of it."""
    folder = tmp_path / "used"
    async with running(folder) as server, connect(server.url, "alice") as alice, connect(server.url, "bob") as bob:
        await alice.run("room.create", name="#den")
        for number in range(25):
            await alice.say("#lobby", f"message number{number} 😀 ñ")
        hello = await bob.say("alice", "hello @alice")
        await alice.run("reaction.add", id=hello["id"], emoji="👍")
        await alice.run("message.pin", id=hello["id"])
        await alice.say("bob", "a reply", reply_to=hello["id"])
        await alice.say(f"{hello['room']}/{hello['seq']}", "in the thread")
        await bob.run("message.edit", id=hello["id"], text="hello, @alice")
        page = await alice.run("sync", revs={})
    return url_of(folder), alice.token, {change["room"]: change["rev"] for change in page["changes"]}


def contents(url):
    """Return all rows of a database, but not how it indexes words."""
    engine = engine_of(make_url(url), writer=False)
    with engine.connect() as db:
        kept = [table for table in copying.tables() if table.name != "jobs"]  # one of which is due at once
        found = {table.name: sorted(map(tuple, db.execute(select(table))), key=repr) for table in kept}
    engine.dispose()
    return found


async def test_a_chat_goes_on_in_postgresql_and_back_in_sqlite(used, tmp_path, postgres_database):
    source, token, revs = used
    status, output = run(source, postgres_database)
    assert status == 0, output
    assert "messages among them" in output and "file" in output
    before = contents(source)
    assert contents(postgres_database) == before
    engine = engine_of(make_url(postgres_database), writer=False)
    with engine.connect() as db:
        assert compare_metadata(context(db), metadata) == []
    engine.dispose()
    async with (
        running(tmp_path / "new", database=postgres_database) as server,
        connect(server.url, "alice", token=token) as alice,
    ):
        page = await alice.run("sync", revs=revs)
        assert page["reset"] == [] and not [change for change in page["changes"] if change["room"] == "#lobby"]
        message = await alice.say("#lobby", "after the copy")
        assert message["number"] == 26 and message["rev"] == revs["#lobby"] + 1
        async with asyncio.timeout(PATIENCE):  # the index is made anew
            while not (found := await alice.run("search", query="number24"))["messages"]:
                await asyncio.sleep(0.05)
        assert [each["text"] for each in found["messages"]] == ["message number24 😀 ñ"]
    back = url_of(tmp_path / "back")
    of_nodes = {"CHATROOMS_BUS": "redis://127.0.0.1", "CHATROOMS_WORKERS": "two"}  # settings that do not fit the copy
    assert run(postgres_database, back, **of_nodes)[0] == 0
    assert contents(back) == contents(postgres_database)
    async with running(tmp_path / "back", database=back) as server, connect(server.url, "alice", token=token) as alice:
        assert (await alice.say("#lobby", "home again"))["number"] == 27


SLOWLY = """
import sys
from chatrooms.cli import copying as command
from chatrooms.storage import copying
copying.ROWS, command.SECONDS_BETWEEN = 3, -1
command.copy(*sys.argv[1:], lambda line: print(line, flush=True))
"""


@pytest.mark.slow
def test_a_copy_that_was_killed_goes_on_where_it_was(used, tmp_path, postgres_database, monkeypatch):
    source, *_ = used
    command = [sys.executable, "-c", SLOWLY, source, postgres_database]
    for begin in (b"rooms:", b"messages: 9", b"messages: 18"):
        process = subprocess.Popen(command, env=environment(tmp_path), stdout=subprocess.PIPE)
        while not process.stdout.readline().startswith(begin):
            assert process.poll() is None
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        engine = engine_of(make_url(postgres_database), writer=True, patient=True)
        with pytest.raises(Unfinished, match="run `chatrooms copy` again"):
            migrate(engine)
        engine.dispose()
    monkeypatch.setattr(copying, "ROWS", 3)
    assert run(source, postgres_database)[0] == 0
    assert contents(postgres_database) == contents(source)


async def test_a_target_that_is_in_use_is_left_alone(used, tmp_path):
    source, *_ = used
    async with running(tmp_path / "other"):
        pass
    other = url_of(tmp_path / "other")
    before = contents(other)
    assert "the target is not empty" in run(source, other)[1]
    assert contents(other) == before
    assert "the same database" in run(source, source)[1]


def interrupted(source, target, monkeypatch):
    """Begin a copy, and end it after some rows."""
    monkeypatch.setattr(copying, "ROWS", 3)
    from chatrooms.cli import copying as command

    monkeypatch.setattr(command, "SECONDS_BETWEEN", -1)

    def say(line):
        if line.startswith("messages: 9"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        command.copy(source, target, say)


async def test_a_copy_does_not_go_on_from_a_source_that_has_changed(used, tmp_path, monkeypatch):
    source, token, _ = used
    target = url_of(tmp_path / "new")
    interrupted(source, target, monkeypatch)
    async with (
        running(tmp_path / "used", database=source) as server,
        connect(server.url, "alice", token=token) as alice,
    ):
        await alice.say("#lobby", "one more")
    assert "begin anew with an empty target" in run(source, target)[1]


@pytest.mark.parametrize(
    "harm",
    [
        update(messages).where(messages.c.number == 2).values(text="something else"),
        delete(messages).where(messages.c.number == 3, messages.c.room == "#lobby"),
        update(rooms).where(rooms.c.name == "#lobby").values(counter=1),
    ],
)
async def test_a_copy_that_differs_is_not_used(used, tmp_path, monkeypatch, harm):
    source, *_ = used
    target = url_of(tmp_path / "new")
    interrupted(source, target, monkeypatch)
    engine = engine_of(make_url(target), writer=True)
    with engine.begin() as db:
        assert db.execute(harm).rowcount
    engine.dispose()
    status, output = run(source, target)
    assert status == 2 and "differs from the source" in output
    with pytest.raises(Unfinished):
        migrate(engine)
    engine.dispose()


async def test_nothing_is_copied_while_a_server_runs(used, tmp_path, postgres_database):
    source, *_ = used
    async with running(tmp_path / "used", database=source):
        assert "another server uses" in run(source, postgres_database)[1]


def test_there_must_be_a_chat_to_copy(tmp_path):
    assert "there is no database" in run(url_of(tmp_path), url_of(tmp_path / "new"))[1]


def test_every_table_has_a_key_by_which_it_is_copied():
    assert all(len(table.primary_key.columns) for table in metadata.tables.values())
    assert {table.name for table in copying.tables()} == metadata.tables.keys() - {copying.INDEXED}
