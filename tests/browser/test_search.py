"""Searching messages: from the sidebar, a shortcut, the switcher and a room; results that lead to their places."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, expect

from chatrooms.features.search import finding
from chatrooms.pipeline.rates import Limit
from tests.browser.conftest import Arrive
from tests.browser.network import cut_off
from tests.browser.visitor import Visitor
from tests.features.files import share
from tests.features.search import unhurried
from tests.people import connect
from tests.servers import RunningServer


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    unhurried(monkeypatch)


def results(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("list", name="Results").get_by_role("link")


def box(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("combobox", name="Search messages")


def offered(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("listbox", name="Completions").get_by_role("option")


async def search(visitor: Visitor, query: str) -> None:
    """Search from the sidebar, once the box of the search before has made way."""
    await visitor.has_everything()
    await visitor.page.get_by_role("link", name="Search messages").click()
    await expect(box(visitor)).to_have_value("")
    await box(visitor).fill(query)
    await box(visitor).press("Enter")


async def test_a_search_shows_what_it_found_and_leads_to_its_place_and_back(
    person: Arrive, own_server: RunningServer
) -> None:
    alice = await person("alice")
    async with connect(own_server.url, "bob") as bob:
        first = await bob.say("#lobby", "Where is the **café**, and when?")
        for number in range(120):
            await bob.say("#lobby", f"Filler {number}")
        await bob.say("alice", "The cafe is closed")
    await alice.has_everything()
    await alice.page.keyboard.press("Control+Shift+F")
    await expect(box(alice)).to_be_focused()
    await alice.page.keyboard.type("CAFE")
    await alice.page.keyboard.press("Enter")
    await expect(results(alice)).to_contain_text(["with bob", "in Lobby"])
    await expect(alice.page.get_by_role("status").filter(has_text="2 results")).to_be_visible()
    await expect(results(alice).locator("mark")).to_have_text(["cafe", "café"])
    assert alice.page.url.endswith("#/search/CAFE")
    await box(alice).press("ArrowDown")
    await alice.page.keyboard.press("ArrowDown")
    await expect(results(alice).last).to_be_focused()
    await alice.page.keyboard.press("Enter")
    await expect(alice.page).to_have_url(f"{alice.url}/#/r/lobby/{first['seq']}")
    await expect(alice.message("Where is the café")).to_be_in_viewport()
    await alice.page.go_back()
    await expect(results(alice).last).to_be_focused()
    await alice.page.reload()
    await expect(results(alice)).to_have_count(2)


async def test_a_result_shows_its_surroundings(person: Arrive, own_server: RunningServer) -> None:
    alice = await person("alice")
    async with connect(own_server.url, "bob") as bob:
        for text in ("One", "Two", "Needle", "Four", "Five", "Six"):
            await bob.say("#lobby", text)
    await search(alice, "needle")
    await alice.button("Surroundings").click()
    around = alice.page.get_by_role("list", name="Surroundings").get_by_role("listitem")
    await expect(around).to_have_text(["bob One", "bob Two", "bob Needle", "bob Four", "bob Five"])
    await alice.button("Surroundings").click()
    await expect(around).to_have_count(0)


async def test_operators_names_and_rooms_are_completed(person: Arrive, own_server: RunningServer) -> None:
    alice = await person("alice")
    async with connect(own_server.url, "bob") as bob:
        await bob.run("user.update", name="Robert Okafor")
        await bob.say("#lobby", "Needle of bob")
        await alice.stores("Needle of mine")
        await alice.page.get_by_role("link", name="Search messages").click()
        await box(alice).press_sequentially("needle fr")
        await expect(offered(alice)).to_have_text(["from: Messages by a person"])
        await alice.page.keyboard.press("Tab")
        await alice.page.keyboard.type("oka")
        await expect(offered(alice)).to_contain_text(["Robert Okafor"])
        await alice.page.keyboard.press("ArrowDown")
        await alice.page.keyboard.press("Enter")
        await expect(box(alice)).to_have_value("needle from:bob ")
        await alice.page.keyboard.type("in:lob")
        await offered(alice).filter(has_text="Lobby").click()
        await expect(box(alice)).to_have_value("needle from:bob in:#lobby ")
        await alice.button("Search").click()
        await expect(results(alice)).to_contain_text(["Needle of bob"])
        await expect(results(alice)).to_have_count(1)


async def test_one_can_search_in_a_room_and_from_the_switcher(person: Arrive) -> None:
    alice, _ = await person("alice"), await person("bob")
    await alice.stores("Needle in the lobby")
    await alice.talk_to("bob")
    await alice.stores("Needle for bob")
    await alice.button("Room menu").click()
    await alice.button("Search in this room").click()
    await expect(box(alice)).to_have_value("in:@bob ")
    await expect(box(alice)).to_be_focused()
    await alice.page.keyboard.type("needle")
    await alice.page.keyboard.press("Enter")
    await expect(alice.page).to_have_url(re.compile("needle$"))
    await expect(results(alice)).to_contain_text(["Needle for bob"])
    await expect(results(alice)).to_have_count(1)
    await alice.page.keyboard.press("Control+k")
    await alice.dialog.get_by_role("combobox").fill("needle")
    await alice.dialog.get_by_role("option", name="Search messages").click()
    await expect(results(alice)).to_contain_text(["Needle for bob", "Needle in the lobby"])


async def test_nothing_found_older_results_and_no_connection_are_told(
    person: Arrive, own_server: RunningServer
) -> None:
    alice = await person("alice")
    async with connect(own_server.url, "bob") as bob:
        for number in range(30):
            await bob.say("#lobby", f"Needle {number}")
        await alice.page.get_by_role("link", name="Search messages").click()
        await expect(alice.page.get_by_text("Words find messages")).to_be_visible()
        await search(alice, "nowhere")
        await expect(alice.page.get_by_role("status").filter(has_text="Nothing found.")).to_be_visible()
        await search(alice, "in:nowhere")
        await expect(alice.page.get_by_text("You're in no room or conversation called “nowhere”.")).to_be_visible()
        await search(alice, "needle")
        await expect(results(alice)).to_have_count(25)
        await alice.button("Show older results").click()
        await expect(results(alice)).to_have_count(30)
        await expect(alice.button("Show older results")).to_have_count(0)
        page = await bob.run("search", query="needle", limit=1)
        await bob.run("message.edit", id=page["messages"][0]["id"], text="Changed")
        await expect(results(alice).first).to_contain_text("Changed")
        await bob.run("message.delete", id=page["messages"][0]["id"])
        await expect(results(alice)).to_have_count(29)
    await cut_off(alice, own_server)
    await search(alice, "lobby")
    await expect(alice.page.get_by_role("alert").filter(has_text="offline")).to_be_visible()
    await search(alice, "")
    await expect(alice.page.get_by_text("Words find messages")).to_be_visible()


async def test_a_message_that_is_found_by_a_file_shows_its_name(person: Arrive, own_server: RunningServer) -> None:
    alice = await person("alice")
    async with connect(own_server.url, "bob") as bob:
        await share(bob, "#lobby", b"Numbers", "quarterly-report.txt", "For the meeting")
        await share(bob, "#lobby", b"Words", "report.txt")
    await search(alice, "report")
    await expect(results(alice)).to_contain_text([" report.txt", "For the meeting\n quarterly-report.txt"])
    await expect(results(alice).locator("mark")).to_have_text(["report", "report"])


async def test_pages_that_come_too_soon_are_waited_for(
    person: Arrive, own_server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await person("alice")
    for text in ("red", *(f"red blue {number}" for number in range(5))):
        await alice.stores(text)
    for seconds in ("SECONDS", "SECONDS_TO_LOOK"):
        monkeypatch.setattr(finding, seconds, -1)
    monkeypatch.setitem(own_server.chat._pipeline._rates.limits, "search", Limit("2/second", 8))
    await search(alice, "red -blue")
    await expect(results(alice)).to_contain_text(["red"])
    await expect(alice.page.get_by_role("alert")).to_have_count(0)


async def test_what_people_you_blocked_wrote_is_folded_in_results_and_surroundings(
    person: Arrive, own_server: RunningServer
) -> None:
    alice = await person("alice")
    async with connect(own_server.url, "mallory") as mallory, connect(own_server.url, "bob") as bob:
        await mallory.say("#lobby", "A nasty deploy")
        await bob.say("#lobby", "The deploy is over")
    await alice.has_everything()
    async with connect(own_server.url, "alice", token=await alice.token()) as tab:
        await tab.run("user.block", username="mallory")
    await search(alice, "deploy")
    await expect(results(alice)).to_contain_text(["The deploy is over", "Message of a person you blocked"])
    await alice.button("Surroundings").click()
    around = alice.page.get_by_role("list", name="Surroundings")
    await expect(around).to_contain_text("Message of a person you blocked")
    await expect(alice.page.get_by_text("nasty")).to_have_count(0)


async def test_what_was_found_is_to_be_seen_on_a_small_phone(person: Arrive, own_server: RunningServer) -> None:
    alice = await person("alice", viewport={"width": 320, "height": 560})
    async with connect(own_server.url, "bob") as bob:
        await bob.say("#lobby", "some words about nothing " * 20 + "and the needle in it " + "and more " * 40)
    await alice.page.goto(f"{own_server.url}/#/search/needle")
    mark = results(alice).locator("mark")
    await expect(mark).to_have_text("needle")
    excerpt = results(alice).locator(".excerpt")
    below = "([mark, all]) => all.getBoundingClientRect().bottom - mark.getBoundingClientRect().bottom"
    assert await alice.page.evaluate(below, [await mark.element_handle(), await excerpt.element_handle()]) > -2
