"""The README is true: CI runs its commands, and its programs run."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from yarl import URL

from chatrooms import wire
from tests import node, processes
from tests.people import Refused, connect
from tests.processes import PATIENCE, environment
from tests.wire.test_shutdown import free_port

TOP = Path(__file__).parent.parent
README = (TOP / "README.md").read_text()


def blocks(language: str) -> list[str]:
    """Return the code blocks of a language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def words(command: str) -> list[str]:
    return command.split()


def test_ci_runs_the_test_command_of_the_readme():
    _, test_command, *_ = blocks("sh")
    ci = (TOP / ".ci" / "run").read_text()
    assert " ".join(words(test_command)) in " ".join(words(ci))


def test_both_commands_differ_only_in_their_last_line():
    run, test, *_ = blocks("sh")
    assert run.splitlines()[:-1] == test.splitlines()[:-1]


async def test_the_embedding_examples_run_as_printed(tmp_path):
    hello, shop, *_ = blocks("python")
    command = next(block for block in blocks("sh") if "uvicorn" in block)
    assert len([line for line in hello.splitlines() if line]) == 10
    async with serving(tmp_path, "hello.py", hello, command.replace("shop:app", "hello:app")) as url:
        await _hello(url)
    async with serving(tmp_path, "shop.py", shop, command) as url:
        await _shop(url)


async def test_the_program_in_the_guide_runs_as_printed(tmp_path):
    guide = (TOP / "docs" / "embedding.md").read_text()
    command = next(block for block in blocks("sh") if "uvicorn" in block).replace("shop:app", "support:app")
    program, *_ = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    async with serving(tmp_path, "support.py", program, command) as url:
        await _support(url)


@asynccontextmanager
async def serving(folder: Path, file: str, text: str, command: str) -> AsyncIterator[str]:
    """Run a printed program by its printed command, in a process of its own; yield its URL."""
    (folder / file).write_text(text)
    name, *arguments = words(command)
    port = str(free_port())
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", name, *arguments, "--port", port),
        cwd=folder,
        env=environment(folder),
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        while b"running on" not in (await asyncio.wait_for(program.stderr.readline(), PATIENCE)):
            pass
        yield f"http://127.0.0.1:{port}"
        program.terminate()
        await asyncio.wait_for(program.communicate(), PATIENCE)
    finally:
        if program.returncode is None:
            program.kill()
        await program.wait()


async def _support(url: str) -> None:
    """Use everything that the guide's program does."""
    headers = {"Cookie": "login=s3cret"}
    async with connect(url, "ann", path="chat", auth={}, headers=headers) as ann, aiohttp.ClientSession() as http:
        await ann.hears_text("Howdy!")
        asked = await ann.say("#support", "What are your opening hours?")
        assert (await ann.run("vote", choice="tea")) == {"votes": 1}
        with pytest.raises(Refused, match="voted already"):
            await ann.run("vote", choice="tea")
        for _ in range(2):
            async with http.get(f"{url}/ship/7") as answer:
                assert await answer.text() == "posted"
        shipped = await ann.hears_text("Your order has shipped.")
        assert (shipped["room"], shipped["data"]) == ("ann+system", {"order": 7})
        await ann.hears(
            lambda _, data: any(row["thread"] for row in data.get("messages", ()) if row["id"] == asked["id"])
        )
        await ann.settled()
        assert ann.texts("ann+system") == ["Howdy!", "Your order has shipped."]


async def _hello(url: str) -> None:
    """Have an order ship while its user looks, and one before its user has come."""
    headers = {"Cookie": "user=alice@example.com"}
    async with connect(url, "alice", path="chat", auth={}, headers=headers) as alice, aiohttp.ClientSession() as http:
        for user in ("alice@example.com", "bob"):
            async with http.post(f"{url}/orders/{user}") as answer:
                assert answer.status == 200
        await alice.hears_text("Your order has shipped.")
    async with connect(url, "bob", path="chat", auth={}, headers={"Cookie": "user=bob"}) as bob:
        history = await bob.run("history", room="bob+system")
        assert [message["text"] for message in history["messages"]] == ["Your order has shipped."]


async def _shop(url: str) -> None:
    """Log in, open a tab, and make the application post."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        async with browser.get(f"{url}/login") as page:
            assert (page.status, page.url.path) == (200, "/chat/")
        cookie = browser.cookie_jar.filter_cookies(URL(url))["login"]
        headers = {"Cookie": f"login={cookie.value}"}
        async with connect(url, "alice", path="chat", auth={}, headers=headers) as alice:
            for path in ("/ship", "/deploy"):
                async with browser.get(url + path) as answer:
                    assert await answer.text() == "posted"
            await alice.settled()
            assert alice.texts() == ["Your order has shipped.", "Deployed."]
            assert len(alice.signals("greeting")) == 1
            await alice.say("alice+system", "It is broken")
            await alice.hears_text("Thank you, we'll look into it.")


AFTERWARDS = """
console.log("posted");
socket.on("connect", async () => {
  console.log(JSON.stringify(await socket.emitWithAck("message.post", { room: "bob", text: "Back" })));
});
"""


async def test_the_javascript_survives_a_restart_of_the_server(tmp_path):
    sample = blocks("js")[0]
    async with processes.started(tmp_path) as server:
        async with connect(server.url, "bob") as bob:
            token = bob.token
        script = 'import { io } from "socket.io-client";\n' + sample.replace("http://127.0.0.1:8000", server.url)
        async with node.running(script + AFTERWARDS) as process:
            assert await asyncio.wait_for(process.stdout.readline(), 30) == b"posted\n"
            await server.end(signal.SIGKILL)
            async with processes.started(tmp_path, port=server.port) as again:
                answer = json.loads(await asyncio.wait_for(process.stdout.readline(), 30))
                assert answer["ok"] and answer["result"]["message"]["author"] == "alice"
                async with connect(again.url, "bob", token=token) as bob:
                    history = await bob.client.call("history", {"room": "alice+bob"})
                    assert [message["text"] for message in history["result"]["messages"]] == ["Hi", "Back"]


def test_the_uvicorn_options_are_those_of_the_wire():
    options = re.search(r"`uvicorn (--http [^`]*)`", README)[1]
    assert " ".join(words(options)) in wire.__doc__
