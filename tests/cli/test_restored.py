"""`chatrooms restored` on the command line; what clients do then is in tests/client/test_restored.py."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing

import pytest
import sqlalchemy

from chatrooms.settings import DATABASE
from chatrooms.storage import migrations
from tests.cli.operator import typed
from tests.people import connect
from tests.processes import chatrooms, started
from tests.servers import running

pytestmark = pytest.mark.slow  # one starts processes


async def test_it_says_which_database_it_changed(tmp_path):
    async with running(tmp_path):
        pass
    status, out, _ = await typed(tmp_path, "restored", "--data", str(tmp_path))
    assert status == 0 and f"sqlite:///{tmp_path / DATABASE}" in out


async def test_it_needs_a_database_and_creates_none(tmp_path):
    status, out, err = await typed(tmp_path, "restored", "--data", str(tmp_path / "dta"))
    assert (status, out, len(err.splitlines())) == (2, "", 1)
    assert f"there is no database: sqlite:///{tmp_path / 'dta'}" in err and not (tmp_path / "dta").exists()


async def test_it_needs_the_tables_of_a_chat_in_postgresql(tmp_path, postgres_database):
    status, out, err = await typed(tmp_path, "restored", "--database", postgres_database)
    assert (status, out, len(err.splitlines())) == (2, "", 1) and "there is no chat in the database postgresql" in err


async def test_it_migrates_a_copy_of_an_earlier_version_and_says_so(tmp_path):
    engine = sqlalchemy.create_engine(f"sqlite:///{tmp_path / DATABASE}")
    migrations.upgrade(engine, "0001")
    engine.dispose()
    status, _, err = await typed(tmp_path, "restored", "--data", str(tmp_path))
    assert status == 0 and "migrating the database from 0001" in err
    with closing(sqlite3.connect(tmp_path / DATABASE)) as db:
        assert db.execute("SELECT version_num FROM alembic_version").fetchone() == (migrations.HEAD,)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
async def test_what_root_creates_belongs_to_the_account_of_the_server(tmp_path):
    async with started(tmp_path / "made") as server, connect(server.url, "alice"):
        await server.end()
    data = tmp_path / "data"
    data.mkdir()
    os.chown(data, 65534, 65534)
    (data / DATABASE).write_bytes((tmp_path / "made" / DATABASE).read_bytes())
    os.chown(data / DATABASE, 65534, 65534)
    assert (await chatrooms(tmp_path, "restored", "--data", str(data)))[0] == 0
    assert {(path.name, path.stat().st_uid, path.stat().st_gid) for path in data.iterdir()} == {
        (name, 65534, 65534) for name in (DATABASE, f"{DATABASE}.lock")
    }
