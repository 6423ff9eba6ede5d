"""Bookmarks: adding, finding and removing them, on every tab."""

from __future__ import annotations

from playwright.async_api import Locator, expect

from tests.browser.conftest import Arrive
from tests.browser.network import cut_off
from tests.browser.visitor import Visitor
from tests.people import connect
from tests.servers import RunningServer


def listed(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("list", name="Bookmarked messages").get_by_role("listitem")


async def mark(visitor: Visitor, text: str, action: str = "Bookmark message") -> None:
    await visitor.choose(text, action)


async def open_list(visitor: Visitor) -> None:
    await visitor.go_to("Bookmarks")


async def test_a_bookmark_is_listed_on_every_tab_and_leads_to_its_message(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    seq = await bob.stores("The key is under the mat")
    await alice.sees("The key is under the mat")
    tab = await alice.another_tab()
    await open_list(tab)
    await expect(tab.page.get_by_text("No bookmarks yet.")).to_be_visible()
    await mark(alice, "The key is under the mat")
    await expect(alice.message("The key is under the mat")).to_contain_text("Bookmarked")
    await expect(listed(tab)).to_have_count(1)
    await listed(tab).get_by_role("link").click()
    await expect(tab.page).to_have_url(f"{tab.url}/#/r/lobby/{seq}")
    await expect(bob.message("The key is under the mat")).not_to_contain_text("Bookmarked")
    await tab.page.reload()
    await mark(tab, "The key is under the mat", "Remove bookmark")
    await expect(alice.message("The key is under the mat")).not_to_contain_text("Bookmarked")


async def test_paper_has_the_list_too(person: Arrive) -> None:
    alice = await person("alice", viewport={"width": 900, "height": 300})
    for number in range(8):
        await alice.stores(f"Line {number}.")
        await mark(alice, f"Line {number}.")
    await open_list(alice)
    await expect(listed(alice)).to_have_count(8)
    await alice.page.emulate_media(media="print")
    await expect(listed(alice).last.get_by_text("Line 0.")).to_be_visible()
    bottom = await listed(alice).last.evaluate("it => it.getBoundingClientRect().bottom")
    assert await alice.page.evaluate("document.documentElement.scrollHeight") >= bottom > 300


async def test_the_list_has_the_most_recent_first_and_follows_a_removal_and_a_deletion(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    for text in ("First", "Second", "Third"):
        await bob.stores(text)
        await mark(alice, text)
    await open_list(alice)
    await expect(listed(alice)).to_contain_text(["Third", "Second", "First"])
    tab = await alice.another_tab()
    await tab.is_in("Lobby")
    await mark(tab, "Second", "Remove bookmark")
    await expect(listed(alice)).to_contain_text(["Third", "First"])
    await bob.choose("Third", "Delete message")
    await bob.dialog.get_by_role("button", name="Delete").click()
    await expect(tab.page.get_by_text("message deleted")).to_be_visible()
    await open_list(tab)
    await expect(listed(tab)).to_contain_text(["First"])


async def test_the_list_stays_without_a_connection(person: Arrive, own_server: RunningServer) -> None:
    alice = await person("alice")
    await alice.stores("Where to meet")
    await mark(alice, "Where to meet")
    await open_list(alice)
    await expect(listed(alice)).to_contain_text(["Where to meet"])
    await alice.go_to("Notes to self")
    await cut_off(alice, own_server)
    await open_list(alice)
    await expect(listed(alice)).to_contain_text(["Where to meet"])


async def test_bookmarks_say_where_they_are_and_can_be_removed_in_their_list(person: Arrive) -> None:
    alice, _ = await person("alice"), await person("bob")
    await alice.stores("In the open")
    await mark(alice, "In the open")
    await alice.talk_to("bob")
    await alice.stores("In private")
    await mark(alice, "In private")
    await alice.go_to("Notes to self")
    await alice.stores("To myself")
    await mark(alice, "To myself")
    await open_list(alice)
    await expect(alice.room("Bookmarks")).to_have_attribute("aria-current", "page")
    await expect(listed(alice)).to_contain_text(["in Notes to self", "with bob", "in Lobby"])
    await listed(alice).filter(has_text="In private").get_by_role("button", name="Remove bookmark").click()
    await expect(listed(alice)).to_contain_text(["To myself", "In the open"])
    await expect(listed(alice).last.get_by_role("link")).to_be_focused()


async def test_the_open_list_follows_edits_deletions_and_leaving_a_room(
    person: Arrive, own_server: RunningServer
) -> None:
    alice = await person("alice")
    async with connect(own_server.url, "bob") as bob:
        first, second = [await bob.say("#lobby", text) for text in ("Frist", "Sekrit")]
        await mark(alice, "Frist")
        await mark(alice, "Sekrit")
        await alice.make_room("garden")
        await alice.stores("Weed")
        await mark(alice, "Weed")
        tab = await alice.another_tab()
        await tab.go_to("garden")
        await open_list(alice)
        await expect(listed(alice)).to_contain_text(["Weed", "Sekrit", "Frist"])
        await bob.run("message.edit", id=first["id"], text="First")
        await expect(listed(alice)).to_contain_text(["Weed", "Sekrit", "First"])
        await bob.run("message.delete", id=second["id"])
        await expect(listed(alice)).to_contain_text(["Weed", "First"])
        await tab.button("Room menu").click()
        await tab.button("Leave room").click()
        await tab.dialog.get_by_role("button", name="Leave room").click()
        await expect(listed(alice)).to_have_count(1)
        await expect(listed(alice)).to_contain_text(["First"])
