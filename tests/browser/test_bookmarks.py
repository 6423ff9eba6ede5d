"""Bookmarks: adding, finding and removing them, on every tab."""

from __future__ import annotations

from playwright.async_api import Locator, expect

from tests.browser.conftest import Arrive
from tests.browser.visitor import Visitor


def listed(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("list", name="Bookmarked messages").get_by_role("listitem")


async def mark(visitor: Visitor, text: str, action: str = "Bookmark message") -> None:
    await visitor.has_everything()
    await visitor.message(text).hover()
    await visitor.message(text).get_by_role("button", name=action).click()


async def open_list(visitor: Visitor) -> None:
    await visitor.button(f"Account of {visitor.name}").click()
    await visitor.button("Bookmarks").click()
    await visitor.is_in("Bookmarks")


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
    await listed(tab).get_by_role("button").click()
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
    await bob.message("Third").hover()
    await bob.message("Third").get_by_role("button", name="Delete message").click()
    await bob.dialog.get_by_role("button", name="Delete").click()
    await expect(tab.page.get_by_text("message deleted")).to_be_visible()
    await open_list(tab)
    await expect(listed(tab)).to_contain_text(["First"])
