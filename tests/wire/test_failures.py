"""What failed is in the log with its place; what was sent is not, whatever holds it."""

from __future__ import annotations

import asyncio
import logging
import socket
import sqlite3
import ssl
import traceback
from pathlib import Path

import orjson
import psycopg
import pydantic
import pytest

from chatrooms.wire import failures
from tests.services.certificates import certificate

CANARY = "canary-" + "5e1f"


class WithLocals(logging.Formatter):
    """Formats exceptions as rich does with ``show_locals``, as some applications have it."""

    def formatException(self, exc_info):  # noqa: N802
        return "".join(traceback.TracebackException(*exc_info, capture_locals=True).format())


@pytest.fixture
def logged(caplog):
    """What was logged, formatted by a host application that shows all there is."""
    caplog.set_level(logging.DEBUG)
    caplog.handler.setFormatter(WithLocals())
    return lambda: caplog.text


def plainly(words):
    raise RuntimeError(words)


def as_json(words):
    orjson.loads(words)


def as_a_number(words):
    pydantic.TypeAdapter(int).validate_python(words)


def with_a_note(words):
    error = KeyError(words)
    error.add_note(words)
    raise error


def with_a_cause(words):
    try:
        plainly(words)
    except RuntimeError as error:
        raise ValueError(words) from error


def in_a_group(words):
    raise ExceptionGroup(words, [RuntimeError(words), ValueError(words)])


def named_by_the_input(words):
    Path("/nowhere", words).read_text()


def in_a_key(words):
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE t (name TEXT PRIMARY KEY)")
    for _ in range(2):
        db.execute("INSERT INTO t VALUES (?)", (words,))


def in_sql(words):
    sqlite3.connect(":memory:").execute(f'SELECT * FROM "{words}"')


FAILURES = [
    plainly,
    as_json,
    as_a_number,
    with_a_note,
    with_a_cause,
    in_a_group,
    named_by_the_input,
    in_a_key,
    in_sql,
]


@pytest.mark.parametrize("failing", FAILURES)
def test_a_failure_is_logged_with_its_types_and_places_but_without_a_value(logged, failing):
    with pytest.raises(Exception) as error:
        failing(CANARY)
    failures.report("it failed", error.value)
    assert f"it failed: {failures.summary(error.value)}" in logged()
    assert type(error.value).__name__ in logged() and f"in {failing.__name__}" in logged()
    assert CANARY not in logged()


async def test_a_task_that_fails_is_reported_by_us_and_not_by_asyncio(logged):
    async def fail():
        raise RuntimeError(CANARY)

    await asyncio.create_task(failures.reported("a task failed", fail))
    never = asyncio.create_task(failures.reported("a task failed", fail))
    never.cancel()  # its coroutine is never made: else Python would warn, and the test would fail
    await asyncio.wait({never})
    assert "a task failed: RuntimeError" in logged() and CANARY not in logged()


def test_what_came_of_what_is_logged_in_that_order(logged):
    try:
        with_a_cause(CANARY)
    except ValueError:
        failures.report("it failed")
    headline, _, tracebacks = logged().partition("\n")
    assert headline.endswith("it failed: ValueError < RuntimeError")
    cause, _, effect = tracebacks.partition("led to")
    assert cause.strip().endswith("RuntimeError") and effect.strip().endswith("ValueError")


def test_an_operator_reads_why_a_database_file_cannot_be_opened(logged, tmp_path):
    try:
        sqlite3.connect(tmp_path / "nowhere" / "file").execute("SELECT 1")
    except sqlite3.Error:
        failures.report("it failed")
    assert (
        logged().strip().endswith("it failed: sqlite3.OperationalError: SQLITE_CANTOPEN unable to open database file")
    )


def test_an_operator_reads_why_postgresql_cannot_be_reached(logged, tmp_path):
    try:
        psycopg.connect(host=str(tmp_path), dbname="chat", connect_timeout=5)
    except psycopg.Error:
        failures.report("it failed")
    assert "No such file or directory" in logged() and "Traceback" not in logged()


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELECT CAST(%s AS integer)", "22P02"),
        ("SELECT CAST(%s AS json)", "22P02"),
        ("CREATE TEMP TABLE t (a text UNIQUE) ; INSERT INTO t SELECT %s FROM generate_series(1, 2)", "23505"),
    ],
)
def test_what_postgresql_quotes_is_not_logged(logged, postgres_database, sql, code):
    url = postgres_database.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(url, cursor_factory=psycopg.ClientCursor) as connection, pytest.raises(psycopg.Error) as error:
        connection.execute(sql, (CANARY,))
    assert CANARY in str(error.value)
    failures.report("it failed", error.value)
    assert f": {code}\n" in logged() and CANARY not in logged()


async def test_a_certificate_that_does_not_fit_is_told_without_the_name_that_was_wanted(tmp_path):
    pem = certificate(tmp_path, "localhost")
    serving, trusting = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), ssl.create_default_context(cafile=pem)
    serving.load_cert_chain(pem)
    async with await asyncio.start_server(lambda *_: None, "127.0.0.1", 0, ssl=serving) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(ssl.SSLError) as error:
            await asyncio.open_connection("127.0.0.1", port, ssl=trusting, server_hostname=f"{CANARY}.example")
    assert failures.summary(error.value) == (
        "ssl.SSLCertVerificationError: CERTIFICATE_VERIFY_FAILED: Hostname mismatch"
    )


def test_a_name_that_nobody_knows_is_told_as_that():
    unknown = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    assert failures.summary(unknown) == "socket.gaierror: Name or service not known"
