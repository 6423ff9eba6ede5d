"""What concerns a person: mentions, their list, and rooms that they have muted."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, expect

from chatrooms.features.mentions import calling
from tests.browser.conftest import Arrive
from tests.browser.test_tabs import turn_to
from tests.browser.visitor import Visitor
from tests.people import connect
from tests.servers import RunningServer


def bold(visitor: Visitor, title: str) -> Locator:
    return visitor.page.get_by_role("navigation").locator(".unread").filter(has_text=title)


def mentions(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("list", name="Messages for you").get_by_role("listitem")


async def mute(visitor: Visitor, length: str) -> None:
    await visitor.button("Room menu").click()
    await visitor.button("Mute").click()
    await visitor.dialog.get_by_role("button", name=length).click()
    await expect(visitor.dialog).to_have_count(0)


async def test_a_number_is_for_mentions_and_conversations_in_every_tab(
    person: Arrive, own_server: RunningServer
) -> None:
    alice = await person("alice")
    tab = await alice.another_tab()
    await tab.is_in("Lobby")
    for each in (alice, tab):
        await each.go_to("Notes to self")
    async with connect(own_server.url, "bob") as bob:
        await bob.say("#lobby", "Good morning, `@alice`")
        for each in (alice, tab):
            await expect(bold(each, "Lobby")).to_be_visible()
            await each.is_called("Lobby", 0)
            await expect(each.page).to_have_title("Notes to self · Chatrooms")
        message = await bob.say("#lobby", "Nobody yet")
        await bob.run("message.edit", id=message["id"], text="Somebody: @alice")
        await bob.say("alice", "Only you")
        for each in (alice, tab):
            await each.is_called("Lobby", 1)
            await each.is_called("bob", 1)
            await each.is_called("Inbox", 1)
            await expect(each.page).to_have_title("(2) Notes to self · Chatrooms")
        await turn_to(tab, alice)
        await tab.go_to("Lobby")
        await tab.is_called("Inbox", 0)
        await alice.has_unread("Lobby", 0)
        await alice.is_called("Lobby", 0)
        await bob.run("message.edit", id=message["id"], text="Nobody again")
        await bob.run("message.edit", id=message["id"], text="Read before, and then mentioned: @alice")
        await expect(tab.message("Read before").get_by_role("button", name="@alice")).to_be_visible()
        await tab.is_called("Inbox", 0)


SEND_AND_GO_ON = """box => {
  box.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true, cancelable: true}));
  box.value = "and a biscuit";
  box.dispatchEvent(new Event("input", {bubbles: true}));
}"""


async def test_who_calls_many_people_is_asked_first_and_others_read_that_they_call_no_one(
    person: Arrive, own_server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "ASKED_ABOVE", 1)
    alice = await person("alice")
    await alice.composer.fill("@room, lunch?")
    await expect(alice.page.get_by_text("Only owners and moderators can notify everyone")).to_be_visible()
    await alice.composer.fill("")
    await alice.make_room("den")
    async with connect(own_server.url, "bob") as bob, connect(own_server.url, "carol") as carol:
        for each in (bob, carol):
            await each.run("room.join", room="#den")
        await alice.composer.press_sequentially("@ro")
        await alice.page.get_by_role("option", name="Everyone in this room").click()
        await alice.composer.press_sequentially("lunch?")
        await alice.composer.press("Enter")
        await expect(alice.dialog.get_by_role("heading", name="Notify 2 people?")).to_be_visible()
        await expect(alice.dialog.get_by_role("button", name="Cancel")).to_be_focused()
        await alice.page.keyboard.press("Enter")  # which was meant for the next message
        await expect(alice.composer).to_have_value("@room lunch?")
        await expect(alice.message("lunch?")).to_have_count(0)
        await alice.composer.press("Enter")
        await alice.dialog.get_by_role("button", name="Notify 2 people").click()
        await expect(alice.message("lunch?").locator(".mention")).to_have_text("@room")
        for each in (bob, carol):
            await each.hears(lambda _, data: bool(data.get("inbox")))
        await alice.composer.fill("@room, tea?")
        await alice.composer.evaluate(SEND_AND_GO_ON)
        await expect(alice.message("tea?")).to_contain_text("@room notifies 2 people.")
        await expect(alice.dialog).to_have_count(0)
        await alice.message("tea?").get_by_role("button", name="Notify 2 people").click()
        await alice.dialog.get_by_role("button", name="Cancel").click()
        await expect(alice.message("tea?")).to_contain_text("@room notifies 2 people.")
        await alice.message("tea?").get_by_role("button", name="Delete").click()
        await expect(alice.composer).to_have_value("and a biscuit")
        await alice.stores("Nobody")
        await alice.composer.press("ArrowUp")
        await alice.page.get_by_role("textbox", name="Edit message").fill("@here, dinner?")
        await alice.page.keyboard.press("Enter")
        await alice.dialog.get_by_role("button", name="Notify 2 people").click()
        await expect(alice.message("dinner?").locator(".mention")).to_have_text("@here")


async def test_mentions_are_shown_as_the_server_decides(person: Arrive, own_server: RunningServer) -> None:
    async with connect(own_server.url, "bob") as bob, connect(own_server.url, "bob_") as other:
        await bob.say("#lobby", "@bob_ hi, and bob@bob.example, `@bob` and @nobody")
        hal = await person("hal")
        found = hal.message("hi, and").get_by_role("button", name="@")
        await expect(found).to_have_text(["@bob_"])
        await other.run("user.update", name="Robert Smith")
        await expect(found).to_have_text(["@Robert Smith"])
        await found.click()
        await expect(hal.dialog.get_by_role("heading", name="Robert Smith")).to_be_visible()


async def test_a_mention_out_of_view_in_the_open_room_counts_everywhere(
    person: Arrive, own_server: RunningServer
) -> None:
    alice = await person("alice")
    async with connect(own_server.url, "bob") as bob:
        for number in range(60):
            await bob.say("#lobby", f"line {number}.")
        await alice.sees("line 59.")
        await alice.message("line 10.").scroll_into_view_if_needed()
        await bob.say("#lobby", "Further down, @alice")
        await alice.is_called("Inbox", 1)
        await alice.is_called("Lobby", 1)
        await expect(alice.page).to_have_title("(1) Lobby · Chatrooms")
        await alice.message("Further down").scroll_into_view_if_needed()
        await alice.is_called("Inbox", 0)
        await alice.is_called("Lobby", 0)
        await expect(alice.page).to_have_title("Lobby · Chatrooms")


async def test_the_list_of_mentions_opens_the_place(person: Arrive, own_server: RunningServer) -> None:
    alice = await person("alice")
    await alice.go_to("Notes to self")
    async with connect(own_server.url, "bob") as bob:
        await bob.say("#lobby", "First, @alice")
        for number in range(60):
            await bob.say("#lobby", f"line {number}.")
        await bob.say("#lobby", "Second, @alice")
        await alice.is_called("Inbox", 2)
        await alice.page.get_by_role("link", name=re.compile("^Inbox")).click()
        await expect(mentions(alice)).to_contain_text(["Second, @alice", "First, @alice"])
        await expect(alice.page).to_have_title("(2) Inbox · Chatrooms")
        await bob.say("#lobby", "Third, @alice")
        await expect(mentions(alice)).to_contain_text(["Third", "Second", "First"])
        await mentions(alice).filter(has_text="First").get_by_role("link").click()
        await expect(alice.message("First, @alice")).to_be_focused()
        await alice.is_called("Inbox", 2)
        await alice.page.go_back()
        await alice.button("Mark all as read").click()
        await alice.is_called("Inbox", 0)
        await alice.page.reload()
        await expect(mentions(alice)).to_have_count(3)


async def test_an_entry_of_the_list_opens_in_another_tab_too_and_has_the_focus_after_back(
    person: Arrive, own_server: RunningServer
) -> None:
    alice = await person("alice")
    await alice.go_to("Notes to self")
    async with connect(own_server.url, "bob") as bob:
        said = [await bob.say("#lobby", f"{text}, @alice") for text in ("One", "Two", "Three")]
    await alice.page.get_by_role("link", name=re.compile("^Inbox")).click()
    two = mentions(alice).filter(has_text="Two").get_by_role("link")
    async with alice.context.expect_page() as opening:
        await two.click(modifiers=["ControlOrMeta"])
    tab = await opening.value
    await expect(tab).to_have_url(f"{alice.url}/#/r/lobby/{said[1]['seq']}")
    await expect(mentions(alice)).to_have_count(3)
    await tab.close()
    await two.click()
    await alice.is_in("Lobby")
    await alice.page.go_back()
    await expect(two).to_be_focused()


async def test_the_open_list_has_the_new_text_of_an_edited_message(person: Arrive, own_server: RunningServer) -> None:
    alice = await person("alice")
    await alice.go_to("Notes to self")
    async with connect(own_server.url, "bob") as bob:
        message = await bob.say("#lobby", "Lunch at noon, @alice")
        await alice.page.get_by_role("link", name=re.compile("^Inbox")).click()
        await expect(mentions(alice)).to_contain_text(["Lunch at noon"])
        await bob.run("message.edit", id=message["id"], text="Lunch at one, @alice")
        await expect(mentions(alice)).to_contain_text(["Lunch at one"])
        await bob.run("message.delete", id=message["id"])
        await expect(mentions(alice)).to_have_count(0)


async def test_a_muted_room_is_quiet_but_for_mentions_until_it_is_unmuted(
    person: Arrive, own_server: RunningServer
) -> None:
    alice = await person("alice")
    await mute(alice, "Until tomorrow")
    await alice.go_to("Notes to self")
    await expect(alice.page.get_by_role("link", name="Lobby, muted")).to_be_visible()
    async with connect(own_server.url, "bob") as bob:
        await bob.say("#lobby", "Noise")
        await bob.say("#lobby", "For you, @alice")
        await alice.has_unread("Lobby", 2)
        await alice.is_called("Lobby", 1)
        await expect(bold(alice, "Lobby")).to_have_count(0)
        await expect(alice.page).to_have_title("Notes to self · Chatrooms")
        await alice.go_to("Lobby")
        await alice.button("Room menu").click()
        await alice.page.get_by_role("button", name=re.compile("^Unmute .muted until .* 8:00")).click()
        await expect(alice.page.get_by_role("link", name="Lobby, muted")).to_have_count(0)
        await alice.go_to("Notes to self")
        await bob.say("#lobby", "News")
        await expect(bold(alice, "Lobby")).to_be_visible()


async def test_the_inbox_has_keywords_reactions_and_invitations_and_lets_one_choose(
    person: Arrive, own_server: RunningServer
) -> None:
    alice = await person("alice")
    await alice.stores("Done")
    await alice.button("Account of alice").click()
    await alice.button("Settings").click()
    await alice.button("Change keywords").click()
    field = alice.dialog.get_by_role("textbox", name="Keywords")
    await field.fill("Lunch, *")
    await alice.button("Save keywords").click()
    await expect(alice.dialog.get_by_role("alert")).to_contain_text("a letter or digit")
    await field.fill("Lunch, release plan")
    await alice.button("Save keywords").click()
    await expect(alice.dialog.get_by_text("Keywords: lunch, release plan")).to_be_visible()
    await alice.button("Close").click()
    await alice.go_to("Notes to self")
    async with connect(own_server.url, "bob") as bob:
        (done,) = (await bob.run("history", room="#lobby"))["messages"][-1:]
        await bob.run("reaction.add", id=done["id"], emoji="🎉")
        await alice.is_called("Inbox", 1)
        await alice.is_called("Lobby", 0)
        await bob.say("#lobby", "Lunch!")
        await alice.is_called("Lobby", 1)
        await bob.run("room.create", name="#den", title="Den", topic="Foxes")
        await bob.run("room.invite", room="#den", username="alice")
        await alice.is_called("Inbox", 3)
        await alice.page.get_by_role("link", name="Inbox, 3 for you").click()
        for index, text in enumerate(
            ("invited you to Den", "used your keyword in Lobby", "reacted 🎉 to your message")
        ):
            await expect(mentions(alice).nth(index)).to_contain_text(text)
        await mentions(alice).first.get_by_role("link").click()
        await alice.is_in("Den")
        await alice.is_called("Inbox", 2)
        await alice.go_to("Lobby")
        await alice.is_called("Inbox", 0)
        await bob.run("reaction.add", id=done["id"], emoji="👍")
        await expect(alice.message("Done").get_by_role("button", name="👍").first).to_be_visible()
        await alice.button("Account of alice").click()
        await alice.button("Settings").click()
        await alice.dialog.get_by_role("switch", name="Reactions to my messages").click()
        await expect(alice.dialog.get_by_role("switch", name="Reactions to my messages")).not_to_be_checked()
