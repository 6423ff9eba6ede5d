"""A server that looks often for what operators leave to it, and an operator."""

from __future__ import annotations

import logging

import pytest

from chatrooms.pipeline import job_runner
from tests.cli.operator import Operator
from tests.servers import running


@pytest.fixture(autouse=True)
def logs_as_before():
    """Undo what a command that runs in this process configures: other tests see all records otherwise."""
    root, ours = logging.getLogger(), logging.getLogger("chatrooms")
    before = root.handlers[:], root.level, ours.level
    yield
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    ours.setLevel(before[2])  # logging caches what is enabled


@pytest.fixture
async def server(tmp_path, database, monkeypatch):
    monkeypatch.setattr(job_runner, "SECONDS_TO_LOOK", 0.1)
    async with running(tmp_path, database=database) as started:
        yield started


@pytest.fixture
def operator(tmp_path, database) -> Operator:
    return Operator("--data", str(tmp_path), *(("--database", database) if database else ()))
