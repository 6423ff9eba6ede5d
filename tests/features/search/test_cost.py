"""What a search costs does not tell which words others wrote where the caller can't read: the work is counted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, Engine, make_url, text

from chatrooms.features import FEATURES, search
from chatrooms.features.search import finding, indexing
from chatrooms.features.search import index as index_of_words
from chatrooms.pipeline.act import Act, Caller, Server
from chatrooms.pipeline.changes import Changes
from chatrooms.pipeline.feature import Features
from chatrooms.pipeline.jobs import Job
from chatrooms.pipeline.parsing import parse
from chatrooms.pipeline.rates import Rates
from chatrooms.pipeline.scopes import Scope
from chatrooms.settings import DATABASE, Settings
from chatrooms.storage.engines import connect
from tests.people import Person

READ = "SELECT sum(coalesce(idx_tup_fetch, 0) + coalesce(seq_tup_read, 0)) FROM pg_stat_xact_user_tables"
MOST = {"sqlite": 60, "postgresql": 6}
"""How many instructions of SQLite, or rows of tables and indexes in PostgreSQL, a message of others may add."""
PAIRS = {
    "word": ("zanzibarcanary", "qanzibarcanary"),
    "beginning": ("zanzib*", "zanzix*"),
    "phrase": ('"password is zanzibarcanary"', '"password is hunter2"'),
    "with what is in many messages": ("zanzibarcanary hello", "qanzibarcanary hello"),
    "in a room of theirs": ("zanzibarcanary in:#m1", "qanzibarcanary in:#m1"),
    "of an author": ("zanzib* from:alice", "zanzix* from:alice"),
    "with a link": ("zanzib* has:link", "zanzix* has:link"),
    "without": ("zanzib* -hello", "zanzix* -hello"),
}
ROOMS = {"few": 5, "many": finding.FEW + 5}

pytestmark = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@dataclass
class Work:
    """What a search did: the statements, and how much these read."""

    statements: list[str]
    read: int = 0


@contextmanager
def counted(db: Connection) -> Iterator[Work]:
    """Count what is done with a connection inside of this context."""
    work = Work([])
    driver: Any = db.connection.driver_connection
    if db.dialect.name == "sqlite":

        def instruction() -> None:
            work.read += 1

        driver.set_trace_callback(work.statements.append)
        driver.set_progress_handler(instruction, 1)
        yield work
        work.statements = [each for each in work.statements if not each.startswith("--")]  # the index's own
        driver.set_trace_callback(None)
        driver.set_progress_handler(None, 0)
        return
    before = db.scalar(text(READ)) or 0
    with pytest.MonkeyPatch.context() as patch:
        execute = psycopg.Cursor.execute

        def noted(cursor: psycopg.Cursor, query: Any, *given: Any, **how: Any) -> Any:
            work.statements.append(str(query))
            return execute(cursor, query, *given, **how)

        patch.setattr(psycopg.Cursor, "execute", noted)
        yield work
    work.read = int((db.scalar(text(READ)) or 0) - before)


@pytest.fixture
def engine(own_server, database, tmp_path) -> Iterator[Engine]:
    """Return a way to search in the database of the server, of the caller's own."""
    opened = connect(make_url(database or f"sqlite:///{tmp_path / DATABASE}"), writer=False)
    yield opened
    opened.dispose()


def searched(engine: Engine, asked: str, scope: Scope | None = None) -> Work:
    """Return what a search of Mallory does, who finds nothing."""
    features = Features(FEATURES)
    server = Server(parts=features.parts, blank=features.blank)
    with engine.begin() as db:
        act = Act(Caller("mallory", scope=scope), db, Changes(db), Rates(Settings()), server)
        p = parse(search.search, {"query": asked})
        with counted(db) as work:
            assert search.search.body(act, p, search.search.may(act, p))["messages"] == []
    return work


def differing(engine: Engine, pair: tuple[str, str], scope: Scope | None = None) -> list[Work]:
    """Return what two searches do if one can tell them apart by it; each runs for the second time."""
    for asked in pair:
        searched(engine, asked, scope)
    there, absent = (searched(engine, asked, scope) for asked in pair)
    is_same = len(there.statements) == len(absent.statements)
    return [] if is_same and abs(there.read - absent.read) <= MOST[engine.dialect.name] else [there, absent]


async def filled(person, own_server, rooms: int) -> Person:
    """Return Mallory, who belongs to so many rooms; others say what is secret elsewhere."""
    alice, mallory = await person("alice"), await person("mallory")
    for number in range(rooms):
        await mallory.run("room.create", name=f"#m{number}", access="private")
    await alice.run("room.create", name="#secret", access="private")
    await alice.say("#secret", "our password is zanzibarcanary, hello https://example.com/")
    for number in range(20):
        await alice.say("#lobby", f"hello {number}, the password is not here")
    await indexing.INDEX.run(own_server.chat._pipeline, Job(0, "", "", None, 0))
    return mallory


@pytest.mark.parametrize("rooms", ROOMS)
async def test_work_does_not_tell_whether_others_wrote_it(person, own_server, engine, rooms):
    await filled(person, own_server, ROOMS[rooms])
    assert {kind: found for kind, pair in PAIRS.items() if (found := differing(engine, pair))} == {}


async def test_nor_what_one_wrote_oneself_where_a_key_can_not_read(person, own_server, engine):
    mallory = await filled(person, own_server, 2)
    key = Scope(frozenset({"read"}), frozenset({"#m1"}))
    await mallory.say("#m0", "quetzal")
    await indexing.INDEX.run(own_server.chat._pipeline, Job(0, "", "", None, 0))
    assert differing(engine, ("quetzal", "quetzax"), key) == []


async def test_no_number_of_candidates_is_one_from_which_on_more_is_done(person, own_server, engine, monkeypatch):
    await filled(person, own_server, 1)
    limits, find = set(), index_of_words.find

    def noted(db: Connection, wanted: index_of_words.Wanted, *asked: Any, within: Any) -> Any:
        assert within is None  # one message of others would let SQLite read the lists of all rooms
        limits.add(asked[-1])
        return find(db, wanted, *asked, within=within)

    monkeypatch.setattr(index_of_words, "find", noted)
    for _ in range(20):
        searched(engine, "zanzibarcanary")
    assert len(limits) > 10
    assert finding.FIRST <= min(limits) <= max(limits) < 2 * finding.FIRST
