"""Work may take long, but not stand still."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from chatrooms.storage.blobs import progress
from chatrooms.storage.blobs.progress import Progress

SECONDS = 20.0


class Time:
    """Time that passes while somebody waits; ``steps`` are called one by one meanwhile, 15 seconds after each other."""

    def __init__(self, monkeypatch, *steps) -> None:
        self.now, self.steps = 1000.0, list(steps)
        monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: self.now))
        monkeypatch.setattr(progress, "asyncio", SimpleNamespace(wait=self.wait, create_task=asyncio.create_task))

    async def wait(self, tasks, timeout: float) -> None:  # noqa: ASYNC109 - as that of asyncio
        until = self.now + timeout
        while self.steps and self.now + 15 <= until and not all(task.done() for task in tasks):
            self.now += 15
            self.steps.pop(0)()
            for _ in range(3):
                await asyncio.sleep(0)
        self.now = max(self.now, until)


async def test_what_moves_on_may_take_any_time(monkeypatch):
    moving, done = Progress(), asyncio.Event()
    time = Time(monkeypatch, *[moving.note] * 50, done.set)
    await moving.follow(done.wait(), SECONDS)
    assert time.now >= 1000 + 51 * 15


async def test_what_stands_still_is_given_up_and_notices(monkeypatch):
    moving, done = Progress(), asyncio.Event()
    Time(monkeypatch, moving.note, moving.note)
    with pytest.raises(TimeoutError):
        await moving.follow(done.wait(), SECONDS)
    with pytest.raises(OSError, match="too long"):
        moving.note()


async def test_a_turn_that_is_waited_for_moves_on_once_it_comes(monkeypatch):
    moving, done = Progress(), asyncio.Event()
    Time(monkeypatch, *[int] * 10, moving.note, done.set)
    await moving.follow(done.wait(), SECONDS)


async def test_what_fails_says_so(monkeypatch):
    async def fail():
        raise OSError("full")

    with pytest.raises(OSError, match="full"):
        await Progress().follow(fail(), SECONDS)
