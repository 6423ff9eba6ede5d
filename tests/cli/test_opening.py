"""The reasons why a database cannot be opened, as an operator reads them."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from types import SimpleNamespace

import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError

from chatrooms.cli import opening as opening_module
from chatrooms.cli.opening import Unable, opening, opening_existing
from chatrooms.cli.options import settings_of
from chatrooms.errors import Unavailable
from chatrooms.settings import DATABASE, Settings
from chatrooms.storage import migrations


def full_database(tmp_path) -> sqlite3.Error:
    """Return SQLite's own error for a database that cannot grow."""
    db = sqlite3.connect(tmp_path / "small.db")
    db.execute("PRAGMA max_page_count = 2")
    try:
        db.execute("CREATE TABLE a (b)")
        db.execute("INSERT INTO a VALUES (zeroblob(100000))")
    except sqlite3.Error as error:
        return error
    finally:
        db.close()
    raise AssertionError("it grew")


def coded(name: str) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorname = name
    return error


def failing(tmp_path, error: Exception) -> str:
    with pytest.raises(Unable) as raised, opening(Settings(data=tmp_path)):
        raise error
    return str(raised.value)


def test_a_full_disk_is_named(tmp_path, monkeypatch):
    reason = f"the disk is full: {tmp_path}"
    assert failing(tmp_path, OperationalError("", (), full_database(tmp_path))) == reason
    assert failing(tmp_path, OSError(errno.ENOSPC, "No space left on device")) == reason
    assert "disk I/O error" in failing(tmp_path, OperationalError("", (), coded("SQLITE_IOERR_SHMSIZE")))
    assert failing(tmp_path, Unavailable()) == "the database cannot be written: see above"
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=0))
    assert failing(tmp_path, OperationalError("", (), coded("SQLITE_IOERR_SHMSIZE"))) == reason
    assert failing(tmp_path, Unavailable()) == reason


def test_a_database_of_another_account_is_named(tmp_path, monkeypatch):
    error, file = OperationalError("", (), coded("SQLITE_CANTOPEN")), tmp_path / DATABASE
    assert "the database cannot be opened" in failing(tmp_path, error)
    file.touch()
    monkeypatch.setattr(os, "access", lambda path, _how: path != file)
    assert failing(tmp_path, error).startswith(f"this account cannot read and write {file}: ")


@contextmanager
def as_another_account() -> Iterator[None]:
    """Do something without root's rights."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(before)


@pytest.mark.parametrize("how", [opening, opening_existing])
def test_a_folder_that_this_account_cannot_enter_is_named(tmp_path, how):
    (data := tmp_path / "closed").mkdir(0)
    expected = pytest.raises(
        Unable, match=r"this account cannot enter .*/closed: run the command as the server's account"
    )
    with as_another_account(), expected, how(Settings(data=data)):
        pass


def test_a_configuration_that_this_account_cannot_reach_is_named(tmp_path, capsys):
    (tmp_path / "closed").mkdir(0)
    file = tmp_path / "closed" / "chatrooms.toml"
    with as_another_account(), pytest.raises(SystemExit) as ended:
        settings_of(file, {})
    assert (ended.value.code, capsys.readouterr().err) == (2, f"chatrooms: {file} cannot be read: Permission denied\n")


@pytest.mark.parametrize("url", ["postgres://me@db/chat", "chat.sqlite3"])
def test_what_is_no_database_url_is_shown_how_one_looks(url):
    with pytest.raises(Unable, match=r"not a database URL, which looks like postgresql\+psycopg://"):
        opening_module._supported(Settings(database=url))


def test_a_missing_driver_is_named_with_what_to_install(monkeypatch):
    url = make_url("postgresql+psycopg://me@db/chat")

    def missing():
        raise ImportError("No module named 'psycopg'")

    monkeypatch.setattr(url.get_dialect(), "import_dbapi", missing)
    with pytest.raises(Unable, match=r"psycopg'\. Install chatrooms\[postgresql\]"):
        opening_module._supported(Settings(database=url.render_as_string(hide_password=False)))


@pytest.mark.parametrize(
    ("revision", "reason"),
    [
        (migrations.HEAD, None),
        ("0001", "an older version wrote the source: start the server of this version"),
        ("9999", "a newer version wrote the source: run the `chatrooms` of that version"),
        (migrations.UNFINISHED, "the copy into the source is not complete: run `chatrooms copy` again"),
    ],
)
def test_a_database_of_another_version_is_refused_with_what_to_do(revision, reason):
    with pytest.raises(Unable, match=reason) if reason else nullcontext():
        opening_module.require_this_version(revision, "source")
