"""`chatrooms backup --files`: each copied database finds its files, and what none of them needs is removed."""

from __future__ import annotations

import asyncio
import stat
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner

from chatrooms.cli import cli, file_copies
from chatrooms.cli.opening import Unable
from chatrooms.settings import FILES
from tests import databases

BUCKET = ("--file-store", "s3://bucket")


@pytest.fixture
def source(tmp_path) -> Path:
    return tmp_path / "data" / FILES


@pytest.fixture
def night(tmp_path, source):
    """Return a function that backs up; meanwhile, it does something to the files."""
    (tmp_path / "backups").mkdir()

    def back_up(name: str, meanwhile=lambda: None) -> None:
        database = tmp_path / "backups" / f"{name}.dump"
        with file_copies.copied_after(database, source, tmp_path / "backups" / "files"):
            database.touch()
            meanwhile()

    return back_up


def share(source: Path, name: str, text: str = "shared") -> None:
    file = source / name[:2] / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def delete(source: Path, name: str) -> None:
    (source / name[:2] / name).unlink()
    (source / name[:2]).rmdir()


def kept(tmp_path) -> set[str]:
    return {path.name for path in (tmp_path / "backups" / "files").rglob("*") if path.is_file()}


def forget(tmp_path, name: str) -> None:
    (tmp_path / "backups" / f"{name}.dump").unlink()


def test_a_deleted_file_stays_until_the_last_database_that_has_it_is_gone(tmp_path, source, night):
    share(source, "aa1")
    night("1")
    share(source, "bb2")
    night("2")
    delete(source, "aa1")
    delete(source, "bb2")
    night("3")
    forget(tmp_path, "1")
    night("4")
    assert kept(tmp_path) == {"aa1", "bb2"}  # the database of night 2 has both
    forget(tmp_path, "2")
    night("5")
    assert kept(tmp_path) == set()
    assert [path.name for path in (tmp_path / "backups" / "files").iterdir()] == []
    assert sorted(path.name for path in (tmp_path / "backups").glob("*.files")) == [
        f"{n}.dump.files" for n in (3, 4, 5)
    ]


def test_a_file_that_is_deleted_while_the_database_is_copied_is_one_of_that_database(tmp_path, source, night):
    share(source, "aa1")
    night("1")
    night("2", lambda: delete(source, "aa1"))
    forget(tmp_path, "1")
    night("3")
    assert kept(tmp_path) == {"aa1"}
    forget(tmp_path, "2")
    night("4")
    assert kept(tmp_path) == set()


def test_a_file_that_is_shared_while_the_database_is_copied_is_copied_too(tmp_path, source, night):
    night("1", lambda: share(source, "aa1"))
    assert kept(tmp_path) == {"aa1"}


def test_nothing_is_removed_while_there_is_a_database_of_unknown_files(tmp_path, source, night):
    share(source, "aa1")
    night("1")
    delete(source, "aa1")
    (tmp_path / "backups" / "1.dump.files").unlink()
    night("2")
    assert kept(tmp_path) == {"aa1"}
    forget(tmp_path, "1")
    night("3")
    assert kept(tmp_path) == set()


def test_a_copy_that_was_interrupted_is_made_whole_and_a_failed_one_removes_nothing(tmp_path, source, night):
    share(source, "aa1", "all of it")
    night("1")
    copy = tmp_path / "backups" / "files" / "aa" / "aa1"
    copy.write_text("all")
    (copy.parent / "aa2.part").touch()
    delete(source, "aa1")

    def fails() -> None:
        raise Unable("the database cannot be copied")

    forget(tmp_path, "1")
    with suppress(Unable):
        night("2", fails)
    assert kept(tmp_path) == {"aa1", "aa2.part"}
    share(source, "aa1", "all of it")
    night("3")
    (tmp_path / "backups" / "2.dump").unlink()
    night("4")
    assert kept(tmp_path) == {"aa1"} and copy.read_text() == "all of it"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600 and stat.S_IMODE(copy.parent.stat().st_mode) == 0o700


def test_what_is_not_a_shared_file_stays_and_the_files_themselves_are_no_copies(tmp_path, source, night):
    share(source, "aa1")
    (source / "uploads").mkdir()
    (source / "uploads" / "unfinished").touch()
    night("1")
    assert kept(tmp_path) == {"aa1"}
    (tmp_path / "backups" / "files" / "notes.txt").touch()
    (tmp_path / "backups" / "files" / "aa" / "bb").touch()
    delete(source, "aa1")
    forget(tmp_path, "1")
    night("2")
    assert kept(tmp_path) == {"notes.txt", "bb"}
    with (
        pytest.raises(Unable, match="the files themselves"),
        file_copies.copied_after(tmp_path / "x.dump", source, source),
    ):
        pass


def test_the_command_copies_the_files_beside_the_database(tmp_path, source):
    asyncio.run(databases.put_into(source.parent))
    share(source, "aa1")
    copy, folder = tmp_path / "monday.sqlite3", tmp_path / "copies"
    command = ["backup", str(copy), "--files", str(folder), "--data", str(source.parent)]
    done = CliRunner().invoke(cli, command)
    assert done.exit_code == 0 and str(folder) in done.output, done.output
    assert (folder / "aa" / "aa1").read_text() == "shared"
    assert (tmp_path / "monday.sqlite3.files").read_text() == "aa/aa1\n"
    again = CliRunner().invoke(cli, command)
    assert again.exit_code == 2 and "exists already" in again.output
    done = CliRunner().invoke(cli, [command[0], str(tmp_path / "b.sqlite3"), *command[2:], *BUCKET])
    assert done.exit_code == 0 and "back up the bucket" in done.output, done.output
    assert not (tmp_path / "b.sqlite3.files").exists()
