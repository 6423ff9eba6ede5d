"""What counts for people follows what is stored, whatever two servers do to one file or page at the same moment."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations, product

import pytest
from sqlalchemy import Connection, Engine, create_engine, delete, func, insert, select, text

from chatrooms.features.files import stored as files
from chatrooms.features.previews import stored as previews
from chatrooms.storage import migrations, usage
from chatrooms.storage.tables import rooms, users
from tests.people import PATIENCE
from tests.storage.test_writer import ROOM

AT = "2026-01-01T00:00:00.000Z"
FILE = {"id": "file", "owner": "alice", "name": "a.png", "hint": "", "length": 100, "at": AT, "shares": "/1x /all"}
PAGE = {
    **dict.fromkeys(("url", "title", "description", "site", "tenant"), ""),
    "id": "page",
    "found": True,
    "size": 100,
    "expires_at": AT,
    "counts_for": "alice /1x /all",
}
WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted")

Work = Callable[[Connection], object]
TO_FILES: dict[str, Work] = {
    "a piece arrives": lambda db: files.arrived(db, "file", 60),
    "the whole arrives": lambda db: files.arrived(db, "file", 100),
    "it is complete": lambda db: files.complete(db, "file", "key", type="text/plain", size=100, charged=100),
    "its copies are": lambda db: files.complete(db, "file", "other", type="image/webp", size=70, charged=250),
    "it is given up": lambda db: files.drop(db, ["file"]),
    "it is forgotten": lambda db: files.forget(db, "file"),
}
TO_PAGES: dict[str, Work] = {"it is forgotten": lambda db: previews.forget_page(db, "page")}


@pytest.fixture
def engine(tmp_path, either_database) -> Iterator[Engine]:
    """Return a database with a person who uploads a file."""
    engine = create_engine(either_database or f"sqlite:///{tmp_path / 'test.sqlite3'}")
    migrations.upgrade(engine)
    with engine.begin() as db:
        db.execute(insert(rooms).values(**ROOM | {"name": "alice", "access": "personal"}))
        db.execute(insert(users).values(username="alice", skeleton="", name="", about="", created_at=AT, rev=1))
    yield engine
    engine.dispose()


def begin(engine: Engine) -> None:
    """Store nothing but a page, and a file of which some bytes have arrived."""
    with engine.begin() as db:
        for table in (files.files, previews.pages, usage.usage):
            db.execute(delete(table))
        files.add(db, FILE)
        files.arrived(db, "file", 30)
        previews.add_page(db, PAGE)


def at_once(engine: Engine, first: Work, second: Work) -> None:
    """Do two works, the second of which begins before the first is committed; SQLite lets it wait."""

    def do_second() -> None:
        with engine.begin() as db:
            second(db)

    with ThreadPoolExecutor(1) as threads, engine.connect() as watch:
        with engine.begin() as db:
            first(db)
            if engine.dialect.name == "postgresql":
                other, until = threads.submit(do_second), time.monotonic() + PATIENCE
                while not other.done() and not watch.scalar(WAITING):
                    assert time.monotonic() < until
                    watch.rollback()
        if engine.dialect.name == "sqlite":
            other = threads.submit(do_second)
        other.result()


def check(engine: Engine, about: str) -> None:
    """Compare what counts with the rows."""
    with engine.connect() as db:
        counts = dict(map(tuple, db.execute(select(usage.usage.c.username, usage.usage.c.bytes))))
        there = (db.scalar(select(func.sum(files.files.c.charged))) or 0) + (
            db.scalar(select(func.sum(previews.pages.c.size))) or 0
        )
    assert counts == (dict.fromkeys(("", "alice", "/1x", "/all"), there) if there else {}), about


@pytest.mark.parametrize("works", [TO_FILES, TO_PAGES], ids=["files", "pages"])
def test_two_servers_count_together_what_one_of_them_changes(engine, works):
    for first, second in product(works, repeat=2):
        begin(engine)
        at_once(engine, works[first], works[second])
        check(engine, f"{first}, and meanwhile {second}")


def test_in_any_order_what_counts_is_what_is_there(engine):
    for order in permutations(TO_FILES):
        begin(engine)
        with engine.begin() as db:
            for each in order:
                TO_FILES[each](db)
        check(engine, ", then ".join(order))


def test_a_page_that_another_server_keeps_meanwhile_is_forgotten_once(engine):
    begin(engine)
    at_once(engine, lambda db: previews.keep_page(db, "page"), TO_PAGES["it is forgotten"])
    check(engine, "forgotten once")
