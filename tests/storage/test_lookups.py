"""Lookups share a transaction, but not the failure of one of them."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import literal, select
from sqlalchemy.exc import DataError, OperationalError

from chatrooms.errors import Unavailable
from chatrooms.storage.database import Database


@pytest.fixture
async def database(either_database, tmp_path):
    database = Database(either_database or f"sqlite:///{tmp_path / 'chat.sqlite3'}")
    await database.open()
    yield database
    await database.close()


async def outcomes(database: Database, *queries) -> list:
    return await asyncio.gather(*map(database.reader.lookup, queries), return_exceptions=True)


def finding(value: str):
    return lambda db: db.scalar(select(literal(value)))


def failing(kind: type[Exception]):
    def query(_db):
        raise kind("", {}, ValueError())

    return query


async def test_a_lookup_with_impossible_values_fails_alone(database):
    found = await outcomes(database, finding("a"), failing(DataError), finding("b"), failing(DataError), finding("c"))
    assert [found[0], found[2], found[4]] == ["a", "b", "c"]
    assert all(isinstance(found[at], Unavailable) for at in (1, 3))


async def test_a_nul_in_one_lookup_fails_no_other(database):
    first, _, last = await outcomes(database, finding("a"), finding("\0"), finding("c"))
    assert (first, last) == ("a", "c")


async def test_without_a_database_the_rest_of_a_batch_is_not_tried(database):
    tried = []
    failed, refused = await outcomes(database, failing(OperationalError), tried.append)
    assert isinstance(failed, Unavailable)
    assert isinstance(refused, Unavailable)
    assert tried == []
