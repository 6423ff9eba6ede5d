"""Replies: choosing a message, what is shown of it, and what becomes of it."""

from __future__ import annotations

import re

from playwright.async_api import Locator, expect

from tests.browser.conftest import Arrive
from tests.browser.test_tabs import turn_to
from tests.browser.visitor import Visitor
from tests.people import connect
from tests.servers import RunningServer


async def reply_to(visitor: Visitor, text: str) -> None:
    await visitor.has_everything()
    await visitor.message(text).first.hover()
    await visitor.message(text).first.get_by_role("button", name="Reply").click()
    await expect(visitor.composer).to_be_focused()


def quote(visitor: Visitor, text: str) -> Locator:
    """Return what is shown of the message that the message with this text replies to."""
    return visitor.log.get_by_role("article").filter(has=visitor.page.get_by_text(text, exact=True)).get_by_role("link")


async def test_a_reply_shows_what_it_replies_to_and_leads_there(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    seq = await alice.stores("Lunch at noon?")
    await reply_to(bob, "Lunch at noon?")
    await expect(bob.page.get_by_role("group", name="Reply")).to_contain_text("Lunch at noon?")
    await bob.say("Yes")
    await expect(bob.page.get_by_role("group", name="Reply")).to_have_count(0)
    for each in (alice, bob):
        await expect(quote(each, "Yes")).to_have_text(re.compile(r"In reply to\s+alice:\s*Lunch at noon\?"))
    await quote(alice, "Yes").click()
    await expect(alice.page).to_have_url(f"{alice.url}/#/r/lobby/{seq}")
    await expect(alice.message("Lunch at noon?").first).to_be_focused()


async def test_the_message_to_reply_to_survives_a_reload_and_another_room_and_can_be_dropped(person: Arrive) -> None:
    alice = await person("alice")
    await alice.stores("First")
    await reply_to(alice, "First")
    await alice.go_to("Notes to self")
    await expect(alice.page.get_by_role("group", name="Reply")).to_have_count(0)
    await alice.go_to("Lobby")
    await alice.page.reload()
    await expect(alice.page.get_by_role("group", name="Reply")).to_contain_text("First")
    await alice.composer.press("Escape")
    await expect(alice.page.get_by_role("group", name="Reply")).to_have_count(0)
    await alice.stores("No reply")
    await expect(quote(alice, "No reply")).to_have_count(0)


async def test_a_reply_that_is_written_offline_keeps_its_quote(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    await alice.stores("Before the tunnel")
    await bob.sees("Before the tunnel")
    await alice.has_everything()
    await alice.context.set_offline(True)
    await reply_to(alice, "Before the tunnel")
    await alice.say("From inside")
    await expect(quote(alice, "From inside")).to_contain_text("Before the tunnel")
    await alice.context.set_offline(False)
    await expect(quote(bob, "From inside")).to_contain_text("Before the tunnel")
    alice.complaints.clear()  # Chromium reports failed requests.


async def test_a_quote_follows_an_edit_and_forgets_what_is_deleted(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    await alice.stores("A secert")
    await reply_to(bob, "A secert")
    await bob.stores("What is it?")
    await expect(quote(alice, "What is it?")).to_contain_text("A secert")
    await alice.composer.press("ArrowUp")
    editor = alice.page.get_by_role("textbox", name="Edit message")
    await editor.fill("A secret")
    await editor.press("Enter")
    await expect(quote(bob, "What is it?")).to_contain_text("A secret")
    await expect(alice.button("edited")).to_be_visible()
    await alice.choose("A secret", "Delete message")
    await alice.dialog.get_by_role("button", name="Delete").click()
    await expect(quote(bob, "What is it?")).to_contain_text("message deleted")
    await bob.page.reload()
    await expect(quote(bob, "What is it?")).to_contain_text("message deleted")


async def test_a_reply_is_counted_and_listed_for_who_is_replied_to(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    await alice.stores("Lunch at noon?")
    await alice.go_to("Notes to self")
    await reply_to(bob, "Lunch at noon?")
    await bob.say("Yes")
    await alice.is_called("Lobby", 1)
    await alice.is_called("Inbox", 1)
    await alice.page.get_by_role("link", name=re.compile("^Inbox")).click()
    await expect(alice.page.get_by_role("list", name="Messages for you")).to_contain_text("replied to you in Lobby")
    await expect(alice.page.get_by_role("list", name="Messages for you")).to_contain_text("Lunch at noon?")
    await alice.page.get_by_role("link", name=re.compile("Yes")).click()
    await alice.is_in("Lobby")
    await alice.is_called("Inbox", 0)


async def test_a_quote_names_its_author_before_the_text_however_narrow_and_long(
    person: Arrive, own_server: RunningServer
) -> None:
    async with connect(own_server.url, "konstantina_papadopoulou_the_2nd") as konstantina:
        await konstantina.run("user.update", name="Konstantina Papadopoulou of the North")
        said = await konstantina.say("#lobby", "@erin_ @kay again")
        await konstantina.say("#lobby", "And again", reply_to=said["id"])
        alice = await person("alice", viewport={"width": 320, "height": 568})
        await reply_to(alice, "@erin_")
        for shown in (quote(alice, "And again"), alice.page.get_by_role("group", name="Reply")):
            await expect(shown).to_contain_text("@konstantina_papadopoulou_the_2nd: @erin_ @kay again")
            name, handle, text = [
                await it.bounding_box()
                for it in (shown.locator("strong"), shown.locator(".handle"), shown.locator(".excerpt"))
            ]
            assert name and handle and text
            assert name["width"] > 40
            assert handle["width"] > 100
            assert text["width"] > 100


async def kept_here(visitor: Visitor) -> str:
    """Return all that the browser's storage holds for later."""
    return await visitor.page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")


async def test_the_message_to_reply_to_goes_with_the_draft_to_other_tabs_and_is_sent_once(person: Arrive) -> None:
    alice = await person("alice")
    await alice.stores("Lunch at noon?")
    tab = await alice.another_tab()
    await tab.sees("Lunch at noon?")
    await turn_to(alice, tab)
    await reply_to(alice, "Lunch at noon?")
    await alice.composer.fill("Yes")
    await expect(tab.page.get_by_role("group", name="Reply")).to_contain_text("Lunch at noon?")
    await turn_to(tab, alice)
    await tab.composer.press("Enter")
    await expect(quote(tab, "Yes")).to_contain_text("Lunch at noon?")
    await expect(alice.page.get_by_role("group", name="Reply")).to_have_count(0)
    await alice.stores("Another matter")
    await expect(quote(alice, "Another matter")).to_have_count(0)


async def test_the_message_to_reply_to_is_forgotten_when_it_is_deleted_or_its_room_is_left(
    person: Arrive, own_server: RunningServer
) -> None:
    alice = await person("alice")
    async with connect(own_server.url, "boss") as boss:
        await boss.run("room.create", name="garden")
        await boss.run("room.invite", room="#garden", username="alice")
        said = await boss.say("#garden", "The key is under the mat")
        await alice.go_to("garden")
        await reply_to(alice, "The key")
        assert "under the mat" in await kept_here(alice)
        await boss.run("message.delete", id=said["id"])
        await expect(alice.page.get_by_role("group", name="Reply")).to_contain_text("message deleted")
        assert "under the mat" not in await kept_here(alice)
        await boss.say("#garden", "The safe is in the cellar")
        await reply_to(alice, "The safe")
        await boss.run("room.remove", room="#garden", username="alice")
        await alice.is_in("Lobby")
        assert "in the cellar" not in await kept_here(alice)
        await boss.run("room.invite", room="#garden", username="alice")
        await alice.go_to("garden")
        await expect(alice.page.get_by_role("group", name="Reply")).to_have_count(0)


async def test_signing_out_forgets_the_message_to_reply_to(person: Arrive) -> None:
    alice = await person("alice")
    await alice.stores("The key is under the mat")
    await reply_to(alice, "The key")
    await alice.button("Account of alice").click()
    await alice.button("Sign out").click()
    await alice.dialog.get_by_role("button", name="Sign out").click()
    await expect(alice.page.get_by_role("textbox", name="Your name")).to_be_visible()
    assert "under the mat" not in await kept_here(alice)
