"""Several tabs of one person stay in sync."""

from __future__ import annotations

import asyncio

from playwright.async_api import expect

from tests.browser.conftest import Arrive
from tests.browser.lobby import fill_lobby
from tests.browser.network import cut_off, refuse_posts
from tests.browser.visitor import Visitor
from tests.people import connect
from tests.servers import RunningServer


async def turn_to(tab: Visitor, *others: Visitor) -> None:
    """Focus only this window; with Playwright, all windows have the focus."""
    for other in others:
        await other.page.evaluate("document.hasFocus = () => false; dispatchEvent(new Event('blur'))")
    await tab.page.evaluate("delete document.hasFocus; dispatchEvent(new Event('focus'))")


async def mark_unread_from(visitor: Visitor, text: str) -> None:
    await visitor.choose(text, "Mark as unread from here")


async def new_line_is_above(visitor: Visitor, text: str) -> None:
    line = visitor.page.get_by_role("separator", name="New")
    await expect(line).to_have_count(1)
    await expect(line.locator("xpath=following-sibling::*[1]")).to_contain_text(text)


async def test_a_draft_appears_in_the_other_tabs_as_it_is_written(person: Arrive) -> None:
    alice = await person("alice")
    tab = await alice.another_tab()
    await tab.is_in("Lobby")
    await turn_to(alice, tab)
    await alice.composer.press_sequentially("half a sen")
    await expect(tab.composer).to_have_value("half a sen")
    await turn_to(tab, alice)
    await tab.composer.press_sequentially("tence")
    await expect(alice.composer).to_have_value("half a sentence")
    await tab.composer.press("Enter")
    await alice.sees("half a sentence")
    await expect(alice.composer).to_have_value("")


async def test_a_draft_does_not_overwrite_another_tab_that_is_being_written_in(person: Arrive) -> None:
    alice = await person("alice")
    tab = await alice.another_tab()
    await tab.is_in("Lobby")
    await turn_to(tab)
    await tab.composer.press_sequentially("mine")
    await alice.composer.fill("from elsewhere")
    await alice.go_to("Notes to self")
    await alice.composer.fill("for another room")
    await tab.composer.press_sequentially(" stays")
    await expect(tab.composer).to_have_value("mine stays")
    await expect(alice.composer).to_have_value("for another room")
    await alice.go_to("Lobby")
    await expect(alice.composer).to_have_value("mine stays")


async def test_a_draft_does_not_appear_for_another_person_in_the_same_browser(person: Arrive) -> None:
    alice = await person("alice")
    bob = await alice.beside("bob")
    await turn_to(alice, bob)
    await alice.composer.fill("not for bob")
    await alice.say("All of you")
    await bob.sees("All of you")
    await expect(bob.composer).to_have_value("")


async def test_unread_from_here_applies_to_all_tabs_and_browsers_at_once(person: Arrive) -> None:
    bob, alice = await person("bob"), await person("alice")
    tab = await alice.another_tab()
    elsewhere = await person("alice", joined=False, storage_state=await alice.context.storage_state())
    await elsewhere.is_in("Lobby")
    for text in ("One", "Two", "Three"):
        await bob.say(text)
    await asyncio.gather(*(each.sees("Three") for each in (alice, tab, elsewhere)))
    await tab.go_to("Notes to self")
    await turn_to(alice, tab, elsewhere)
    await mark_unread_from(alice, "Two")
    await tab.has_unread("Lobby", 2)
    await new_line_is_above(elsewhere, "Two")
    await elsewhere.has_unread("Lobby", 2)
    await turn_to(elsewhere, alice, tab)
    await tab.has_unread("Lobby", 0)
    await alice.has_unread("Lobby", 0)


async def test_another_person_cannot_make_a_room_unread(person: Arrive, own_server: RunningServer) -> None:
    alice = await person("alice")
    async with connect(own_server.url, "mallory") as mallory:
        for text in ("One", "Two"):
            await mallory.say("#lobby", text)
        await alice.sees("Two")
        await alice.go_to("Notes to self")
        await mallory.run("signal", to="alice", type="unread", data={"room": "#lobby", "number": 1})
        await mallory.say("#lobby", "Three")
        await alice.has_unread("Lobby", 1)


async def test_an_unsent_message_is_in_all_tabs_and_is_sent_when_its_own_is_closed(
    person: Arrive, own_server: RunningServer
) -> None:
    alice, bob = await person("alice"), await person("bob")
    tab = await alice.another_tab()
    await tab.is_in("Lobby")
    await cut_off(alice, own_server)
    await alice.say("Written in a tunnel")
    await tab.sees("Written in a tunnel")
    await alice.page.close()
    await tab.context.set_offline(False)
    await bob.sees("Written in a tunnel")
    await tab.sees("Written in a tunnel")
    await expect(tab.message("Written in a tunnel")).not_to_contain_text("Sending")


async def test_a_rejected_message_is_deleted_in_all_tabs(person: Arrive) -> None:
    alice = await person("alice")
    tab = await alice.another_tab()
    await tab.is_in("Lobby")
    await refuse_posts(alice)
    await refuse_posts(tab)
    await alice.page.reload()
    await tab.page.reload()
    await tab.is_in("Lobby")
    await alice.say("Not wanted")
    await tab.message("Not wanted").get_by_role("button", name="Delete").click()
    await expect(alice.message("Not wanted")).to_have_count(0)
    await alice.page.reload()
    await alice.is_in("Lobby")
    await alice.has_everything()
    await expect(alice.message("Not wanted")).to_have_count(0)


async def test_posting_does_not_scroll_another_tab(person: Arrive, own_server: RunningServer) -> None:
    await fill_lobby(own_server, 100)
    alice = await person("alice")
    tab = await alice.another_tab()
    await tab.sees("line 100.")
    await tab.log.focus()
    await tab.page.keyboard.press("Home")
    await expect(tab.page.get_by_role("button", name="Jump to latest")).to_be_visible()
    await alice.stores("Meanwhile")
    await expect(tab.message("Meanwhile")).to_have_count(1)
    await expect(tab.page.get_by_role("button", name="Jump to latest", exact=True)).to_be_visible()
