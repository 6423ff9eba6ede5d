"""What a host application waits for: ``python -m tests.bench.hosts [--messages N] [--tests N]``.

A worker posts many messages by `Remote.post_many`, each to one of many users and then all to one room, to a chat under
uvicorn: how many in a second. Then how long pytest takes for an application's suite of so many tests, half of which
have a chat, and half a chat and a client.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from chatrooms import Chatrooms, Remote, Settings
from tests.hosts import program
from tests.processes import environment

KEY = "0123456789abcdef" * 2
SUITE = """
import pytest

@pytest.mark.parametrize("number", range({each}))
def test_of_the_application(chat_server, number):
    assert chat_server.chat.post_sync("alice", "Howdy", create=True)["text"] == "Howdy"

@pytest.mark.asyncio
@pytest.mark.parametrize("number", range({each}))
async def test_of_a_client(chat_server, chat_client, number):
    async with chat_client("alice") as alice:
        await chat_server.chat.post("alice", "Howdy")
        assert (await alice.next_message())["text"] == "Howdy"
"""


async def _who(_handshake: object) -> None:
    return None


def app() -> Chatrooms:
    """Return the application that the worker's messages go to."""
    return Chatrooms(Settings(service_key=KEY), authenticate=_who)


async def post_many(messages: int, users: int) -> None:
    """Print how many messages a second are posted."""
    with tempfile.TemporaryDirectory() as data:
        command = ("uvicorn", "--factory", "tests.bench.hosts:app", "--port", "0", "--no-access-log")
        async with program(Path(data), *command, CHATROOMS_DATA=f"{data}/chat") as url:
            worker, people = Remote(url, key=KEY), [f"user-{number}" for number in range(users)]
            for each in people:
                await worker.add_user(each)
            for where, targets in ((f"{users} users", people), ("one room", ["#lobby"])):
                begun = time.perf_counter()
                given = [(targets[number % len(targets)], f"Order {number} has shipped.") for number in range(messages)]
                posted = await worker.post_many(given)
                seconds = time.perf_counter() - begun
                _require([each["text"] for each in posted if isinstance(each, dict)] == [text for _, text in given])
                print(f"post_many to {where}: {messages / seconds:,.0f} messages/s")


def suite(tests: int) -> None:
    """Print how long a suite takes."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_mine.py").write_text(SUITE.format(each=tests // 2))
        pytest = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", folder)
        begun = time.perf_counter()
        done = subprocess.run(
            pytest, env=environment(Path(folder)), cwd=folder, capture_output=True, text=True, check=False
        )
        seconds = time.perf_counter() - begun
        _require(f"{tests // 2 * 2} passed" in done.stdout, done.stdout)
        print(f"{tests // 2 * 2} tests with chat_server: {seconds:.1f} s")


def _require(is_right: object, said: str = "not all messages came back as they were posted") -> None:
    if not is_right:
        raise SystemExit(said)


def main(given: Sequence[str] | None = None) -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.hosts", description=__doc__)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--users", type=int, default=100)
    parser.add_argument("--tests", type=int, default=100)
    arguments = parser.parse_args(given)
    asyncio.run(post_many(arguments.messages, arguments.users))
    suite(arguments.tests)


if __name__ == "__main__":
    main()
