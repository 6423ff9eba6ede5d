"""A commit whose answer was lost in a crash: PostgreSQL gives its transaction's id to another one, which is not it."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from threading import Event

import pytest
from sqlalchemy import Connection, make_url
from sqlalchemy.exc import DBAPIError

from chatrooms.storage import engines, lost_commits
from chatrooms.storage.lost_commits import HISTORY, Transacted, Unknown
from tests.services.postgres import RunningPostgres, running_postgres

pytestmark = pytest.mark.slow  # servers of PostgreSQL that crash


def begin(connection: Connection) -> Transacted:
    """Write in the transaction of a connection, and return what the writer would remember of it."""
    id = connection.exec_driver_sql("SELECT CAST(pg_current_xact_id() AS TEXT)").scalar_one()
    return Transacted(id, connection.info[HISTORY])


def whole_server(server: RunningPostgres, _writing: Connection, _other: Connection) -> None:
    server.stop(signal.SIGQUIT)
    server.start()


def one_process(server: RunningPostgres, writing: Connection, other: Connection) -> None:
    """Kill the process of a session: the others end, and the server recovers without a start of its own."""
    os.kill(writing.exec_driver_sql("SELECT pg_backend_pid()").scalar_one(), signal.SIGKILL)
    with pytest.raises(DBAPIError):
        _use_on_and_on(other)
    server.wait()


def _use_on_and_on(connection: Connection) -> None:
    while True:
        connection.exec_driver_sql("SELECT 1")


@pytest.mark.parametrize("crash", [whole_server, one_process])
def test_the_outcome_of_another_transaction_with_the_same_id_is_not_taken_for_that_of_a_lost_one(crash):
    with running_postgres() as server:
        engine, reading = (engines.connect(make_url(server.url), writer=writer) for writer in (True, False))
        with suppress(DBAPIError), engine.connect() as writing, reading.connect() as other:
            lost = begin(writing)
            crash(server, writing, other)
        engine.dispose()
        while True:
            with engine.begin() as writing:
                later = begin(writing)
            if int(later.id) >= int(lost.id):
                break
        assert later.id == lost.id and later.history != lost.history
        assert lost_commits.is_stored(engine, later, Event())
        with pytest.raises(Unknown):
            lost_commits.is_stored(engine, lost, Event())
        for each in (engine, reading):
            each.dispose()


def test_in_one_history_the_outcome_is_known_and_an_unfinished_transaction_is_ended(postgres_database):
    engine = engines.connect(make_url(postgres_database), writer=True)
    with engine.begin() as writing:
        committed = begin(writing)
    with engine.connect() as writing, writing.begin() as whole:
        undone = begin(writing)
        whole.rollback()
    assert lost_commits.is_stored(engine, committed, Event())
    assert not lost_commits.is_stored(engine, undone, Event())
    other = engines.connect(make_url(postgres_database), writer=True)
    with suppress(DBAPIError), other.connect() as writing, writing.begin():
        open_still = begin(writing)
        assert not lost_commits.is_stored(engine, open_still, Event())
    ending = Event()
    ending.set()
    with pytest.raises(Unknown):
        lost_commits.is_stored(engine, committed, ending)
    for each in (engine, other):
        each.dispose()
