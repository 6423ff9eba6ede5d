"""The rows of a room after a rev, in the order of revs, found by index; of messages those that changed apart."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from chatrooms.features import FEATURES
from chatrooms.storage.statements import Prepared
from chatrooms.storage.synced import SYNCED
from chatrooms.storage.tables import messages, metadata

NEWER = Prepared(SYNCED["messages"].newer())
ROOM = "#a"
MESSAGE = {"room": ROOM, "author": "alice", "text": "x", "at": "2026-01-01T00:00:00.000Z", "deleted": False}


@pytest.fixture(scope="module")
def engine():
    assert FEATURES
    engine = sa.create_engine("sqlite://")
    metadata.create_all(engine)
    yield engine
    engine.dispose()


def stored(revs):
    """Return a message for each rev at which one was posted and, if it changed since, the rev of that."""
    return [
        MESSAGE | {"id": str(number), "seq": seq, "rev": rev or seq, "number": number}
        for number, (seq, rev) in enumerate(revs.items(), 1)
    ]


@st.composite
def histories(draw):
    """Some revs are of new messages, others of changes of these; no two are equal."""
    posted: dict[int, int | None] = {}
    for rev in range(1, draw(st.integers(1, 30))):
        changed = draw(st.sampled_from([None, None, *posted]))
        if changed is None:
            posted[rev] = None
        else:
            posted[changed] = rev
    return posted


@given(posted=histories(), known=st.integers(0, 30), limit=st.integers(1, 10))
def test_messages_after_a_rev_are_the_first_that_changed_since(engine, posted, known, limit):
    rows = stored(posted)
    with engine.connect() as db:
        if rows:
            db.execute(sa.insert(messages), rows)
        found = NEWER.all(db, {"room": ROOM, "known": known, "limit": limit})
        db.rollback()
    wanted = sorted((row["rev"], row["id"]) for row in rows if row["rev"] > known)[:limit]
    assert [(row["rev"], row["id"]) for row in found] == wanted
    assert all(row["deleted"] is False for row in found)


@pytest.mark.parametrize("table", SYNCED)
def test_no_table_is_read_as_a_whole(engine, table):
    prepared = Prepared(SYNCED[table].newer())
    with engine.connect() as db:
        sql, given = prepared._given(db, {"room": ROOM, "known": 0, "limit": 1})
        plan = db.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", tuple(given)).all()
    steps = [step.detail for step in plan]
    assert any("rev>?" in step or "seq>?" in step or table in ("rooms", "users") for step in steps)
    assert not [step for step in steps if step.startswith("SCAN") and "anon" not in step]
