"""How many messages are unread: the same number in every tab and after a reload, whatever is loaded."""

from __future__ import annotations

import asyncio

from playwright.async_api import expect

from tests.browser.conftest import Arrive
from tests.browser.lobby import fill_lobby
from tests.browser.test_installed_app import install
from tests.browser.visitor import Visitor
from tests.people import connect
from tests.servers import RunningServer


async def test_a_conversation_that_was_never_opened_shows_every_message(
    person: Arrive, own_server: RunningServer
) -> None:
    zed = await person("zed")
    await zed.page.goto("about:blank")
    async with connect(own_server.url, "bob") as bob:
        await bob.say("zed", "1")
        await asyncio.gather(*(bob.say("zed", str(number)) for number in range(2, 206)))
        await zed.page.goto(own_server.url)
        await zed.has_unread("bob", 205)
        await bob.say("zed", "206")
        await zed.has_unread("bob", 206)
    await expect(zed.page).to_have_title("(206) Lobby · Chatrooms")
    tab = await zed.another_tab()
    await tab.has_unread("bob", 206)


async def test_own_and_deleted_messages_are_not_unread(person: Arrive, own_server: RunningServer) -> None:
    alice = await person("alice")
    await install(alice)
    await alice.go_to("Notes to self")
    tab = await alice.another_tab()
    await tab.is_in("Lobby")
    await tab.go_to("Notes to self")
    async with connect(own_server.url, "bob") as bob:
        first = await bob.say("#lobby", "to be deleted")
        others = [await bob.say("#lobby", str(number)) for number in range(2)]
        await alice.has_unread("Lobby", 3)
        await bob.run("message.delete", id=first["id"])
        await alice.has_unread("Lobby", 2)
        await tab.has_unread("Lobby", 2)
        await own_server.chat.post("#lobby", "by another door", author="alice")
        await bob.say("#lobby", "the last")
        await alice.has_unread("Lobby", 3)
        await alice.page.reload()
        await bob.run("message.delete", id=others[0]["id"])
        await alice.has_unread("Lobby", 2)
        await tab.has_unread("Lobby", 2)


async def test_unread_from_here_counts_what_is_not_loaded_too(person: Arrive, own_server: RunningServer) -> None:
    alice = await person("alice")
    await alice.page.goto("about:blank")
    async with connect(own_server.url, "bob") as bob:
        first = await bob.say("#lobby", "From here")
        await asyncio.gather(*(bob.say("#lobby", f"line {number}.") for number in range(100)))
        for number in range(5):
            await own_server.chat.post("#lobby", f"mine {number}", author="alice")
        await asyncio.gather(*(bob.say("#lobby", f"later {number}.") for number in range(210)))
    await alice.page.goto(f"{own_server.url}/r/lobby/{first['seq']}")
    await alice.choose("From here", "Mark as unread from here")
    await alice.go_to("Notes to self")
    await alice.has_unread("Lobby", 311)
    await alice.page.reload()
    await alice.has_unread("Lobby", 311)


async def test_more_than_999_are_not_counted(person: Arrive, own_server: RunningServer) -> None:
    zoe = await person("zoe")
    await zoe.go_to("Notes to self")
    await fill_lobby(own_server, 1010)
    entry = zoe.page.get_by_role("navigation").get_by_role("link", name="Lobby, 999+ unread")
    await expect(entry).to_be_visible()
    await expect(zoe.page).to_have_title("Notes to self · Chatrooms")
    await zoe.page.reload()
    await expect(entry).to_be_visible()


async def test_everything_is_marked_as_read_at_once_in_all_tabs(person: Arrive, own_server: RunningServer) -> None:
    alice = await person("alice")
    seq = await alice.stores("Where do we eat?")
    await alice.page.goto("about:blank")
    async with connect(own_server.url, "bob") as bob:
        for name in ("news", "tea"):
            await bob.run("room.create", name=name)
            await bob.run("room.invite", room=f"#{name}", username="alice")
            await asyncio.gather(*(bob.say(f"#{name}", f"{number}") for number in range(60)))
        await bob.say("#lobby", "@alice, see the thread")
        await bob.say(f"#lobby/{seq}", "At the harbour")
        await bob.say("alice", "Call me")
    await alice.page.goto(f"{own_server.url}#/me")
    tab = await Visitor.open(alice.context, f"{own_server.url}#/me", "alice")
    await alice.has_unread("tea", 60)
    await alice.has_everything()
    await alice.button("Account of alice").click()
    await alice.button("Mark everything as read").click()
    await expect(alice.dialog).to_contain_text("Everything in 5 rooms, conversations and threads, and in your inbox,")
    await alice.button("Mark as read").click()
    await expect(alice.dialog).to_have_count(0)
    for each in (alice, tab):
        await expect(each.page.locator(".sidebar [data-count]")).to_have_count(0)
        await expect(each.page.get_by_role("link", name="unread")).to_have_count(0)
    await alice.page.reload()
    await expect(alice.page).to_have_title("Notes to self · Chatrooms")
    await alice.button("Account of alice").click()
    await alice.button("Mark everything as read").click()
    await expect(alice.page.get_by_role("status", name="Notices")).to_have_text("Nothing is unread.")
