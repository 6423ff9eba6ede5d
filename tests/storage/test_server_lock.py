"""The lock of a database in PostgreSQL, which its servers share, and whose sessions end when PostgreSQL restarts."""

from __future__ import annotations

import asyncio
import os
import socket

import psycopg
import pytest
from sqlalchemy import make_url

from chatrooms.errors import Unavailable
from chatrooms.storage import server_lock, writer_thread
from chatrooms.storage.database import Database
from chatrooms.storage.server_lock import Busy
from tests.people import PATIENCE, connect
from tests.processes import started
from tests.services.postgres import connect as connect_to_postgres

SESSIONS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> %s"
HOLDERS = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND objid = %s"


@pytest.fixture
async def administrator(postgres_database):
    """Return a session with the database besides that of the server."""
    url = make_url(postgres_database).set(drivername="postgresql").render_as_string(hide_password=False)
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as session:
        yield session


@pytest.fixture
async def database(postgres_database, monkeypatch):
    monkeypatch.setattr(server_lock, "PATIENCE", "300ms")
    monkeypatch.setattr(writer_thread, "SECONDS_TO_LOOK", 0.01)
    database = Database(postgres_database, shared=True)
    await database.open()
    yield database
    await database.close()


async def end_all_sessions(administrator) -> None:
    """Do to the server what a restart of PostgreSQL does."""
    await administrator.execute(SESSIONS, (administrator.info.backend_pid,))


async def holder(administrator) -> int | None:
    row = await (await administrator.execute(HOLDERS, (server_lock.KEY,))).fetchone()
    return row and row[0]


async def test_an_idle_server_takes_the_lock_again(database, administrator):
    before = await holder(administrator)
    await end_all_sessions(administrator)
    async with asyncio.timeout(PATIENCE):
        while await holder(administrator) in (None, before):
            await asyncio.sleep(0.01)


async def test_servers_share_the_lock_and_one_of_a_version_that_does_not_is_kept_out(database, administrator):
    url = database.url.render_as_string(hide_password=False)
    other = Database(url, shared=True)
    await other.open()
    await other.close()
    with pytest.raises(Busy, match="another server"):
        await Database(url).open()
    exclusive = "SELECT pg_try_advisory_lock(%s)"
    assert await (await administrator.execute(exclusive, (server_lock.KEY,))).fetchone() == (False,)
    await database.close()
    await administrator.execute("SELECT pg_advisory_lock(%s)", (server_lock.KEY,))
    with pytest.raises(Busy, match="another server"):
        await other.open()


async def test_a_write_takes_the_lock_again_first(database, administrator, monkeypatch):
    monkeypatch.setattr(writer_thread, "SECONDS_TO_LOOK", 3600)
    await database.writer.change(lambda _: None)
    await end_all_sessions(administrator)
    pid = await database.writer.change(lambda db: db.exec_driver_sql("SELECT pg_backend_pid()").scalar())
    assert await holder(administrator) == pid


async def test_its_own_former_session_does_not_keep_it_out(database):
    session = await database.writer.change(lambda db: db.connection.driver_connection)
    held, (broken, other) = os.dup(session.fileno()), socket.socketpair()
    other.close()
    os.dup2(broken.fileno(), session.fileno())  # as if the network failed: PostgreSQL still has the session
    broken.close()
    assert await database.writer.change(lambda _: 1) == 1
    os.close(held)


async def another_server_is_first(administrator, url: str) -> None:
    """End all sessions while another server waits for the lock."""
    other = asyncio.create_task(administrator.execute("SELECT pg_advisory_lock(%s)", (server_lock.KEY,)))
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = %s"
    with connect_to_postgres(make_url(url)) as third:
        while third.execute(waiting, (server_lock.KEY,)).fetchone() == (0,):
            await asyncio.sleep(0.01)
        pids = [administrator.info.backend_pid, third.info.backend_pid]
        third.execute(SESSIONS.replace("pid <> %s", "pid <> ALL(%s)"), (pids,))
    await other


async def test_nothing_is_written_once_another_server_has_the_lock(database, administrator, postgres_database):
    reasons = asyncio.Queue()
    database.writer.on_lost(reasons.put_nowait)
    await another_server_is_first(administrator, postgres_database)
    with pytest.raises(Unavailable):
        await database.writer.change(lambda _: 1)
    async with asyncio.timeout(PATIENCE):
        assert f"another server uses {database.url.database}" in await reasons.get()
    await administrator.execute("SELECT pg_advisory_unlock(%s)", (server_lock.KEY,))
    with pytest.raises(Unavailable):
        await database.writer.change(lambda _: 1)


@pytest.mark.slow
async def test_a_server_ends_once_another_has_its_database(tmp_path, postgres_database, administrator, capfd):
    async with (
        started(tmp_path, "--database", postgres_database) as server,
        connect(server.url, "alice") as alice,
    ):
        await alice.say("#lobby", "hello")
        await another_server_is_first(administrator, postgres_database)
        assert await asyncio.wait_for(server.process.wait(), PATIENCE) == 2
    lines = [line for line in capfd.readouterr().err.splitlines() if "another server uses" in line]
    assert len(lines) == 2 and "level=error" in lines[0] and "stops" in lines[0]
