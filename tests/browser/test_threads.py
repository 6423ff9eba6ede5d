"""Threads: replying, the panel beside the room, its own address, following, and what calls there."""

from __future__ import annotations

import re

from playwright.async_api import Locator, expect

from tests.browser.conftest import Arrive
from tests.browser.test_phones import PHONE
from tests.browser.visitor import Visitor
from tests.people import connect
from tests.servers import RunningServer


def panel(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("region", name="Thread")


def composer(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("textbox", name="Reply in thread")


def replies(visitor: Visitor, text: str) -> Locator:
    return panel(visitor).get_by_role("article").filter(has_text=text)


def line(visitor: Visitor, text: str, name: str) -> Locator:
    """Return the line of a message that leads to its thread."""
    room = visitor.page.get_by_role("region", name="Room")
    return room.get_by_role("article").filter(has_text=text).get_by_role("link", name=re.compile(name))


async def answer(visitor: Visitor, text: str) -> None:
    await composer(visitor).fill(text)
    await composer(visitor).press("Enter")


async def test_replying_in_a_thread_live_and_to_the_room_too(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    seq = await alice.stores("Where do we eat?")
    await bob.choose("Where do we eat?", "Reply in thread")
    await expect(bob.page).to_have_url(f"{bob.url}/#/r/lobby/{seq}/thread")
    await expect(composer(bob)).to_be_focused()
    await expect(replies(bob, "Where do we eat?")).to_be_visible()
    await answer(bob, "At the harbour")
    await line(alice, "Where do we eat?", "1 reply 1 new").click()
    await expect(replies(alice, "At the harbour")).to_be_visible()
    await composer(bob).press_sequentially("Or")
    await expect(panel(alice).get_by_role("status", name="Typing")).to_have_text("bob is typing…")
    await composer(bob).fill("")
    await alice.page.get_by_role("checkbox", name="Also send to Lobby").check()
    await answer(alice, "Fine with me")
    await expect(replies(bob, "Fine with me")).to_be_visible()
    room = bob.page.get_by_role("region", name="Room")
    echo = room.get_by_role("article").filter(has_text="Fine with me")
    await expect(echo).to_have_count(1)
    await expect(alice.page.get_by_role("checkbox", name="Also send to Lobby")).not_to_be_checked()
    await bob.page.keyboard.press("Escape")
    await expect(panel(bob)).to_have_count(0)
    await echo.get_by_role("link", name="Replied in a thread").click()
    await expect(replies(bob, "Fine with me")).to_be_focused()
    await expect(line(bob, "Where do we eat?", "2 replies")).to_be_visible()


async def test_a_thread_calls_its_followers_is_listed_and_read_where_it_is_open(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    await alice.stores("Where do we eat?")
    await alice.go_to("Notes to self")
    await bob.choose("Where do we eat?", "Reply in thread")
    await answer(bob, "At the harbour")
    entry = alice.page.get_by_role("navigation").get_by_role("link", name=re.compile("^Threads"))
    await expect(entry).to_have_accessible_name(re.compile("1 for you, unread"))
    await alice.is_called("Inbox", 1)
    await entry.click()
    listed = alice.page.get_by_role("list", name="Threads that you follow").get_by_role("listitem")
    await expect(listed).to_contain_text(["Where do we eat?"])
    await expect(listed).to_contain_text("1 reply, 1 new")
    await listed.get_by_role("link").click()
    await expect(replies(alice, "At the harbour")).to_be_visible()
    await expect(entry).to_have_accessible_name("Threads")
    await alice.is_called("Inbox", 0)
    await panel(alice).get_by_role("button", name="Unfollow").click()
    await expect(panel(alice).get_by_role("button", name="Follow", exact=True)).to_be_visible()
    await answer(bob, "At one")
    await expect(replies(alice, "At one")).to_be_visible()
    await panel(alice).get_by_role("link", name="Close thread").click()
    await answer(bob, "Or at two")
    await expect(line(alice, "Where do we eat?", "3 replies")).to_be_visible()
    await expect(entry).to_have_accessible_name("Threads")


async def test_drafts_in_threads_are_marked_and_marking_a_reply_unread_follows_its_thread(
    person: Arrive, own_server: RunningServer
) -> None:
    alice = await person("alice")
    async with connect(own_server.url, "bob") as bob:
        above = await bob.say("#lobby", "Where do we eat?")
        for text in ("At the harbour", "Or at home"):
            await bob.say(f"#lobby/{above['seq']}", text)
        await alice.page.goto(f"{alice.url}/#/r/lobby/{above['seq']}/thread")
        await expect(replies(alice, "Or at home")).to_be_visible()
        await expect(panel(alice).get_by_role("button", name="Follow", exact=True)).to_be_visible()
        await alice.has_everything()
        await replies(alice, "Or at home").hover()
        await replies(alice, "Or at home").get_by_role("button", name="More", exact=True).click()
        await alice.menu.get_by_role("menuitem", name="Mark as unread from here").click()
        await expect(panel(alice).get_by_role("button", name="Follow", exact=True)).to_have_count(0)
        await composer(alice).fill("I would rather")
        entry = alice.page.get_by_role("navigation").get_by_role("link", name=re.compile("^Threads"))
        await expect(entry).to_have_attribute("aria-label", "Threads")
        await alice.go_to("Notes to self")
        await expect(entry).to_have_attribute("aria-label", re.compile("^Threads, draft"))
        await entry.click()
        followed = alice.page.get_by_role("list", name="Threads that you follow").get_by_role("listitem")
        await expect(followed.filter(has_text="Where do we eat?")).to_contain_text("2 replies, 1 new, draft")


async def test_an_item_of_the_inbox_opens_the_exact_reply_and_a_reload_stays_there(
    person: Arrive, own_server: RunningServer
) -> None:
    async with connect(own_server.url, "boss") as boss:
        above = await boss.say("#lobby", "The plan")
        thread = f"#lobby/{above['seq']}"
        for number in range(80):
            await boss.say(thread, f"step {number}.")
        alice = await person("alice")
        await boss.say(thread, "@alice, this one")
        for number in range(80):
            await boss.say(thread, f"more {number}.")
        await alice.is_called("Inbox", 1)
        await alice.page.get_by_role("link", name=re.compile("^Inbox")).click()
        await expect(alice.page.get_by_role("list", name="Messages for you")).to_contain_text("in a thread in Lobby")
        await alice.page.get_by_role("link", name=re.compile("this one")).click()
        await expect(replies(alice, "this one")).to_be_focused()
        await expect(replies(alice, "this one")).to_be_in_viewport()
        await alice.page.reload()
        await expect(replies(alice, "this one")).to_be_in_viewport()


async def test_a_reply_that_is_written_offline_arrives_and_missed_ones_come_after_reconnecting(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    await alice.stores("Where do we eat?")
    await alice.choose("Where do we eat?", "Reply in thread")
    await answer(alice, "At the harbour")
    await line(bob, "Where do we eat?", "1 reply").click()
    await expect(replies(bob, "At the harbour")).to_be_visible()
    await bob.context.set_offline(True)
    await answer(alice, "At one")
    await answer(bob, "From the tunnel")
    await expect(replies(bob, "From the tunnel")).to_be_visible()
    await bob.context.set_offline(False)
    await expect(replies(bob, "At one")).to_be_visible()
    await expect(replies(alice, "From the tunnel")).to_be_visible()
    await answer(alice, "Live again")
    await expect(replies(bob, "Live again")).to_be_visible()
    bob.complaints.clear()  # Chromium reports failed requests.


async def test_who_loses_the_room_loses_the_open_thread_at_once(person: Arrive, own_server: RunningServer) -> None:
    async with connect(own_server.url, "boss") as boss:
        alice = await person("alice")
        await boss.run("room.create", name="garden", access="private")
        await boss.run("room.invite", room="#garden", username="alice")
        above = await boss.say("#garden", "The key")
        await boss.say(f"#garden/{above['seq']}", "Under the mat")
        await alice.go_to("garden")
        await line(alice, "The key", "1 reply").click()
        await expect(replies(alice, "Under the mat")).to_be_visible()
        await boss.run("room.remove", room="#garden", username="alice")
        await alice.is_in("Lobby")
        await expect(panel(alice)).to_have_count(0)
        await expect(alice.page.get_by_text("Under the mat")).to_have_count(0)
        await expect(alice.page.get_by_role("status", name="Notices")).to_contain_text("no longer a member of garden")


async def test_on_a_phone_a_thread_is_a_page_of_its_own(person: Arrive, own_server: RunningServer) -> None:
    async with connect(own_server.url, "boss") as boss:
        above = await boss.say("#lobby", "Where do we eat?")
        await boss.say(f"#lobby/{above['seq']}", "At the harbour")
        alice = await person("alice", **PHONE)
        await alice.message("Where do we eat?").get_by_role("link", name=re.compile("1 reply")).tap()
        await expect(alice.page.get_by_role("heading", level=1, name="Thread")).to_be_visible()
        await expect(alice.page.get_by_role("region", name="Room")).to_have_count(0)
        await composer(alice).fill("Fine")
        await panel(alice).get_by_role("button", name="Send").tap()
        await expect(replies(alice, "Fine")).to_be_visible()
        assert await alice.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await alice.page.go_back()
        await alice.is_in("Lobby")


async def test_a_draft_is_kept_when_the_message_above_its_thread_is_deleted(
    person: Arrive, own_server: RunningServer
) -> None:
    alice = await person("alice")
    async with connect(own_server.url, "bob") as bob:
        above = await bob.say("#lobby", "Where do we eat?")
        await bob.say(f"#lobby/{above['seq']}", "At the harbour")
        await alice.page.goto(f"{alice.url}/#/r/lobby/{above['seq']}/thread")
        await expect(replies(alice, "At the harbour")).to_be_visible()
        await composer(alice).fill("half a sentence")
        await bob.run("message.delete", id=above["id"])
    await expect(panel(alice).get_by_text("so no one can reply to it")).to_be_visible()
    await expect(panel(alice).get_by_text("half a sentence")).to_be_visible()
    await panel(alice).get_by_role("button", name="Delete", exact=True).click()
    await expect(panel(alice).get_by_text("half a sentence")).to_have_count(0)


async def test_who_deletes_the_message_above_a_thread_is_told_that_it_ends(person: Arrive) -> None:
    alice = await person("alice")
    await alice.stores("Where do we eat?")
    await alice.choose("Where do we eat?", "Reply in thread")
    await answer(alice, "At the harbour")
    await expect(line(alice, "Where do we eat?", "1 reply")).to_be_visible()
    await alice.page.keyboard.press("Escape")
    await alice.choose("Where do we eat?", "Delete message")
    words = "Its thread of 1 reply stays readable, but no one can reply any more."
    await expect(alice.dialog).to_contain_text(words)
    await alice.dialog.get_by_role("button", name="Delete").click()
    await alice.page.get_by_role("navigation").get_by_role("link", name=re.compile("^Threads")).click()
    listed = alice.page.get_by_role("list", name="Threads that you follow").get_by_role("link")
    await expect(listed).to_contain_text("message deleted")
