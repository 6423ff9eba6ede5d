"""A connection pooler in front of PostgreSQL: one that shares sessions is named, one that does not is used."""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import make_url

from chatrooms.storage.database import Database
from chatrooms.storage.fitness import Unfit
from tests.people import PATIENCE
from tests.services.postgres import UNPRIVILEGED, server_user
from tests.storage.test_writer import adding, stored

pytestmark = pytest.mark.slow
SETTINGS = """
[databases]
* = host={host} port=5432
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {folder}/users
pool_mode = {mode}
default_pool_size = 10
"""


@asynccontextmanager
async def pooled(program, database, folder, mode):
    """Run PgBouncer in front of a database; return its URL there."""
    url = make_url(database)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    given = {"host": url.query["host"], "port": port, "folder": folder, "mode": mode}
    (folder / "settings.ini").write_text(SETTINGS.format(**given))
    (folder / "users").write_text('"postgres" ""\n')
    as_another = ("-u", UNPRIVILEGED) if server_user() else ()
    process = await asyncio.create_subprocess_exec(program, "-q", *as_another, folder / "settings.ini")
    try:
        async with asyncio.timeout(PATIENCE):
            while not await _answers(port):
                await asyncio.sleep(0.05)
        yield url.set(host="127.0.0.1", port=port, query={}).render_as_string(hide_password=False)
    finally:
        process.terminate()
        await process.wait()


async def _answers(port):
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


@pytest.fixture
def folder(tmp_path_factory):
    """Return a folder that PgBouncer can read, which does not run as root."""
    folder = tmp_path_factory.mktemp("pgbouncer")
    for each in (folder, *folder.parents[:2]):
        if os.access(each, os.W_OK) and each.owner() == folder.owner():
            each.chmod(each.stat().st_mode | 0o755)
    return folder


async def test_a_pooler_that_shares_sessions_is_named(proxy_program, postgres_database, folder):
    async with pooled(proxy_program("pgbouncer"), postgres_database, folder, "transaction") as url:
        for _ in range(3):
            with pytest.raises(Unfit, match="pool_mode = session"):
                await Database(url).open()


async def test_a_pooler_that_keeps_sessions_is_used(proxy_program, postgres_database, folder, caplog):
    async with pooled(proxy_program("pgbouncer"), postgres_database, folder, "session") as url:
        database = Database(url)
        await database.open()
        assert "behind a connection pooler, which has to allow 7 connections" in caplog.text
        for name in ("#a", "#b"):
            await database.writer.change(adding(name))
        assert await asyncio.gather(*(database.reader.read(stored) for _ in range(5))) == [["#a", "#b"]] * 5
        await database.close()
