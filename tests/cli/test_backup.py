"""`chatrooms backup`: one complete copy beside a server that writes, or exit 2 and no copy."""

from __future__ import annotations

import asyncio
import errno
import os
import sqlite3
import stat
from importlib import import_module
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import make_url

from chatrooms.settings import DATABASE, FILES
from tests.cli.operator import typed
from tests.people import connect
from tests.processes import started
from tests.servers import running
from tests.services.postgres import connect as connect_to_postgres
from tests.services.postgres import fresh_database, server_binaries

PAGE = 4096

pytestmark = pytest.mark.slow  # a process for each command


def mode(path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def keep_posting(alice, said: list[str]) -> None:
    while True:
        text = f"message {len(said)}"
        await alice.say("#lobby", text)
        said.append(text)


async def test_a_copy_of_a_busy_server_has_every_acknowledged_message_and_only_its_owner_reads_it(tmp_path):
    data, copy = tmp_path / "data", tmp_path / "copy.sqlite3"
    before = os.umask(0)
    try:
        async with started(data, "--rate-post", "100000/second") as server, connect(server.url, "alice") as alice:
            said: list[str] = []
            posting = asyncio.create_task(keep_posting(alice, said))
            while len(said) < 50:
                await asyncio.sleep(0.01)
            acknowledged = len(said)
            status, out, err = await typed(tmp_path, "backup", str(copy), "--data", str(data))
            posting.cancel()
    finally:
        os.umask(before)
    assert (status, err) == (0, "") and str(data / DATABASE) in out and str(copy) in out
    assert mode(copy) == 0o600 and [path.name for path in tmp_path.glob("copy*")] == ["copy.sqlite3"]
    texts = [text for (text,) in sqlite3.connect(copy).execute("SELECT text FROM messages ORDER BY seq")]
    assert texts[:acknowledged] == said[:acknowledged]


async def test_it_needs_a_database_and_creates_none(tmp_path):
    status, _, err = await typed(tmp_path, "backup", str(tmp_path / "copy"), "--data", str(tmp_path / "dta"))
    assert (status, len(err.splitlines())) == (2, 1) and f"there is no database: sqlite:///{tmp_path / 'dta'}" in err
    (tmp_path / DATABASE).touch()
    status, _, err = await typed(tmp_path, "backup", str(tmp_path / "copy"), "--data", str(tmp_path))
    assert (status, len(err.splitlines())) == (2, 1) and "there is no chat in the database" in err
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith((".", DATABASE))] == []


async def test_a_place_that_cannot_be_written_is_named_by_its_whole_path(tmp_path):
    async with running(tmp_path):
        pass
    status, _, err = await typed(tmp_path, "backup", "nowhere/copy", "--data", str(tmp_path))
    assert status == 2 and err == f"chatrooms: {Path.cwd()}/nowhere/copy cannot be written: No such file or directory\n"


async def test_it_does_not_overwrite_a_file(tmp_path):
    async with running(tmp_path / "data"):
        pass
    copy = tmp_path / "copy"
    copy.write_text("precious")
    status, _, err = await typed(tmp_path, "backup", str(copy), "--data", str(tmp_path / "data"))
    assert (status, len(err.splitlines())) == (2, 1) and f"{copy} exists already" in err
    assert copy.read_text() == "precious"


async def test_a_copy_that_fails_leaves_nothing(tmp_path):
    async with started(tmp_path) as server, connect(server.url, "alice"):
        await server.end()
    with (tmp_path / DATABASE).open("r+b") as file:
        file.seek(-PAGE, os.SEEK_END)
        file.write(b"\xff" * PAGE)
    status, _, err = await typed(tmp_path, "backup", str(tmp_path / "copy"), "--data", str(tmp_path))
    assert (status, len(err.splitlines())) == (2, 1) and "damaged" in err
    missing = tmp_path / "no" / "copy"
    status, _, err = await typed(tmp_path, "backup", str(missing), "--data", str(tmp_path))
    assert (status, len(err.splitlines())) == (2, 1)
    assert list(tmp_path.glob("copy*")) == [] and not missing.parent.exists()


async def test_files_are_copied_once_and_half_copies_are_finished(tmp_path):
    data, copies = tmp_path / "data", tmp_path / "files"
    async with running(data):
        pass
    for key in ("aa1", "aa2", "bb1"):
        make(data / FILES / key[:2] / key, b"whole " * 100)
    make(data / FILES / "aa" / "aa3.part", b"half")
    make(data / FILES / "uploads" / "cc1", b"half")
    make(copies / "aa" / "aa2", b"whole")
    made = []
    for number in range(2):
        arguments = ("backup", "--files", str(copies), str(tmp_path / f"copy{number}"), "--data", str(data))
        status, out, err = await typed(tmp_path, *arguments)
        assert (status, err) == (0, "") and out.endswith(f"The files that people shared are copied to {copies}.\n")
        made.append({path.stat().st_ino for path in copies.rglob("*") if path.is_file()})
    assert made[0] == made[1]
    assert sorted(path.name for path in copies.rglob("*") if path.is_file()) == ["aa1", "aa2", "bb1"]
    assert {path.read_bytes() for path in copies.rglob("*") if path.is_file()} == {b"whole " * 100}
    assert mode(copies / "bb") == 0o700 and mode(copies / "bb" / "bb1") == 0o600


def make(file, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


async def test_what_an_interrupted_backup_left_is_named(tmp_path):
    async with running(tmp_path):
        pass
    (tmp_path / "copy.part").touch()
    status, _, err = await typed(tmp_path, "backup", str(tmp_path / "copy"), "--data", str(tmp_path))
    assert (status, len(err.splitlines())) == (2, 1) and "copy.part exists" in err and "remove it" in err


async def test_a_backup_that_fails_leaves_nothing(tmp_path, monkeypatch):
    async with running(tmp_path / "data"):
        pass

    def fill_the_disk(_database: Path, part: Path) -> None:
        part.with_name(f"{part.name}-journal").touch()
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(import_module("chatrooms.cli.backup"), "_copy_in_one_step", fill_the_disk)
    status, _, err = await typed(tmp_path, "backup", str(tmp_path / "copy"), "--data", str(tmp_path / "data"))
    assert status == 2 and "No space left on device" in err
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


@pytest.fixture
def by_password(postgres_database):
    """Return the URL of the database for its owner, whom PostgreSQL asks for a password with all kinds of signs."""
    server, owner, word = make_url(postgres_database), f"owner_{uuid4().hex}", "p@ss:w/o%rd?"
    with connect_to_postgres(server) as administrator:
        administrator.execute(f"CREATE ROLE {owner} LOGIN PASSWORD '{word}'".encode())
        administrator.execute(f'ALTER DATABASE "{server.database}" OWNER TO {owner}'.encode())
    rules = Path(str(server.query["host"]), "pg_hba.conf")
    before = rules.read_text()
    rules.write_text(f"local all {owner} scram-sha-256\n{before}")
    with connect_to_postgres(server) as administrator:
        administrator.execute("SELECT pg_reload_conf()")
        yield server.set(username=owner, password=word).render_as_string(hide_password=False)
        rules.write_text(before)
        for each in ("REASSIGN OWNED BY {0} TO postgres", "DROP OWNED BY {0}", "DROP ROLE {0}"):
            administrator.execute(each.format(owner).encode())


async def test_a_dump_gets_the_password_of_the_database(tmp_path, by_password):
    dump, flags = tmp_path / "copy.dump", ("--data", str(tmp_path))
    async with started(tmp_path, CHATROOMS_DATABASE=by_password):
        given = {"CHATROOMS_DATABASE": by_password, "PATH": str(server_binaries())}
        status, _, err = await typed(tmp_path, "backup", str(dump), *flags, **given)
        assert (status, err) == (0, "") and dump.stat().st_size > 0
        given["CHATROOMS_DATABASE"] = by_password.replace("rd%3F", "rd")
        status, _, err = await typed(tmp_path, "backup", str(tmp_path / "copy"), *flags, **given)
        assert (status, len(err.splitlines())) == (2, 1) and "password authentication failed" in err


async def test_a_dump_of_a_busy_postgresql_is_put_back_by_its_own_program(tmp_path, postgres_url, postgres_database):
    binaries, dump = str(server_binaries()), tmp_path / "copy.dump"
    flags = ("--data", str(tmp_path), "--database", postgres_database)
    async with started(tmp_path, "--database", postgres_database) as server, connect(server.url, "alice") as alice:
        await alice.say("#lobby", "kept")
        status, _, err = await typed(tmp_path, "backup", str(dump), *flags, PATH=binaries)
        assert (status, err) == (0, "") and mode(dump) == 0o600
        status, _, err = await typed(tmp_path, "backup", str(tmp_path / "copy"), *flags, PATH=str(tmp_path))
        assert (status, len(err.splitlines())) == (2, 1) and "pg_dump is missing" in err
    assert [path.name for path in tmp_path.glob("copy*")] == ["copy.dump"]
    with fresh_database(postgres_url) as restored:
        target = restored.replace("+psycopg", "")
        program = await asyncio.create_subprocess_exec(
            f"{binaries}/pg_restore", "-1", "-e", "-O", "-d", target, str(dump)
        )
        assert await program.wait() == 0
        async with (
            running(tmp_path / "new", database=restored) as server,
            connect(server.url, "alice", token=alice.token) as again,
        ):
            assert [row["text"] for row in (await again.run("history", room="#lobby"))["messages"]] == ["kept"]
