"""Handlers in tasks: so many for each client, and no work is lost without being closed."""

from __future__ import annotations

import asyncio

import pytest

from chatrooms.wire.workers import Workers


async def test_work_beyond_the_limit_waits_and_may_be_given_up():
    workers, go, done = Workers(asyncio.ensure_future, most=2), asyncio.Event(), []

    async def work(name):
        await go.wait()
        done.append(name)

    for name in "ab":
        await workers.run("client", work(name))
    waiting = [asyncio.create_task(workers.run("client", work(name))) for name in "cd"]
    await workers.run("another", work("x"))
    await asyncio.sleep(0)
    waiting[0].cancel()  # its coroutine is closed: else Python would warn, and the test would fail
    with pytest.raises(asyncio.CancelledError):
        await waiting[0]
    go.set()
    await waiting[1]
    while workers._busy:
        await asyncio.sleep(0)
    assert sorted(done) == ["a", "b", "d", "x"]


async def test_work_that_fails_is_reported_and_makes_room(caplog):
    workers = Workers(asyncio.ensure_future, most=1)

    async def fail():
        raise RuntimeError("a word of a message")

    for _ in range(3):
        await workers.run("client", fail())
    while workers._busy:
        await asyncio.sleep(0)
    assert [record.message.split("\n")[0] for record in caplog.records] == ["a handler failed: RuntimeError"] * 3
