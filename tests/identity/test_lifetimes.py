"""Sessions end after a time without use, and after a time in all, whatever the clock shows."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select, update

from chatrooms import clock
from chatrooms.identity import fresh, lifetimes
from chatrooms.pipeline.chat import NOBODY
from chatrooms.storage.facts import facts
from chatrooms.storage.tables import jobs, sessions
from tests.identity.entering import enter
from tests.identity.test_sessions import refusal
from tests.people import PATIENCE, connect
from tests.servers import running


async def write(server, statement) -> None:
    await server.chat._pipeline.change(lambda act: act.db.execute(statement) and None, NOBODY)


async def read(server, column) -> list[str]:
    return await server.chat._pipeline.lookup(lambda db: list(db.scalars(select(column))))


async def has_looked(server) -> None:
    """Wait until the look of the start is over, so that the next one is the test's own."""
    due = select(jobs.c.due_at).where(jobs.c.kind == lifetimes.JOB.name, jobs.c.due_at > clock.now())
    async with asyncio.timeout(PATIENCE):
        while not await server.chat._pipeline.lookup(lambda db: db.scalar(due)):
            await asyncio.sleep(0.01)


def set_clock(patched, span: timedelta) -> None:
    """Set this machine's clock."""

    class Wrong(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + span

    off = int(span.total_seconds()) * 10**9
    patched.setattr(clock, "datetime", Wrong)
    patched.setattr(clock, "time", SimpleNamespace(monotonic=time.monotonic, time_ns=lambda: time.time_ns() + off))


@asynccontextmanager
async def clock_is_off(monkeypatch, span: timedelta):
    """Run with another clock, as after a start of the machine without a network."""
    with monkeypatch.context() as patched:
        set_clock(patched, span)
        patched.setattr(clock, "_began", (datetime.now(UTC) + span, time.monotonic()))
        yield


@pytest.mark.parametrize("column", ["seen_at", "created_at", "proven_at"])
async def test_a_session_ends_when_its_time_is_up_with_its_sockets(tmp_path, column):
    async with running(tmp_path, session_days=30, session_max_days=90) as server, connect(server.url, "alice") as alice:
        days = 31 if column == "seen_at" else 91
        await write(server, update(sessions).values({column: clock.ago(days=days)}))
        server.chat._pipeline.sessions.take_used()
        await lifetimes._keep(server.chat._pipeline, None)
        await alice.disconnected()
        assert await read(server, sessions.c.id) == []


async def test_a_session_that_another_one_begins_lasts_no_longer_than_that(tmp_path):
    async with running(tmp_path, session_max_days=90) as server, connect(server.url, "alice") as alice:
        began = clock.ago(days=89)
        await write(server, update(sessions).values(created_at=began))
        token = alice.token
        for claim in ("b" * 43, "c" * 43, token):
            async with connect(server.url, "alice", token=token) as there:
                code = (await there.run("link.create"))["link"]["code"]
            assert (await enter(server.url, "link", code=code, claim=claim))[0] == 200
            token = claim
        assert await read(server, lifetimes.proven_at) == [began] * 3


async def test_an_expired_token_is_rejected_before_it_is_removed(tmp_path):
    async with running(tmp_path, session_max_days=90) as server:
        async with connect(server.url, "alice") as alice:
            await write(server, update(sessions).values(created_at=clock.ago(days=91)))
        assert await refusal(server.url, {"token": alice.token}) == "unauthorized"


async def test_signing_in_with_a_claim_whose_time_is_up_begins_its_session_anew(tmp_path):
    signing_in = {"username": "alice", "password": "umbrella cactus 42", "claim": "a" * 43}
    async with running(tmp_path, session_days=30) as server:
        async with connect(server.url, "alice", auth={"username": "alice", "claim": "a" * 43}) as alice:
            await alice.run("password.set", password=signing_in["password"])
        await write(server, update(sessions).values(seen_at=clock.ago(days=31)))
        assert await refusal(server.url, {"token": "a" * 43}) == "unauthorized"
        assert (await enter(server.url, "password", **signing_in))[0] == 200
        async with connect(server.url, "alice", token="a" * 43) as alice:
            assert [each["began"] for each in (await alice.run("session.list"))["sessions"]] == ["password"]


@pytest.mark.parametrize(
    ("command", "given"),
    [("user.me", {}), ("message.post", {"room": "#lobby", "text": "hi"}), ("typing", {"room": "#lobby"})],
)
async def test_a_socket_that_is_used_keeps_its_session(tmp_path, command, given):
    async with running(tmp_path, session_days=1) as server, connect(server.url, "alice") as alice:
        await has_looked(server)
        await write(server, update(sessions).values(seen_at=clock.ago(days=2)))
        server.chat._pipeline.sessions.take_used()
        await alice.run(command, **given)
        await lifetimes._keep(server.chat._pipeline, None)
        await alice.settled()
        assert await read(server, sessions.c.seen_at) > [clock.ago(hours=1)]


@pytest.mark.parametrize("years", [-2, 2])
async def test_a_first_start_with_a_wrong_clock_locks_nobody_out(tmp_path, monkeypatch, years):
    limits = {"session_days": 30, "session_max_days": 60, "lobby": "first"}
    async with (
        clock_is_off(monkeypatch, timedelta(days=365 * years)),
        running(tmp_path, **limits) as server,
        connect(server.url, "alice") as alice,
    ):
        token = alice.token
    for _ in range(2):
        async with running(tmp_path, **limits) as server, connect(server.url, "alice", token=token) as alice:
            await lifetimes._keep(server.chat._pipeline, None)
            await alice.settled()
    async with running(tmp_path, **limits) as server:
        if years < 0:
            assert await read(server, sessions.c.created_at) <= [clock.now()]


async def test_a_clock_that_is_set_while_the_server_runs_locks_nobody_out(tmp_path, monkeypatch):
    async with running(tmp_path, session_days=30) as server, connect(server.url, "alice") as alice:
        set_clock(monkeypatch, timedelta(days=800))
        await lifetimes._keep(server.chat._pipeline, None)
        async with connect(server.url, "alice", token=alice.token) as again:
            await again.settled()


async def test_time_in_which_no_server_ran_does_not_count(tmp_path):
    async with running(tmp_path, session_days=30) as server, connect(server.url, "alice") as alice:
        await write(server, update(sessions).values(seen_at=clock.ago(days=65)))
        await write(server, update(facts).values(ran_at=clock.ago(days=60)))
    async with running(tmp_path, session_days=30) as server, connect(server.url, "alice", token=alice.token) as again:
        await again.settled()
        assert await read(server, sessions.c.created_at) < [clock.ago(minutes=fresh.GOOD_MINUTES)]  # it is no new proof
