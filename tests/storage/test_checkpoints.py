"""The write-ahead log is copied while others write, starts over before it grows long, and loses nothing."""

from __future__ import annotations

import asyncio
import logging
import threading

import pytest
from sqlalchemy import make_url, text

from chatrooms.storage import checkpoints
from chatrooms.storage.checkpoints import Checkpoints
from chatrooms.storage.database import Database
from chatrooms.storage.engines import connect
from chatrooms.storage.tables import metadata
from tests.storage.test_writer import adding, stored

PAGE = 4096 + 24


@pytest.mark.parametrize(("limit", "at_once", "count"), [("LONG", 20, 3000), ("SHORT", 1, 600)])
async def test_the_log_stays_short_while_others_write(tmp_path, monkeypatch, caplog, limit, at_once, count):
    for name in ("LONG", "SHORT"):
        monkeypatch.setattr(checkpoints, name, 200 if name == limit else 10**9)
    database = Database(f"sqlite:///{tmp_path / 'test.sqlite3'}")
    await database.open()
    names = [f"#{number:05}" for number in range(count)]
    for start in range(0, len(names), at_once):
        await asyncio.gather(*(database.writer.change(adding(name)) for name in names[start : start + at_once]))
    log = (await asyncio.to_thread((tmp_path / "test.sqlite3-wal").stat)).st_size // PAGE
    assert await database.reader.read(stored) == names
    await database.close()
    assert log < 600, "without starting over it has thousands of pages"
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def test_the_writer_copies_what_is_left_of_a_long_log(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, "SHORT", 10**9)
    engine = connect(make_url(f"sqlite:///{tmp_path / 'test.sqlite3'}"), writer=True)
    metadata.create_all(engine)
    copies = Checkpoints(engine.url)

    def write(name):
        with engine.begin() as connection:
            adding(name)(connection)
        copies.committed(1)

    for number in range(100):
        write(f"#{number}")
    copies._length = 10**9
    write("#copied with all before it")
    write("#first of a new log")
    assert checkpoints._copy(copies._engine) < 20
    copies.end()
    engine.dispose()


async def test_writers_do_not_wait_while_the_log_is_copied(tmp_path, monkeypatch):
    copying, go_on = threading.Event(), threading.Event()
    copy = checkpoints._copy

    def slowly(engine):
        copying.set()
        go_on.wait(10)
        return copy(engine)

    monkeypatch.setattr(checkpoints, "SHORT", 1)
    monkeypatch.setattr(checkpoints, "_copy", slowly)
    database = Database(f"sqlite:///{tmp_path / 'test.sqlite3'}")
    await database.open()
    await database.writer.change(adding("#a"))
    assert await asyncio.to_thread(copying.wait, 10)
    await database.writer.change(adding("#b"))
    go_on.set()
    assert await database.writer.change(lambda db: db.scalar(text("SELECT count(*) FROM rooms"))) == 2
    await database.close()
