"""Rooms open with all their messages, though the page starts with the heads of most of them."""

from __future__ import annotations

import json

from playwright.async_api import WebSocket

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
