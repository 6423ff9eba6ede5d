"""Events in the timeline: what happened in a room, in quiet lines that fold, and that no one has to read."""

from __future__ import annotations

import re
from uuid import uuid4

from playwright.async_api import Locator, expect
from sqlalchemy import insert, update

from chatrooms.pipeline.act import APPLICATION, Act
from chatrooms.storage.tables import messages, rooms
from tests.browser.conftest import Arrive
from tests.browser.test_tabs import new_line_is_above
from tests.browser.visitor import Visitor
from tests.people import connect
from tests.servers import RunningServer


def lines(visitor: Visitor) -> Locator:
    return visitor.log.locator(".events")


async def test_people_see_who_joined_and_left_folded_when_it_were_several(
    person: Arrive, own_server: RunningServer
) -> None:
    async with connect(own_server.url, "bob") as bob, connect(own_server.url, "carol") as carol:
        await bob.run("room.create", name="#den")
        alice = await person("alice")
        await bob.run("room.invite", room="#den", username="alice")
        await alice.go_to("den")
        await expect(lines(alice)).to_have_text(re.compile(r"^\s*bob invited you\.\s*$"))
        await carol.run("room.join", room="#den")
        await carol.run("room.leave", room="#den")
        await carol.run("room.join", room="#den")
        await expect(lines(alice)).to_contain_text("bob invited you. carol joined. carol left.")
        more = lines(alice).get_by_role("button", name="Show all 4")
        await expect(more).to_have_attribute("aria-expanded", "false")
        await more.focus()
        await alice.page.keyboard.press("Enter")
        each = lines(alice).get_by_role("listitem")
        await expect(each).to_have_text([re.compile(it) for it in ("you", "joined", "left", "joined")])
        await bob.say("#den", "Hi all")
        await alice.sees("Hi all")
        await expect(each).to_have_count(4)
        await lines(alice).get_by_role("button", name="carol").first.click()
        await expect(alice.dialog.get_by_text("@carol")).to_be_visible()


async def test_events_are_never_unread_and_leave_the_line_new_where_it_belongs(
    person: Arrive, own_server: RunningServer
) -> None:
    async with connect(own_server.url, "bob") as bob, connect(own_server.url, "carol") as carol:
        await bob.run("room.create", name="#den")
        alice = await person("alice")
        await bob.run("room.invite", room="#den", username="alice")
        await bob.say("#den", "Read by all")
        await alice.go_to("den")
        await alice.sees("Read by all")
        await alice.go_to("Lobby")
        await alice.has_unread("den", 0)
        await carol.run("room.join", room="#den")
        await bob.run("room.update", room="#den", topic="Foxes")
        await expect(alice.page.get_by_role("navigation").get_by_role("link", name="den")).to_be_visible()
        await alice.go_to("Notes to self")
        await alice.has_unread("den", 0)
        await bob.say("#den", "News")
        await alice.has_unread("den", 1)
        await alice.go_to("den")
        await new_line_is_above(alice, "News")
        await expect(alice.message("News")).to_have_class(re.compile("leads"))


async def test_the_pinned_message_is_a_click_away(person: Arrive, own_server: RunningServer) -> None:
    alice = await person("alice")
    async with connect(own_server.url, "bob") as bob:
        message = await bob.say("#lobby", "The door code is 4711")
        await bob.run("message.pin", id=message["id"])
        await expect(lines(alice)).to_contain_text("bob pinned a message.")
        await lines(alice).get_by_role("link", name="a message").click()
        await expect(alice.page).to_have_url(re.compile(rf"#/r/lobby/{message['seq']}$"))
        await expect(alice.message("door code")).to_be_focused()


async def test_a_crowd_that_joins_takes_one_line_and_a_link_leads_into_it(
    person: Arrive, own_server: RunningServer
) -> None:
    """However many events follow each other, the messages before them are loaded and shown."""
    alice = await person("alice")
    await alice.stores("Before the crowd")
    await crowd(own_server, 400)
    await alice.page.reload()
    await expect(lines(alice)).to_have_text(re.compile(r"^\s*bob joined\.\s*Show all 400\s*$"))
    await alice.sees("Before the crowd")
    middle = (await lines(alice).get_attribute("data-seqs") or "").split()[200]
    await alice.page.goto(f"{alice.url}/#/r/lobby/{middle}")
    await expect(lines(alice)).to_be_focused()
    await alice.stores("After the crowd")
    await expect(alice.message("Before the crowd")).to_be_visible()
    assert alice.complaints == []


async def crowd(server: RunningServer, count: int) -> None:
    """Store that bob joined the lobby, as often as in a crowd."""
    async with connect(server.url, "bob"):
        pass
    row = {"room": "#lobby", "author": "bob", "kind": "joined", "text": "bob joined.", "deleted": False}

    def fill(act: Act) -> None:
        first = act.changes.rev("#lobby")
        places = ({"id": str(uuid4()), "seq": first + n, "rev": first + n} for n in range(count))
        act.db.execute(insert(messages), [{**row, **place, "at": act.now} for place in places])
        act.db.execute(update(rooms).where(rooms.c.name == "#lobby").values(counter=first + count - 1))

    await server.chat._pipeline.change(fill, APPLICATION, "#lobby")
