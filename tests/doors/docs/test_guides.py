"""The guides for operators: served, linked, and true."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import sys
from itertools import chain
from pathlib import Path

import click
import pytest

from chatrooms.cli import cli
from chatrooms.client.__main__ import parser
from chatrooms.doors.docs import guides
from chatrooms.settings import DATABASE, Settings
from tests.doors import get
from tests.doors.docs.test_page import Reading
from tests.people import connect
from tests.processes import chatrooms
from tests.servers import running

TOP = Path(__file__).parents[3]
FOLDER = TOP / "docs"
STYLES = [(TOP / "static" / name).read_text() for name in ("embed/style/frame.js", "css/tokens.css")]
"""The properties of the elements for pages of others, and of the page, stand there."""
NAMES = sorted(guides.titles())
OF_OTHERS = {
    *("now", "no-deps", "webroot", "webroot-path", "deploy-hook", "online", "posts", "wait", "rm", "entrypoint"),
    "root-path",
}
"""Flags of systemctl, pip, certbot, uvicorn, `python -m tests.capacity` and docker compose."""
SOURCES = ("https://www.postgresql.org/docs/", "https://prometheus.io/docs/")
"""Where guides lead to on other sites."""


async def test_each_guide_is_served_with_links_that_lead_somewhere(own_server):
    for name in NAMES:
        status, page, headers = await get(own_server.url, f"/docs/{name}")
        assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert "default-src 'none'" in headers["Content-Security-Policy"] and headers["ETag"]
        read = Reading(page)
        assert read.open == [] and len(guides.titles()[name]) > 3
        for link in read.links - {"../icon.svg", "../docs"}:
            assert link in NAMES or link.startswith(SOURCES), link
    assert (await get(own_server.url, "/docs/nothing"))[0] == 404
    assert (await get(own_server.url, "/docs/../page"))[0] == 404


def test_every_guide_is_in_the_contents_of_the_folder():
    listed = set(re.findall(r"\((\w+)\.md\)", (FOLDER / "README.md").read_text()))
    assert listed == set(NAMES) == {path.stem for path in FOLDER.glob("*.md")} - {"README"}


def test_the_settings_name_every_setting_and_no_other():
    shown = set(re.findall(r"^\| `(\w+)` \|", (FOLDER / "settings.md").read_text(), re.MULTILINE))
    assert shown == set(Settings.model_fields)


def subparsers() -> list[str]:
    """Return the help of the commands of `python -m chatrooms.client`."""
    (commands,) = (action.choices for action in parser()._actions if isinstance(action.choices, dict))
    return [command.format_help() for command in commands.values()]


def test_the_guides_name_settings_and_tests_that_exist():
    groups = [command.commands.values() for command in cli.commands.values() if isinstance(command, click.Group)]
    commands = chain(cli.commands.values(), *groups)
    flags = {flag for command in commands for option in command.params for flag in option.opts}
    flags |= set(re.findall(r"--[a-z][a-z-]+", "".join(subparsers())))
    options = {flag.removeprefix("--").replace("-", "_") for flag in flags}
    for path in FOLDER.glob("*.md"):
        text = path.read_text()
        for flag in set(re.findall(r"(?<![\w-])--([a-z][a-z-]+)", text)) - OF_OTHERS:
            is_property = any(f"--{flag}," in style or f"--{flag}:" in style for style in STYLES)
            assert flag.replace("-", "_") in options or is_property, (path.name, flag)
        for variable in re.findall(r"CHATROOMS_([A-Z_]+)", text):
            assert variable.lower() in {*Settings.model_fields, "config", "from", "to", "token"}, (path.name, variable)
        for file in re.findall(r"tests/[\w/]+(?:\.py)?", text):
            assert (TOP / file).exists(), (path.name, file)


@pytest.mark.slow
async def test_a_copy_of_a_running_server_is_complete_and_can_be_put_back(tmp_path):
    command = re.search(r"python3 -c '(.*?)'", (FOLDER / "backup.md").read_text(), re.DOTALL)[1]
    copy = tmp_path / "copy" / DATABASE
    copy.parent.mkdir()
    async with running(tmp_path / "data") as server, connect(server.url, "alice") as alice:
        for number in range(20):
            await alice.say("#lobby", f"message {number}")
        done = await asyncio.create_subprocess_exec(
            sys.executable, "-c", command, str(tmp_path / "data" / DATABASE), str(copy)
        )
        assert await done.wait() == 0
    assert sqlite3.connect(copy).execute("SELECT count(*) FROM messages").fetchone() == (20,)
    status, _, err = await chatrooms(tmp_path, "restored", "--data", str(copy.parent))
    assert (status, err) == (0, "")
    async with running(copy.parent) as server, connect(server.url, "alice", token=alice.token) as again:
        assert len((await again.run("history", room="#lobby"))["messages"]) == 20
