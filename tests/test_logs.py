"""Failures are logged with the standard library's `logging`, without message texts and tokens.

Host applications that show all there is are imitated: every level, and the values of variables in tracebacks.
"""

from __future__ import annotations

import dataclasses
import logging
import subprocess
import sys
from uuid import uuid4

import orjson
import pytest
import socketio.exceptions
from pydantic import TypeAdapter
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chatrooms import Chatrooms, Settings
from chatrooms.cli.logs import BURST, SECONDS, Repeats, formatter
from chatrooms.pipeline import pipeline
from chatrooms.storage.tables import messages
from tests.direct import DECLARED
from tests.doors import DOORS, get, post
from tests.people import Person, connect, leave
from tests.pipeline.test_permissions import CASES
from tests.servers import QUICK, running, serving
from tests.wire.test_failures import CANARY, WithLocals


@pytest.fixture
def logged(caplog):
    """Return what the server logged, as text."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.INFO, "uvicorn.error")  # below INFO, uvicorn's own protocols log the content of frames
    caplog.handler.setFormatter(WithLocals())
    return lambda: caplog.text


def plainly(*given):
    raise RuntimeError(given)


def as_json(*given):
    orjson.loads(str(given))


def as_a_number(*given):
    TypeAdapter(int).validate_python(str(given))


def from_the_database(*given):
    raise DBAPIError("SELECT ?", given, RuntimeError(given), hide_parameters=False)


def with_canaries(params):
    """Return the parameters with the canary wherever they have free text."""
    free = {"text", "about", "title", "topic", "data", "query", "type"}
    added = {"type": CANARY} if "type" in params else {}
    return {key: CANARY if key in free else value for key, value in params.items()} | added


def failing(command, fail):
    """Return the command with a body that fails."""
    if command.kind != "live":
        return dataclasses.replace(command, may=fail, locks=lambda *_: ())

    async def body(*given):
        fail(*given)

    return dataclasses.replace(command, body=body)


@pytest.mark.parametrize("door", DOORS)
async def test_a_failed_command_does_not_log_its_parameters(tmp_path, either_database, door, logged, monkeypatch):
    async with running(tmp_path, database=either_database) as server, connect(server.url, "alice") as alice:
        said = await alice.say("#lobby", CANARY)
        thread = f"{said['room']}/{said['seq']}"
        ids = {"SECRET": said["id"], "SECRET THREAD": thread, "PUBLIC": said["id"], "NEW": str(uuid4())}
        for name, command in DECLARED.items():
            params = with_canaries(
                {k: ids.get(v, v) if isinstance(v, str) else v for k, v in CASES[name][0][0].items()}
            )
            for fail in (plainly, as_json, as_a_number, from_the_database):
                monkeypatch.setitem(server.chat._features.commands, name, failing(command, fail))
                answer = await DOORS[door](alice, name, params)
                assert answer["error"]["code"] in ("internal", "unavailable"), (name, answer)
                monkeypatch.setitem(server.chat._features.commands, name, command)
        assert "in plainly" in logged() and "JSONDecodeError" in logged() and "ValidationError" in logged()
        assert CANARY not in logged()
        assert alice.token not in logged()


async def test_database_errors_do_not_log_values(tmp_path, either_database, logged, monkeypatch):
    # PostgreSQL quotes keys and invalid values, and SQLAlchemy quotes the parameters.
    async with running(tmp_path, database=either_database) as server, connect(server.url, "alice") as alice:
        said = await alice.say("#lobby", CANARY)
        stored = dict(said, text=CANARY)

        def again(act, _p, _found):
            act.db.execute(
                messages.insert().values(**{c.name: stored[c.name] for c in messages.columns if c.name in stored})
            )

        def malformed(act, _p, _found):
            act.db.execute(text("SELECT :canary = CAST(:canary AS integer) + nothing"), {"canary": CANARY})

        for fail, code in ((again, "internal"), (malformed, "unavailable")):
            failing_post = dataclasses.replace(DECLARED["message.post"], body=fail)
            monkeypatch.setitem(server.chat._features.commands, "message.post", failing_post)
            answer = await alice.client.call("message.post", {"room": "#lobby", "text": CANARY})
            assert answer["error"]["code"] == code
        assert "IntegrityError" in logged()
        assert CANARY not in logged() and said["id"] not in logged()


@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_failures_of_the_host_are_logged_without_secrets(tmp_path, transport, logged):
    async def authenticate(handshake):
        if handshake.auth.get("login") == "alice":
            return "alice"
        raise RuntimeError(handshake.auth, dict(handshake.headers))

    async def on_connect(_username, auth):
        raise RuntimeError(auth)

    chat = Chatrooms(Settings(data=tmp_path, **QUICK), authenticate=authenticate, on_connect=on_connect)
    async with chat.lifespan(), serving(chat) as url:
        mallory = Person(url, "mallory")
        with pytest.raises(socketio.exceptions.ConnectionError):
            await mallory.client.connect(url, auth={"login": CANARY}, transports=[transport])
        await leave(mallory)
        status, _, _ = await post(url, "/api/user.me", {}, headers={"Authorization": f"Bearer {CANARY}"})
        assert status == 500
        auth = {"login": "alice", "secret": CANARY}
        async with connect(url, "alice", auth=auth, transport=transport) as alice:
            await alice.settled()
    for what in ("authenticate failed", "on_connect failed"):
        assert f"{what}: RuntimeError" in logged()
    assert CANARY not in logged()


@pytest.mark.parametrize("path", ["/docs", "/healthz", "/socket.io/?EIO=4&transport=polling"])
async def test_a_failed_request_gets_a_response_and_only_our_log_record(tmp_path, path, logged, monkeypatch):
    async with running(tmp_path) as server:
        front = server.chat._front
        monkeypatch.setattr(front, "_http", plainly)
        monkeypatch.setattr(front, "_doors", [(begin, plainly) for begin, _ in front._doors])
        status, body, _ = await get(server.url, path, headers={"Cookie": f"login={CANARY}"})
    assert (status, orjson.loads(body)["error"]["code"]) == (500, "internal")
    assert "a request failed: RuntimeError" in logged()
    assert CANARY not in logged()


async def test_a_failed_page_gets_our_response(tmp_path, logged, monkeypatch):
    monkeypatch.setattr("chatrooms.doors.docs.page.reference", plainly)
    async with running(tmp_path) as server:
        status, body, _ = await get(server.url, f"/docs?{CANARY}")
    assert (status, orjson.loads(body)["error"]["code"]) == (500, "internal")
    assert "a request failed: RuntimeError" in logged() and CANARY not in logged()


async def test_logging_belongs_to_the_host_application(tmp_path):
    ours = logging.getLogger("chatrooms")
    before = (list(logging.getLogger().handlers), logging.getLogger().level)
    async with running(tmp_path) as server, connect(server.url, "alice") as alice:
        await alice.settled()
    assert (list(logging.getLogger().handlers), logging.getLogger().level) == before
    assert (ours.handlers, ours.level, ours.propagate) == ([], logging.NOTSET, True)


@pytest.mark.slow
def test_embedding_does_not_import_structlog():
    program = "import sys, chatrooms; chatrooms.Chatrooms(); sys.exit('structlog' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


async def test_refused_commands_are_counted_and_name_their_person(tmp_path, caplog):
    caplog.set_level(logging.INFO, "chatrooms")
    async with running(tmp_path) as server, connect(server.url, "alice") as alice:
        for number in range(200):
            await alice.client.call(f"no.such.command{number}", {})
        for number in range(200):
            await alice.client.emit("message.post", (number, number))
        await alice.settled()
    assert [record.getMessage() for record in caplog.records if record.name == pipeline.__name__] == [
        "command refused: unknown_command: 'alice'"
    ]


async def test_malformed_packets_are_counted(tmp_path, caplog):
    caplog.set_level(logging.INFO, "chatrooms")
    async with running(tmp_path) as server, connect(server.url, "alice") as alice:
        for _ in range(300):
            await alice.client.eio.send("42x")
        await alice.settled()
    assert caplog.messages.count("packet refused: its data is not JSON") == 1
    assert len(caplog.records) < 10


async def test_the_log_says_who_could_not_connect_and_why(tmp_path, caplog):
    caplog.set_level(logging.INFO, "chatrooms")
    async with running(tmp_path) as server, connect(server.url, "alice"):
        for token in ({"token": "t" * 43}, {}):
            stranger = Person(server.url, "alice")
            with pytest.raises(socketio.exceptions.ConnectionError):
                await stranger.client.connect(server.url, auth={"username": "alice", **token})
            await leave(stranger)
        for _ in range(100):
            assert (await post(server.url, "/api/session.join", {"username": "alice"}))[0] == 409
            headers = {"Authorization": f"Bearer {'t' * 43}"}
            assert (await post(server.url, "/api/user.me", {}, headers=headers))[0] == 401
    said = [message for message in caplog.messages if "refused" in message]
    assert [message for message in said if " more in " not in message] == [  # the shared server may sum up meanwhile
        "connection refused: unauthorized: 'alice' from 127.0.0.1",
        "connection refused: name_taken: 'alice' from 127.0.0.1",
        "session.join refused: name_taken: 'alice' from 127.0.0.1",
        "request refused: unauthorized: no name from 127.0.0.1",
    ]


async def test_the_log_says_who_signed_in_how_and_from_where(tmp_path, caplog):
    caplog.set_level(logging.INFO, "chatrooms")
    password = "a long way to Tipperary"
    async with running(tmp_path) as server, connect(server.url, "alice") as alice:
        await alice.run("password.set", password=password)
        for given in (password, "a short way"):
            await post(server.url, "/api/session.password", {"username": "alice", "password": given})
    async with running(tmp_path) as server, connect(server.url, "alice", token=alice.token):
        pass
    assert [message for message in caplog.messages if message.startswith("signed in")] == [
        "signed in by join: 'alice' from 127.0.0.1",
        "signed in by password: 'alice' from 127.0.0.1",
    ]
    assert password not in caplog.text


ALONE = """
import asyncio, logging, sys
from chatrooms import Settings, trace
from chatrooms.cli import logs
from chatrooms.wire import failures

def fail(words):
    raise ValueError(words)

async def main():
    logs.configure(Settings(log_format=sys.argv[2]))
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(logs.unhandled)
    logging.getLogger("uvicorn.error").warning('a "b" \\x1b[31m\\r\\n\\u2028\\x9b %s', "c=d")
    logging.getLogger("chatrooms.any").info("ours")
    logging.getLogger("another").info("not ours")
    try:
        fail(sys.argv[1])
    except ValueError as error:
        logging.getLogger("another").exception("it failed")
        with trace.of(request="r1", command="message.post", id="not\\na word"):
            failures.report("ours failed")
        loop.call_exception_handler({"message": sys.argv[1], "exception": error, "handle": sys.argv[1]})
    for _ in range(1000):
        logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")

asyncio.run(main())
"""


@pytest.mark.slow
def test_standalone_each_record_is_a_line_and_repeats_are_limited():
    ended = subprocess.run([sys.executable, "-c", ALONE, CANARY, "logfmt"], check=True, capture_output=True, text=True)
    lines = ended.stderr.split("\n")
    assert all(line.isprintable() for line in lines)
    assert not ended.stdout and CANARY not in ended.stderr
    assert [line.split(" ")[1] for line in lines[:5]] == ["level=warning", "level=info", *["level=error"] * 3]
    assert lines[0].endswith(r'logger=uvicorn.error event="a \"b\" \x1b[31m\r\n\u2028\x9b c=d"')
    assert all("in fail" in line and "ValueError" in line for line in lines[2:5])
    assert sum("Invalid HTTP" in line for line in lines) == BURST


def record(msg, *args):
    return logging.LogRecord("uvicorn.error", logging.WARNING, __file__, 1, msg, args, None)


def test_the_number_of_dropped_records_is_logged_with_the_next_one():
    now = [0.0]
    repeats = Repeats(lambda: now[0])
    passed = [repeats.filter(record("refused %s", number)) for number in range(100)]
    assert passed == [True] * BURST + [False] * (100 - BURST)
    assert repeats.filter(record("another"))
    now[0] = SECONDS
    following = record("refused %s", "x")
    assert repeats.filter(following) and following.getMessage() == f"[{100 - BURST} more before] refused x"
    quiet = record("another")
    assert repeats.filter(quiet) and quiet.getMessage() == "another"


@pytest.mark.slow
def test_standalone_lines_can_be_json_with_what_the_server_did():
    ended = subprocess.run([sys.executable, "-c", ALONE, CANARY, "json"], check=True, capture_output=True, text=True)
    assert not ended.stdout and CANARY not in ended.stderr
    first, second, _, ours, *_ = map(orjson.loads, ended.stderr.splitlines())
    assert (first["event"], first["level"]) == ('a "b" \x1b[31m\r\n\u2028\x9b c=d', "warning")
    assert second.keys() == {"timestamp", "level", "logger", "event"}
    assert ours["event"].startswith("ours failed: ValueError")
    assert (ours["request"], ours["command"]) == ("r1", "message.post")
    assert "id" not in ours


@pytest.mark.parametrize("door", DOORS)
async def test_a_failure_is_logged_with_what_ran_and_a_response_has_its_id(tmp_path, door, monkeypatch, caplog):
    caplog.handler.setFormatter(formatter("json"))
    async with running(tmp_path) as server, connect(server.url, "alice") as alice:
        command = failing(DECLARED["message.post"], plainly)
        monkeypatch.setitem(server.chat._features.commands, "message.post", command)
        given = {"room": "#lobby", "text": "hello", "id": str(uuid4())}
        await DOORS[door](alice, "message.post", given)
        (line,) = [each for each in map(orjson.loads, caplog.text.splitlines()) if "in plainly" in each["event"]]
        assert line["command"] == "message.post"
        if door == "socket":
            assert (line["socket"], line["id"]) == (alice.client.get_sid(), given["id"])
            return
        headers = {"Authorization": f"Bearer {alice.token}", "X-Request-ID": "of.the-proxy"}
        _, _, answered = await post(server.url, "/api/message.post", given, headers=headers)
        assert answered["X-Request-ID"] == "of.the-proxy"
        assert '"request": "of.the-proxy"' in caplog.text and len(line["request"]) == 16


async def test_what_is_no_command_is_not_logged_as_one(own_server, caplog, monkeypatch):
    caplog.set_level(logging.INFO, "chatrooms")
    monkeypatch.setattr(caplog.handler, "filters", [logging.Filter("chatrooms")])
    caplog.handler.setFormatter(formatter("json"))
    async with connect(own_server.url, "alice") as alice:
        for by in DOORS.values():
            await by(alice, alice.token, {})
        assert "command refused: unknown_command" in caplog.text
        assert alice.token not in caplog.text
