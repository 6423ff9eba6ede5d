"""Closing conversations, and a person with very many of them."""

from __future__ import annotations

from itertools import combinations, islice

from playwright.async_api import expect

from tests.browser.conftest import Arrive
from tests.people import connect
from tests.servers import RunningServer


async def test_a_conversation_is_closed_by_the_keys_on_all_tabs_and_returns_with_the_next_message(person: Arrive):
    alice, bob = await person("alice"), await person("bob")
    await bob.talk_to("alice")
    await bob.say("Hi")
    await alice.go_to("bob")
    await alice.sees("Hi")
    tab = await alice.another_tab()
    await tab.room("bob").wait_for()
    await alice.button("Room menu").focus()
    await alice.page.keyboard.press("Enter")
    await alice.button("Close conversation").focus()
    await alice.page.keyboard.press("Enter")
    await alice.is_in("Lobby")
    for each in (alice, tab):
        await expect(each.room("bob")).to_have_count(0)
    await alice.page.reload()
    await alice.is_in("Lobby")
    await expect(alice.room("bob")).to_have_count(0)
    await bob.say("Are you there?")
    for each in (alice, tab):
        await each.has_unread("bob", 1)
    await alice.go_to("bob")
    await alice.sees("Hi", "Are you there?")


async def test_a_closed_conversation_can_be_opened_by_name_and_goes_on(person: Arrive):
    alice, bob = await person("alice"), await person("bob")
    await bob.talk_to("alice")
    await bob.say("Hi")
    await alice.go_to("bob")
    await alice.button("Room menu").click()
    await alice.button("Close conversation").click()
    await alice.is_in("Lobby")
    await alice.talk_to("bob")
    await alice.sees("Hi")
    await alice.say("Back again")
    await bob.sees("Back again")
    await alice.sees("Hi", "Back again")


async def test_a_browser_works_with_153_conversations_with_long_names(person: Arrive, own_server: RunningServer):
    vera = await person("vera")
    names = [chr(0xAC00) * 30 + f"{number:02}" for number in range(12)]
    for name in names[1:]:
        async with connect(own_server.url, name):
            pass
    async with connect(own_server.url, names[0]) as guest:
        for group in islice(combinations(names[1:], 8), 153):
            await guest.say("+".join(["vera", names[0], *group]), "x")
        await guest.say("#lobby", "Everybody is there")
    entries = vera.page.get_by_role("list", name="People").get_by_role("link")
    await expect(entries).to_have_count(153 + 1)
    sockets: list[str] = []
    vera.page.on("websocket", lambda socket: sockets.append(socket.url))
    await vera.page.reload()
    await expect(entries).to_have_count(153 + 1)
    await vera.stores("I am here")
    fresh = await vera.context.browser.new_context()
    await fresh.add_cookies(await vera.context.cookies())
    page = await fresh.new_page()
    await page.goto(own_server.url)
    await page.get_by_role("textbox", name="Your name").fill("vera")
    await page.get_by_role("button", name="Join").click()
    await expect(page.get_by_text("I am here")).to_be_visible()
    await expect(page.get_by_role("list", name="People").get_by_role("link")).to_have_count(153 + 1)
    await fresh.close()
    assert len(sockets) == 1
