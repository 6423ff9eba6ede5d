"""The pytest plugin for host applications, used by test suites of theirs in a process of its own."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.processes import environment

GUIDE = Path(__file__).parents[2] / "docs" / "embedding.md"
ALONE = """
import pytest
from chatrooms import NotFound

pytestmark = pytest.mark.asyncio


async def test_people_talk(chat_client):
    async with chat_client("alice") as alice, chat_client("bob@example.com") as bob:
        await alice.post("bob", "Hi")
        message = await bob.next_message()
        assert (message["author"], message["text"]) == ("alice", "Hi")
        for number in range(3):
            await bob.post("alice", f"{number}")
        assert [(await alice.next_message())["text"] for _ in range(3)] == ["0", "1", "2"]
        with pytest.raises(TimeoutError, match="alice got no message of someone else within 0.05 s"):
            await alice.next_message(timeout=0.05)
        await bob.post("alice", "after a timeout")
        assert (await alice.next_message())["text"] == "after a timeout"


async def test_the_application_talks(chat_server, chat_client):
    async with chat_client("alice") as alice:
        await chat_server.chat.post("alice", "Howdy")
        assert (await alice.next_message())["text"] == "Howdy"


@pytest.mark.parametrize("number", range(3))
async def test_data_is_fresh(chat_server, number):
    with pytest.raises(NotFound):
        await chat_server.chat.post("alice", "there is no one yet")


def test_it_needs_no_event_loop(chat_server):
    assert chat_server.chat.post_sync("#lobby", "Hi")["text"] == "Hi"
"""
HOSTED = """
import pytest
from chatrooms import Chatrooms, Settings
from chatrooms.testing import ChatApp
from starlette.applications import Starlette
from starlette.routing import Mount

pytestmark = pytest.mark.asyncio


@pytest.fixture
def chat_app(tmp_path):
    async def who(handshake):
        return {"s3cret": "alice"}.get(handshake.auth.get("login"))

    chat = Chatrooms(Settings(data=tmp_path / "data"), authenticate=who)
    return ChatApp(Starlette(routes=[Mount("/chat", chat)], lifespan=chat.lifespan), chat, "/chat")


async def test_my_login(chat_client, chat_server):
    async with chat_client("alice", auth={"login": "s3cret"}) as alice:
        await chat_server.chat.post("alice", "Howdy")
        assert (await alice.next_message())["author"] == "system"


class Broken:
    async def __call__(self, scope, receive, send):
        raise RuntimeError("a mistake")


def test_an_application_that_does_not_start_says_so(request, chat_app):
    object.__setattr__(chat_app, "app", Broken())
    with pytest.raises(RuntimeError, match="did not start"):
        request.getfixturevalue("chat_server")
"""


def run(folder: Path, suite: str) -> str:
    """Run a test suite with pytest in a process of its own, and return what it printed; fails if a test fails."""
    (folder / "test_mine.py").write_text(suite)
    (folder / "pytest.ini").write_text("[pytest]\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_mine.py"]
    done = subprocess.run(command, cwd=folder, env=environment(folder), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_suites_in_the_guide_run_as_printed(tmp_path):
    *_, test, fixture = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    assert "1 passed" in run(tmp_path, test)
    hosted = test.replace('chat_client("ann@example.com")', 'chat_client("ann", auth={"login": "ann@example.com"})')
    assert "1 passed" in run(tmp_path, fixture + hosted)


def test_a_suite_that_uses_the_chat_alone(tmp_path):
    assert "6 passed" in run(tmp_path, ALONE)


def test_a_suite_that_tests_its_own_application(tmp_path):
    assert "2 passed" in run(tmp_path, HOSTED)
