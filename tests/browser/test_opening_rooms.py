"""Rooms open with all their messages, though the page starts with the heads of most of them."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import WebSocket, expect

from chatrooms.pipeline.act import Caller
from tests.bench.fill import fill
from tests.browser.conftest import Arrive
from tests.people import Person, connect
from tests.servers import RunningServer

LATER = 22
"""Rooms where something happens later; the page fetches the latest 20 before they open."""


async def make_room(bob: Person, name: str, *texts: str) -> None:
    await bob.run("room.create", name=name)
    await bob.run("room.invite", room=name, username="zed")
    for text in texts:
        await bob.say(name, text)


async def test_a_room_of_which_only_the_head_came_opens_with_all_its_messages(
    person: Arrive, own_server: RunningServer
) -> None:
    zed = await person("zed")
    asked: list[str] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: asked.append(str(frame)))

    async with connect(own_server.url, "bob") as bob:
        await make_room(bob, "#den", "before 1.")
        await zed.go_to("den")
        await zed.sees("before 1.")
        await zed.go_to("Lobby")
        await zed.page.goto("about:blank")
        for number in range(2, 5):
            await bob.say("#den", f"before {number}.")
        await make_room(bob, "#attic", "up here 1.", "up here 2.")
        for number in range(LATER):
            await make_room(bob, f"#room{number:02}", "later.")
        zed.page.on("websocket", listen)
        await zed.page.goto(own_server.url)
        await zed.has_unread("attic", 2)
        await bob.say("#den", "live.")
        await bob.say("#attic", "live too.")
        await zed.has_unread("den", 4)
        await zed.has_unread("attic", 3)
        fetched = {name for name in ("#den", "#attic") for frame in asked if f'"open":{json.dumps([name])}' in frame}
        assert any('"heads":true' in frame for frame in asked) and not fetched
        await zed.go_to("den")
        await zed.sees(*(f"before {number}." for number in range(1, 5)), "live.")
        await zed.go_to("attic")
        await zed.sees("up here 1.", "up here 2.", "live too.")
        await bob.say("#attic", "the last.")
        await zed.sees("the last.")


async def test_a_room_opens_however_late_what_followed_its_head_comes(
    person: Arrive, own_server: RunningServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, pipeline, shown = await person("alice"), own_server.chat._pipeline, asyncio.Event()
    run = pipeline.run

    async def late(name: str, given: Any, me: Caller) -> Any:
        if name == "sync" and given["open"] == ["#history"]:
            await shown.wait()
        return await run(name, given, me)

    monkeypatch.setattr(pipeline, "run", late)
    fill(tmp_path, {"#history": 1000}, "alice")
    await alice.page.reload()
    await alice.has_everything()
    await alice.go_to("history")
    await expect(alice.log.get_by_role("status", name="Loading messages")).to_be_visible()
    await alice.page.wait_for_timeout(300)  # for what must not be the last try
    shown.set()
    await expect(alice.log.get_by_text("message 1000")).to_be_in_viewport()
