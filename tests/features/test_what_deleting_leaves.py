"""What refers to a message goes when it is deleted: all tables that do, by their declaration, whoever adds one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, Column, Connection, Float, Integer, Table, insert, select

from chatrooms import ids, names
from chatrooms.clock import now
from chatrooms.features.messages.permissions import Which
from chatrooms.pipeline.act import APPLICATION, Caller
from chatrooms.pipeline.commands import Command
from chatrooms.storage.tables import jobs, messages, metadata
from tests.direct import DECLARED, Direct
from tests.people import PATIENCE, connect
from tests.servers import running

STAYS = {
    "threads": "the thread under a deleted message goes on, and its summary with it",
    "follows": "of the people of that thread",
    "messages": "a reply goes on; what it quotes is empty",
}
"""Each table whose rows outlive the message that they refer to, and why."""
TAKING = {"bookmark.remove"}
"""The changes about a message that only take away what is the caller's own, which its deletion would do, too."""
NUMBERS = count(1)
MARKED = {"inbox", "bookmarks"}
"""Own rows of people, which are `gone`: clients that were away learn it from them."""


def referring() -> Iterator[tuple[Table, Column[Any]]]:
    """Yield each column that refers to a message, with its table."""
    for table in metadata.sorted_tables:
        for key in table.foreign_keys:
            if key.column is messages.c.id:
                yield table, key.parent


def fill(db: Connection, table: Table, about: Column[Any], id: str) -> None:
    """Add a row about a message whose other columns have some value of their type."""
    row = {column.name: some(column) for column in table.columns if not is_left_out(column)}
    db.execute(insert(table).values({**row, about.name: id}))


def is_left_out(column: Column[Any]) -> bool:
    numbered = column.table.autoincrement_column is column
    return numbered or bool(column.nullable) or column.server_default is not None


def some(column: Column[Any]) -> Any:
    for key in column.foreign_keys:
        return {"users": "bob", "rooms": "#lobby"}.get(key.column.table.name)
    if isinstance(column.type, Boolean):
        return False
    if isinstance(column.type, Integer | Float):
        return next(NUMBERS) if column.primary_key else 1
    if isinstance(column.type, JSON):
        return []
    return {"id": ids.new(), "kind": "mention", "at": now()}.get(column.name, "x")


def rows(db: Connection, table: Table, about: Column[Any], id: str) -> list[Any]:
    return list(db.execute(select(table).where(about == id)).mappings())


async def until_all_is_done(chat) -> None:
    waiting = select(jobs.c.id).where(jobs.c.done_at.is_(None), jobs.c.due_at <= now())
    async with asyncio.timeout(PATIENCE):
        while await chat._pipeline.lookup(lambda db: db.scalars(waiting.limit(1)).all()):
            await asyncio.sleep(0.01)


TABLES = [each for each in referring() if each[0].name not in STAYS]


@pytest.mark.slow
async def test_a_deleted_message_leaves_no_row_that_refers_to_it(tmp_path, either_database):
    async with (
        running(tmp_path, database=either_database) as server,
        connect(server.url, "alice") as alice,
        connect(server.url, "bob") as bob,
    ):
        pipeline = server.chat._pipeline
        id = (await alice.say("#lobby", "soon gone"))["id"]
        other = (await alice.say("#lobby", "stays"))["id"]
        await pipeline.change(
            lambda act: [fill(act.db, *each, which) for each in TABLES for which in (id, other)], APPLICATION
        )
        await alice.run("message.delete", id=id)
        await until_all_is_done(server.chat)
        for table, about in TABLES:
            left = await pipeline.lookup(lambda db, of=(table, about): rows(db, *of, id))
            assert [row for row in left if table.name not in MARKED or not row["gone"]] == [], table.name
            assert len(await pipeline.lookup(lambda db, of=(table, about): rows(db, *of, other))) == 1, table.name
        (bookmark,) = await bob.hears(lambda _, data: data.get("bookmarks")) and bob.rows("bookmarks")[-1:]
        assert (bookmark["message"], bookmark["gone"]) == (id, True)


def test_what_adds_something_to_a_message_locks_its_room_or_its_thread_as_its_deletion_does():
    direct = Direct()
    direct.join("bob")
    message = direct.run("bob", "message.post", {"room": "#lobby", "text": "x"})[0]["message"]
    its = {message["room"], names.thread(message["room"], message["seq"])}

    def locked(command: Command[Any]) -> set[str]:
        with direct.engine.connect() as db:
            return set(command.locks(db, Caller("bob"), command.params.model_construct(id=message["id"])))

    about = {name: each for name, each in DECLARED.items() if each.kind == "change" and issubclass(each.params, Which)}
    assert locked(about["message.delete"]) == its
    assert {name for name, each in about.items() if not its & locked(each)} == TAKING
    direct.engine.dispose()


def test_every_table_that_outlives_a_message_still_refers_to_one():
    assert STAYS.keys() | MARKED <= {table.name for table, _ in referring()}
