"""docs/bots.md is true: its program and its commands run as printed."""

from __future__ import annotations

import asyncio
import re
import shlex
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from chatrooms.client import Client
from tests.client.processes import killable
from tests.client.waiting import change_saying, next_where, texts
from tests.people import PATIENCE
from tests.processes import environment

GUIDE = (Path(__file__).parents[2] / "docs" / "bots.md").read_text()


def block(language: str) -> str:
    """Return the first code block of a language."""
    return re.search(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)[1]


@asynccontextmanager
async def running(folder: Path, *arguments: str, **env: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Start a program in Python; kill it at the end."""
    program = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, cwd=folder, env=environment(folder, **env), stdout=asyncio.subprocess.PIPE
    )
    try:
        yield program
    finally:
        if program.returncode is None:
            program.kill()
        await program.communicate()


@pytest.mark.slow
async def test_the_bot_in_the_guide_answers_though_it_and_the_server_are_killed_and_a_copy_takes_over(
    tmp_path,
):
    folder = tmp_path / "bot"
    folder.mkdir()
    (folder / "echo.py").write_text(block("python"))
    async with (
        killable(tmp_path / "data", "--guests=claim") as server,
        Client(server.url, username="alice") as alice,
        AsyncExitStack() as stack,
    ):
        changes = alice.changes()
        program = await stack.enter_async_context(running(folder, "echo.py", server.url))
        while "echo" not in alice.rooms["#lobby"].members:
            await asyncio.wait_for(anext(changes), PATIENCE)
        await alice.post("#lobby", "@echo one")
        await change_saying(changes, "You said: one")
        await server.kill()
        alice.send("#lobby", "@echo two")
        await server.start()
        await change_saying(changes, "You said: two")
        again = await stack.enter_async_context(running(folder, "echo.py", server.url))  # a copy, which waits
        await alice.post("#lobby", "@echo three")
        await change_saying(changes, "You said: three")
        program.kill()
        await program.wait()
        await alice.post("#lobby", "@echo four")
        await change_saying(changes, "You said: four")
        await alice.post("#lobby", "!time")
        await next_where(changes, lambda change: any("It is" in row["text"] for row in change.rows("messages")))
        again.terminate()
        assert await asyncio.wait_for(again.wait(), PATIENCE) == 0
        answers = [text for text in texts(alice, "#lobby") if text.startswith("You said")]
        assert answers == [f"You said: {word}" for word in ("one", "two", "three", "four")]


@pytest.mark.slow
async def test_the_commands_in_the_guide_run_as_printed(tmp_path, own_server):
    send, tail = (shlex.split(line)[1:] for line in block("sh").splitlines())
    env = {"CHATROOMS_URL": own_server.url}
    async with running(tmp_path, *tail, **env) as watching, Client(own_server.url, username="alice") as alice:
        changes = alice.changes()
        while "watch" not in alice.rooms["#lobby"].members:
            await asyncio.wait_for(anext(changes), PATIENCE)
        for _ in range(2):
            async with running(tmp_path, *send, **env) as sending:
                assert await asyncio.wait_for(sending.wait(), PATIENCE) == 0
            line = (await asyncio.wait_for(watching.stdout.readline(), PATIENCE)).decode()
            assert line.endswith(" #lobby deploy: Deployed.\n")
    async with running(tmp_path, *send[:2], "send", "#lobby", "x", CHATROOMS_TOKEN="x" * 43, **env) as wrong:
        assert await asyncio.wait_for(wrong.wait(), PATIENCE) == 1
