"""What the README says is so: its commands are the ones that CI runs, its Python runs."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import textwrap
from pathlib import Path

from chatrooms import Settings, wire
from tests import node, processes
from tests.people import connect
from tests.servers import QUICK, serving

TOP = Path(__file__).parent.parent
README = (TOP / "README.md").read_text()


def blocks(language: str) -> list[str]:
    """The code blocks of a language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def words(command: str) -> list[str]:
    return command.split()


def test_ci_runs_the_test_command_of_the_readme():
    _, test_command, _ = blocks("sh")
    ci = (TOP / ".ci" / "run").read_text()
    assert " ".join(words(test_command)) in " ".join(words(ci))


def test_both_commands_differ_in_their_last_line_only():
    run, test, _ = blocks("sh")
    assert run.splitlines()[:-1] == test.splitlines()[:-1]


async def test_the_ten_lines_of_embedding_run(tmp_path, monkeypatch):
    setup, calls = blocks("python")[0].split("await chat.post", 1)
    monkeypatch.setenv("CHATROOMS_DATA", str(tmp_path))
    for name, value in QUICK.items():
        monkeypatch.setenv(f"CHATROOMS_{name.upper()}", str(value))
    place = {"my_users": {"cookie-of-alice": "alice"}}
    exec(setup, place)
    assert place["chat"].settings == Settings(name="Example")
    async with serving(place["app"], lifespan="on") as url:
        headers = {"Cookie": "session=cookie-of-alice"}
        async with connect(url, "alice", path="chat", auth={}, headers=headers) as alice:
            body = textwrap.indent("await chat.post" + calls, "    ")
            exec(f"async def call():\n{body}", place)
            await place["call"]()
            await alice.settled()
            assert alice.texts() == ["Howdy, User 1!", "Deployed."]
            assert len(alice.signals("greeting")) == 1


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


def test_the_options_of_uvicorn_are_those_that_the_wire_is_tested_with():
    options = re.search(r"`uvicorn (--http [^`]*)`", README)[1]
    assert " ".join(words(options)) in wire.__doc__
