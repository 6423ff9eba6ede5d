"""What the writer notes of the disk, for those who watch a server."""

from __future__ import annotations

import sqlite3

import psycopg
import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError

from chatrooms.storage import disk, health
from chatrooms.storage.disk import Disk


def of_sqlite(name: str) -> OperationalError:
    error = sqlite3.OperationalError()
    error.sqlite_errorname = name
    return OperationalError("", (), error)


def of_postgresql(kind: type[psycopg.Error]) -> OperationalError:
    return OperationalError("", (), kind())


FULL, BROKEN = "it is full: people can read, but not post", "it cannot be written: people can read, but not post"


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (of_sqlite("SQLITE_FULL"), FULL),
        (of_sqlite("SQLITE_IOERR_WRITE"), BROKEN),
        (of_sqlite("SQLITE_IOERR_FSYNC"), BROKEN),
        (of_sqlite("SQLITE_READONLY"), BROKEN),
        (of_postgresql(psycopg.errors.DiskFull), FULL),
        (of_postgresql(psycopg.errors.IoError), BROKEN),
        (of_sqlite("SQLITE_BUSY"), None),
        (of_postgresql(psycopg.errors.LockNotAvailable), None),
        (ValueError(), None),
    ],
)
def test_a_disk_that_is_full_or_broken_is_named_until_writes_succeed_for_a_while(error, problem, monkeypatch):
    found, url = Disk(), make_url("postgresql+psycopg:///chat")
    found.note(error)
    found.wrote()
    assert health.degraded(url, found).get("disk") == problem
    monkeypatch.setattr(disk, "SECONDS_TO_REMEMBER", -1)
    found.wrote()
    assert health.degraded(url, found) == {}
