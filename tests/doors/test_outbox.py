"""The outbox: what the application commits in its own database is posted once, and what it rolls back never."""

from __future__ import annotations

import asyncio
import inspect
import logging
import os
import signal
import sqlite3
import sys
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, create_engine, insert, select, text, update
from sqlalchemy.event import listen

from chatrooms import outbox
from chatrooms.doors import outbox as door
from chatrooms.doors.application import ApplicationDoor
from chatrooms.doors.outbox import Outbox
from chatrooms.errors import NotFound, RateLimited
from chatrooms.lifetime import NotRunning
from tests import databases
from tests.hosts import SECONDS_TO_START, TOP, uvicorn
from tests.processes import PATIENCE, environment


@dataclass
class Chat:
    """Stands for the chat: what was posted, and what is refused for which text."""

    posted: list[str] = field(default_factory=list)
    refusing: dict[str, Exception] = field(default_factory=dict)

    async def post(self, *, target: str, text: str, **how: Any) -> Any:
        if text in self.refusing:
            raise self.refusing[text]
        assert len(how["id"]) == 36
        self.posted.append(text)


@pytest.fixture
def engine(tmp_path: Path, either_database: str, monkeypatch):
    monkeypatch.setattr(door, "SECONDS", 0.01)
    engine = create_engine(either_database or f"sqlite:///{tmp_path / 'shop.sqlite3'}")
    outbox.metadata.create_all(engine)
    yield engine
    engine.dispose()


def write(engine: Engine, *texts: str) -> None:
    """Commit messages."""
    with engine.begin() as db:
        for text in texts:
            db.execute(outbox.message("ann", text))


def left(engine: Engine) -> list[tuple[str, str | None]]:
    """Return what is in the table: each text, and why it was refused."""
    with engine.connect() as db:
        return [tuple(row) for row in db.execute(select(outbox.table.c.message, outbox.table.c.refused))]


async def until(is_true, patience: float = PATIENCE) -> None:
    """Wait for a condition."""
    async with asyncio.timeout(patience):
        while not is_true():
            await asyncio.sleep(0.01)


async def test_what_is_committed_is_posted_in_order_and_what_is_rolled_back_is_not(engine):
    chat = Chat()
    write(engine, "1", "2")
    async with Outbox(engine, chat.post).delivering():
        with engine.connect() as db:
            db.execute(outbox.message("ann", "never"))
            db.rollback()
        write(engine, "3")
        await until(lambda: not left(engine))
    assert chat.posted == ["1", "2", "3"]


async def test_a_refused_message_stays_with_the_reason_and_is_tried_again_if_that_is_taken_away(engine, caplog):
    chat = Chat(refusing={"2": NotFound("No user has that id.")})
    write(engine, "1", "2", "3")
    async with Outbox(str(engine.url), chat.post).delivering():
        await until(lambda: len(left(engine)) == 1 and left(engine)[0][1] is not None)
        assert chat.posted == ["1", "3"]
        assert left(engine)[0][1] == "not_found: No user has that id."
        chat.refusing.clear()
        with engine.begin() as db:
            db.execute(update(outbox.table).values(refused=None))
        await until(lambda: not left(engine))
    assert chat.posted == ["1", "3", "2"]
    assert [record.levelname for record in caplog.records] == ["ERROR"]


@pytest.mark.parametrize("refusal", [RateLimited(retry_after=1), NotRunning("ended")])
async def test_messages_that_must_wait_hold_up_no_others(engine, monkeypatch, refusal):
    monkeypatch.setattr(door, "AT_ONCE", 2)
    chat = Chat(refusing={str(number): refusal for number in range(5)})
    write(engine, *map(str, range(8)))
    async with Outbox(engine, chat.post).delivering():
        await until(lambda: len(left(engine)) == 5)
        assert chat.posted == ["5", "6", "7"]
        chat.refusing.clear()
        await until(lambda: not left(engine))
    assert sorted(chat.posted) == list("01234567")


WRONG = ["", "no JSON", "[]", '{"target": "ann", "text": 7}', '{"target": "ann", "more": 1}', "7"]


async def test_what_is_no_message_is_refused_and_holds_up_no_others(engine):
    chat = Chat()
    with engine.begin() as db:
        for number, message in enumerate(WRONG):
            db.execute(insert(outbox.table).values(id=str(number), message=message))
    write(engine, "1")
    async with Outbox(engine, chat.post).delivering():
        await until(lambda: chat.posted and all(why for _, why in left(engine)))
    assert [message for message, _ in left(engine)] == WRONG
    assert all(why.startswith("invalid: ") for _, why in left(engine))


async def test_a_table_that_is_missing_is_named_once_and_read_when_it_is_there(engine, caplog, monkeypatch):
    monkeypatch.setattr(door, "LONGEST_PAUSE", 0.02)
    chat = Chat()
    outbox.metadata.drop_all(engine)
    looks: list[object] = []
    listen(engine, "handle_error", looks.append)
    with caplog.at_level(logging.ERROR):
        async with Outbox(engine, chat.post).delivering():
            await until(lambda: len(looks) >= 3)
            outbox.metadata.create_all(engine)
            write(engine, "1")
            await until(lambda: chat.posted)
    (record,) = caplog.records
    assert "has no table chatrooms_outbox: make it by `chatrooms.outbox.metadata.create_all(engine)`" in caplog.text
    assert record.exc_info is None


async def test_a_database_that_is_away_is_logged_with_the_reason(tmp_path, caplog):
    with caplog.at_level(logging.ERROR):
        async with Outbox(f"sqlite:///{tmp_path}/nowhere/shop.db", Chat().post).delivering():
            await until(lambda: caplog.records)
    (record,) = caplog.records
    assert "the outbox cannot be read or written" in record.getMessage()
    assert "unable to open database file" in str(record.exc_info[1])


def test_a_message_with_a_key_is_posted_by_that_alone():
    given = [door._given(door.Waiting(1, "own", json)) for json in ('{"key": "order 7"}', "{}")]
    assert [(each["key"], each["id"]) for each in given] == [("order 7", None), (None, "own")]


def test_the_outbox_is_of_an_engine_that_blocks():
    with pytest.raises(TypeError, match="an engine that blocks"):
        Outbox(object(), Chat().post)


@pytest.mark.parametrize("database", ["sqlite", "postgresql", "mysql"])
def test_the_table_can_be_made_by_sql(database):
    assert outbox.NAME in outbox.ddl(database)


@pytest.mark.parametrize("write", [outbox.message, outbox.sql])
@pytest.mark.parametrize(
    ("target", "how"),
    [
        (7, {}),
        (UUID(int=7), {}),
        ("ann", {"text": 7}),
        ("ann", {"author": 7}),
        ("ann", {"colour": "red"}),
        ("ann", {"key": "order 7", "id": str(UUID(int=7))}),
        ("ann", {"data": {"at": object()}}),
    ],
)
def test_what_post_does_not_take_fails_where_it_is_written(write, target, how):
    with pytest.raises(TypeError):
        write(target, **{"text": "x", **how})


def test_a_message_takes_what_post_takes():
    assert set(inspect.signature(ApplicationDoor.post).parameters) - {"self"} == outbox.TAKEN


ROWS = 40
LOCKS = {
    "sqlite": "UPDATE chatrooms_outbox SET refused = refused",
    "postgresql": "LOCK TABLE chatrooms_outbox IN SHARE MODE",
}
"""What begins a transaction in which nothing can be deleted."""


@pytest.mark.slow
async def test_a_process_that_is_killed_between_posting_and_deleting_posts_nothing_twice(engine, tmp_path):
    await databases.put_into(tmp_path)
    with engine.begin() as db:
        for number in range(ROWS):
            db.execute(outbox.message("ann", f"Order {number}", create=True))
    with engine.connect() as locking:
        locking.execute(text(LOCKS[engine.dialect.name]))
        process = await start(tmp_path, engine)
        await until(lambda: posted(tmp_path) == ROWS, SECONDS_TO_START)
        assert len(left(engine)) == ROWS
        os.kill(process.pid, signal.SIGKILL)
        await process.wait()
    process = await start(tmp_path, engine)
    await until(lambda: not left(engine), SECONDS_TO_START)
    process.kill()
    await process.wait()
    assert posted(tmp_path) == ROWS


async def start(data: Path, engine: Engine) -> asyncio.subprocess.Process:
    """Start an application that has the outbox."""
    env = environment(data, DATA=str(data), OUTBOX=engine.url.render_as_string(hide_password=False))
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *uvicorn("starlette_shop:app")), cwd=TOP, env=env, stderr=asyncio.subprocess.DEVNULL
    )


def posted(data: Path) -> int:
    """Return how many messages of the application are stored."""
    with closing(sqlite3.connect(data / "chatrooms.sqlite3")) as db:
        return db.execute("SELECT count(*) FROM messages WHERE author = 'system' AND number IS NOT NULL").fetchone()[0]
