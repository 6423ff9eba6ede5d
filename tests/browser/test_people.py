"""What the page shows of other people: the names that they have now, and whether they are online if it knows."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import Locator, expect

from tests.browser import crowds, network
from tests.browser.conftest import Arrive
from tests.browser.test_phones import PHONE, show_list
from tests.browser.visitor import Visitor
from tests.people import connect
from tests.servers import RunningServer

PEOPLE = [(f"person-{number:04}", "") for number in range(600)]


def dot(visitor: Visitor, title: str) -> Locator:
    return visitor.room(title).locator(".presence")


async def open_card(visitor: Visitor, text: str, name: str) -> None:
    await visitor.message(text).get_by_role("button", name=name, exact=True).click()


async def test_everybody_in_a_large_room_sees_the_name_that_a_person_has_now(
    person: Arrive, own_server: RunningServer, tmp_path: Path
) -> None:
    crowds.people_in_lobby(tmp_path, PEOPLE)
    bob = await person("bob")
    async with connect(own_server.url, "carol") as carol:
        await carol.say("#lobby", "Before")
        await expect(bob.message("Before").get_by_role("button", name="carol", exact=True)).to_be_visible()
        await carol.run("user.update", name="Karla")
        await expect(bob.message("Before").get_by_role("button", name="Karla", exact=True)).to_be_visible()
        await bob.page.goto("about:blank")
        await carol.run("user.update", name="Lina")
        await bob.page.goto(own_server.url)
        await expect(bob.message("Before").get_by_role("button", name="Lina", exact=True)).to_be_visible()
        await open_card(bob, "Before", "Lina")
        await expect(bob.dialog.get_by_role("heading", name="Lina")).to_be_visible()
        await expect(bob.dialog.get_by_text("Online", exact=True)).to_be_visible()
    await expect(bob.dialog.get_by_text("Offline", exact=True)).to_be_visible()


async def test_a_conversation_has_the_name_of_today_after_a_closed_tab(
    person: Arrive, own_server: RunningServer
) -> None:
    bob = await person("bob")
    async with connect(own_server.url, "alice") as alice:
        await alice.say("alice+bob", "Before")
        await bob.go_to("alice")
        await bob.sees("Before")
        await bob.page.goto("about:blank")
        await alice.run("user.update", name="Alicia")
        await alice.say("alice+bob", "After")
        await bob.page.goto(own_server.url)
        await bob.go_to("Alicia")
        await expect(bob.page).to_have_title(re.compile("Alicia"))
        await expect(bob.message("Before").get_by_role("button", name="Alicia", exact=True)).to_be_visible()


async def test_without_a_connection_nobody_is_shown_as_online_or_offline(
    person: Arrive, own_server: RunningServer
) -> None:
    bob = await person("bob")
    async with connect(own_server.url, "alice") as alice:
        await alice.say("alice+bob", "Howdy")
        await bob.go_to("alice")
        await expect(dot(bob, "alice")).to_have_accessible_name("online")
        await bob.go_to("Lobby")
        await bob.show_members(2)
        await expect(bob.page.get_by_role("heading", name="Online 2")).to_be_visible()
        await network.cut_off(bob, own_server)
        await expect(bob.page.locator(".presence")).to_have_count(0)
        await expect(bob.page.get_by_role("heading", name="Presence unknown 2")).to_be_visible()


async def shows_all(handle: Locator) -> None:
    """Expect a username to be on screen in full."""
    await expect(handle).to_be_in_viewport(ratio=1)
    assert await handle.evaluate("element => element.scrollWidth <= element.clientWidth || !element.clientWidth")


async def test_beside_a_long_name_the_username_stays_visible_on_a_phone(
    person: Arrive, own_server: RunningServer
) -> None:
    bob = await person("bob", **PHONE)
    async with connect(own_server.url, "carol") as carol:
        await carol.run("user.update", name="Ź" * 64)
        await carol.say("bob+carol", "Howdy")
        await carol.say("#lobby", "Hello, @bob")
        await shows_all(bob.message("Hello").locator(".handle"))
        await bob.show_members(2)
        await shows_all(bob.member("@carol").locator(".handle"))
        await bob.button("Close members").click()
        await show_list(bob)
        await shows_all(bob.room("ŹŹŹ").locator(".handle"))
        await bob.room("ŹŹŹ").click()
        await shows_all(bob.page.locator(".room-header .handle"))
        await shows_all(bob.message("Howdy").locator(".handle"))
        await bob.composer.press_sequentially("@car")
        await shows_all(bob.page.get_by_role("option").locator(".handle"))
        await bob.page.goto(f"{own_server.url}/#/inbox")
        await shows_all(bob.page.get_by_role("list", name="Messages for you").locator(".handle"))


async def test_the_tools_of_an_owner_leave_space_for_the_names_of_members(person: Arrive) -> None:
    alice = await person("alice", viewport={"width": 1280, "height": 800})
    await alice.make_room("den")
    async with connect(alice.url, "bob") as bob:
        await bob.run("user.update", name="Bob Okafor")
        await bob.run("room.join", room="#den")
        await alice.show_members(2)
        row = alice.member("Bob Okafor")
        await expect(row.get_by_role("button", name="Remove Bob Okafor")).to_be_visible()
        await shows_all(row.get_by_text("Bob Okafor", exact=True))
        await shows_all(row.locator(".handle"))


async def test_a_blocked_person_is_folded_in_rooms_and_cannot_write(person: Arrive) -> None:
    alice, mallory = await person("alice"), await person("mallory")
    await mallory.say("Buy this")
    await mallory.say("And that")
    await alice.sees("Buy this", "And that")
    await alice.has_everything()
    await alice.message("Buy this").get_by_role("button", name="mallory", exact=True).click()
    await alice.button("Block").click()
    await expect(alice.button("Unblock")).to_be_visible()
    await alice.button("Close").click()
    await expect(alice.message("Buy this")).to_have_count(0)
    await alice.message("2 messages of a person you blocked.").get_by_role("button", name="Show").click()
    await alice.sees("Buy this", "And that")
    await mallory.talk_to("alice")
    await mallory.say("Just for you")
    await expect(mallory.page.get_by_text("This person does not receive messages from you.")).to_be_visible()
    await expect(alice.room("mallory")).to_have_count(0)
    await alice.button("Account of alice").click()
    await alice.button("Settings").click()
    await alice.button("Unblock mallory").click()
    await expect(alice.dialog.get_by_text("Blocked people")).to_have_count(0)
    await mallory.button("Retry").click()
    await expect(alice.room("mallory")).to_be_visible()


async def test_a_search_for_people_says_that_one_is_offline_and_goes_on_when_back(person: Arrive) -> None:
    alice, _ = await person("alice"), await person("bob")
    await alice.has_everything()
    await alice.context.set_offline(True)
    await expect(alice.page.get_by_role("status", name="Connection")).to_contain_text("You're offline")
    await alice.button("New conversation").click()
    await expect(alice.dialog.get_by_role("alert")).to_have_text("You're offline.")
    await expect(alice.dialog).not_to_contain_text("No one else is here")
    await alice.context.set_offline(False)
    await expect(alice.button("Message bob")).to_be_visible()
    await expect(alice.dialog.get_by_role("alert")).to_have_count(0)
    alice.complaints.clear()  # Chromium reports failed requests.
