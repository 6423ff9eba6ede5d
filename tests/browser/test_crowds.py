"""Thousands of members and hundreds of rooms: true numbers, search by the server, and nothing out of reach."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from playwright.async_api import Locator, expect

from tests.appointing import appoint
from tests.browser import crowds
from tests.browser.conftest import Arrive
from tests.browser.test_phones import PHONE, show_list
from tests.browser.visitor import Visitor
from tests.people import connect
from tests.servers import RunningServer

LONG = "a-rather-long-room-name-that-goes-on-and-on"
PEOPLE = [(f"person-{number:04}", "Olga Long" if number == 1777 else "") for number in range(2000)]
ROOMS = [(f"#room-{number:03}", f"room-{number:03}") for number in range(499)] + [(f"#{LONG}", LONG)]
SCROLLED_TO = "([panel, name]) => (panel.scrollTo(0, panel.scrollHeight), panel.innerText.includes(name))"
"""Whether somebody is in a panel, which is scrolled to its end whenever it grows."""


def panel(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("complementary", name="Members")


@pytest.fixture
async def alice(person: Arrive, own_server: RunningServer, tmp_path: Path) -> Visitor:
    """Alice, in the lobby with 2,000 others."""
    crowds.people_in_lobby(tmp_path, PEOPLE)
    return await person("alice")


@pytest.fixture
async def busy(person: Arrive, own_server: RunningServer, tmp_path: Path) -> Visitor:
    """Alice, who belongs to 500 rooms."""
    alice = await person("alice")
    crowds.rooms_of(tmp_path, "alice", ROOMS)
    await alice.page.reload()
    await expect(alice.room(LONG)).to_be_attached()
    return alice


async def test_a_large_room_shows_its_numbers_and_who_is_online(alice: Visitor, own_server: RunningServer) -> None:
    async with connect(own_server.url, "zoe"):
        await alice.button("2,002 members").click()
        await expect(panel(alice).get_by_role("heading", name="Online 2")).to_be_visible()
        await expect(panel(alice).get_by_role("heading", name="Offline 2,000")).to_be_visible()
        online = panel(alice).get_by_role("list", name=re.compile("Online"))
        await expect(online.get_by_role("listitem")).to_have_count(2)
        await expect(alice.member("alice")).to_contain_text("(you)")
        await expect(alice.member("zoe")).to_contain_text("zoe")
    await expect(panel(alice).get_by_role("heading", name="Online 1")).to_be_visible()
    list_of_members = await panel(alice).element_handle()
    for last in ("person-0099", "person-0199", "person-0299"):
        await alice.page.wait_for_function(SCROLLED_TO, arg=[list_of_members, last])
        await expect(alice.member(last)).to_be_visible()
    assert await panel(alice).get_by_role("listitem").count() < 100


async def test_the_panel_of_a_large_room_knows_roles_and_who_was_removed(
    alice: Visitor, own_server: RunningServer, tmp_path: Path
) -> None:
    await appoint(own_server.chat, "alice", "owner")
    with closing(sqlite3.connect(tmp_path / "chatrooms.sqlite3")) as database, database:
        database.execute("UPDATE members SET role = 'moderator' WHERE username = 'person-0007'")
    await alice.page.reload()
    await alice.button("2,001 members").click()
    await alice.button("Role of person-0007").click()
    await expect(alice.dialog.get_by_role("radio", name="Moderator")).to_be_checked()
    await alice.dialog.get_by_role("radio", name="Member What").check()
    await alice.button("Save").click()
    await expect(alice.member("person-0007")).not_to_contain_text("moderator")
    await panel(alice).evaluate("(panel) => panel.scrollTo(0, 100)")
    await alice.button("Remove person-0005").click()
    await alice.dialog.get_by_role("button", name="Remove", exact=True).click()
    await expect(alice.member("person-0005")).to_have_count(0)
    await expect(panel(alice).get_by_role("heading", name="Offline 1,999")).to_be_visible()


async def test_the_server_finds_members_by_both_names_for_the_panel_and_for_mentions(alice: Visitor) -> None:
    await alice.button("2,001 members").click()
    find = panel(alice).get_by_role("searchbox", name="Find a member")
    await find.fill("person-1999")
    await expect(panel(alice).get_by_role("listitem")).to_have_count(1)
    await expect(alice.member("person-1999")).to_be_visible()
    await find.fill("olga")
    await expect(alice.member("Olga Long")).to_be_visible()
    await find.fill("nobody here")
    await expect(panel(alice).get_by_text("No matches.")).to_be_visible()
    await alice.composer.press_sequentially("@olg")
    await alice.page.get_by_role("option", name="Olga Long").click()
    await expect(alice.composer).to_have_value("@person-1777 ")


async def test_a_room_far_down_is_scrolled_to_and_one_with_news_has_a_button(
    busy: Visitor, own_server: RunningServer
) -> None:
    await busy.has_everything()
    await expect(busy.room("room-498")).to_be_attached()
    await busy.page.keyboard.press("Control+k")
    await busy.dialog.get_by_role("combobox").fill("room-450")
    await busy.page.keyboard.press("Enter")
    await busy.is_in("room-450")
    await expect(busy.room("room-450")).to_be_in_viewport(ratio=0.9)
    async with connect(own_server.url, "bob") as bob:
        await bob.run("room.join", room="#room-100")
        await bob.say("#room-100", "Hey @alice")
        await bob.say("alice", "Hi")
        await busy.button("1 more unread above").click()
        await expect(busy.room("room-100")).to_be_in_viewport(ratio=0.9)
        await busy.button("1 more unread below").click()
        await expect(busy.room("bob")).to_be_in_viewport(ratio=0.9)


async def test_favorites_folding_drafts_and_order(busy: Visitor, own_server: RunningServer) -> None:
    await busy.go_to("room-007")
    await busy.composer.fill("Half a")
    await busy.button("Room menu").click()
    await busy.button("Add to favorites").click()
    favorites = busy.page.get_by_role("list", name="Favorites")
    await expect(favorites.get_by_role("link")).to_have_count(1)
    await busy.button("Rooms").click()
    await expect(busy.room("room-100")).to_have_count(0)
    await expect(busy.room("Notes to self")).to_be_in_viewport()
    await busy.room("Notes to self").click()
    await expect(favorites.get_by_role("link", name="room-007, draft")).to_be_visible()
    await busy.page.reload()
    await expect(favorites.get_by_role("link", name="room-007, draft")).to_be_visible()
    await expect(busy.button("Rooms")).to_have_attribute("aria-expanded", "false")
    async with connect(own_server.url, "bob") as bob:
        for room in ("#room-100", "#room-200"):
            await bob.run("room.join", room=room)
            await bob.say(room, "Hey @alice")
        rooms = busy.page.get_by_role("list", name="Rooms").get_by_role("link")
        await expect(rooms).to_have_count(2)
        await busy.button("Account of alice").click()
        await busy.button("Settings").click()
        await busy.dialog.get_by_role("radio", name="Most recent first").check()
        await busy.button("Close").click()
        await expect(rooms.first).to_have_attribute("title", "room-200")


async def test_long_names_do_not_widen_the_switcher(busy: Visitor) -> None:
    await busy.button("Find a room or person").click()
    await busy.dialog.get_by_role("combobox").fill(LONG)
    await expect(busy.dialog.get_by_role("option", name=LONG).first).to_be_in_viewport(ratio=1)
    widths = await busy.dialog.evaluate("dialog => [dialog.scrollWidth, dialog.clientWidth]")
    assert widths[0] == widths[1]
    await expect(busy.room(LONG)).to_have_attribute("title", LONG)


async def test_on_a_phone_the_way_back_shows_that_somebody_wrote(person: Arrive) -> None:
    alice, bob = await person("alice", **PHONE), await person("bob")
    back = alice.page.get_by_role("link", name="All rooms")
    await expect(back).to_have_accessible_name("All rooms")
    await bob.talk_to("alice")
    await bob.stores("Hi")
    await expect(back).to_have_accessible_name("All rooms, 1 for you")
    await show_list(alice)
    await alice.button("Find a room or person").tap()
    await expect(alice.dialog.get_by_role("combobox")).to_be_visible()
