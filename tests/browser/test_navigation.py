"""Navigation: the switcher, keyboard shortcuts, unread rooms."""

from __future__ import annotations

import asyncio
import re

from playwright.async_api import expect

from tests.browser.conftest import Arrive
from tests.browser.lobby import fill_lobby
from tests.browser.network import cut_off
from tests.browser.visitor import Visitor
from tests.people import connect
from tests.servers import RunningServer


async def switch_to(visitor: Visitor, typed: str, title: str) -> None:
    await visitor.has_everything()
    await visitor.page.keyboard.press("ControlOrMeta+k")
    await visitor.page.get_by_role("combobox", name="Room or person").fill(typed)
    await expect(visitor.page.get_by_role("option", name=title)).to_have_attribute("aria-selected", "true")
    await visitor.page.keyboard.press("Enter")
    await visitor.is_in(title)


async def test_the_switcher_finds_rooms_and_people_by_a_few_letters_and_open_rooms(
    person: Arrive, own_server: RunningServer
) -> None:
    alice, _ = await person("alice"), await person("bob")
    await alice.make_room("release-planning")
    await switch_to(alice, "lob", "Lobby")
    await switch_to(alice, "rlspln", "release-planning")
    await switch_to(alice, "bo", "bob")
    await expect(alice.composer).to_be_focused()
    await switch_to(alice, "inb", "Inbox")
    await switch_to(alice, "bookm", "Bookmarks")
    heading = alice.page.get_by_role("heading", name="Bookmarks")
    await expect(heading).to_be_focused()
    await expect(heading).to_have_css("outline-style", "none")
    async with connect(own_server.url, "carol") as carol:
        await carol.run("room.create", name="garden", topic="Tomatoes")
    await alice.page.keyboard.press("ControlOrMeta+k")
    await alice.page.get_by_role("combobox", name="Room or person").fill("tomat")
    await expect(alice.page.get_by_role("option", name="garden #garden, not joined")).to_be_visible()
    await alice.page.keyboard.press("Enter")
    await expect(alice.button("Join #garden")).to_be_focused()
    await alice.page.keyboard.press("Enter")
    await alice.is_in("garden")


async def test_inbox_and_bookmarks_stay_in_place_when_the_rooms_scroll(
    person: Arrive, own_server: RunningServer
) -> None:
    alice = await person("alice", viewport={"width": 1000, "height": 420})
    async with connect(own_server.url, "bob") as bob:
        for name in ("design", "garden", "kitchen", "plans", "release", "support", "travel"):
            await bob.run("room.create", name=name)
            await bob.run("room.invite", room=f"#{name}", username="alice")
    await alice.go_to("travel")
    for entry in ("Inbox", "Bookmarks", "travel"):
        await expect(alice.room(entry)).to_be_in_viewport(ratio=0.9)


async def test_back_leads_to_the_room_at_the_first_address(person: Arrive) -> None:
    alice = await person("alice")
    await expect(alice.page).to_have_url(re.compile(r"#/r/lobby$"))
    await alice.go_to("Notes to self")
    await alice.page.go_back()
    await alice.is_in("Lobby")
    await expect(alice.page).to_have_url(re.compile(r"#/r/lobby$"))
    await alice.page.go_forward()
    await alice.is_in("Notes to self")
    await alice.page.goto(f"{alice.url}#/nowhere")
    await expect(alice.page).to_have_url(re.compile(r"#/(?:me|r/lobby)$"))


async def test_back_closes_a_dialog_and_stays_in_the_room_and_keeps_what_is_written(person: Arrive) -> None:
    alice = await person("alice")
    await expect(alice.page).to_have_url(re.compile(r"#/r/lobby$"))
    await alice.go_to("Notes to self")
    await alice.has_everything()
    await alice.page.keyboard.press("ControlOrMeta+k")
    await expect(alice.page.get_by_role("combobox", name="Room or person")).to_be_focused()
    await alice.page.evaluate("history.back()")
    await expect(alice.dialog).to_have_count(0)
    await alice.is_in("Notes to self")
    await alice.button("New room").click()
    await alice.dialog.get_by_role("textbox", name="Name").press_sequentially("plans")
    await alice.page.evaluate("history.back()")
    await expect(alice.button("Keep writing")).to_be_focused()
    await expect(alice.page).to_have_url(re.compile(r"#/me$"))
    # Nor does a second time back lose it, which no page prevents.
    await alice.page.evaluate("() => void (location.hash = '#/r/lobby')")
    await expect(alice.button("Keep writing")).to_be_focused()
    await expect(alice.page).to_have_title(re.compile("^Notes to self"))
    await expect(alice.dialog.get_by_role("textbox", name="Name")).to_have_value("plans")
    await alice.button("Discard").click()
    await expect(alice.dialog).to_have_count(0)
    await alice.is_in("Lobby")


async def test_an_address_that_is_entered_while_the_page_loads_is_kept(person: Arrive) -> None:
    alice = await person("alice", joined=False)
    await alice.page.add_init_script(
        """
        const listen = window.addEventListener.bind(window);
        window.addEventListener = (kind, act) =>
          listen(kind, kind === "hashchange" ? event => setTimeout(act, 3000, event) : act);
        """
    )
    await alice.page.reload()
    await alice.page.get_by_role("textbox", name="Your name").fill("alice")
    await alice.button("Join").click()
    await alice.page.evaluate("() => void (location.hash = '#/me')")
    await alice.is_in("Notes to self")


async def test_the_switcher_offers_the_last_room_first(person: Arrive) -> None:
    alice = await person("alice")
    await alice.make_room("design")
    await alice.make_room("garden")
    await alice.has_everything()
    await alice.go_to("design")
    await alice.go_to("Lobby")
    await alice.page.keyboard.press("ControlOrMeta+k")
    await expect(alice.page.get_by_role("option").first).to_have_accessible_name(re.compile("design"))
    await alice.page.keyboard.press("Escape")
    await expect(alice.dialog).to_have_count(0)
    await alice.is_in("Lobby")


async def test_alt_and_arrows_walk_rooms_and_unread_ones(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    for room in ("design", "garden"):
        await alice.make_room(room)
    await alice.invite("bob")
    await bob.room("garden").wait_for()
    await bob.go_to("garden")
    await bob.say("Anybody here?")
    await alice.go_to("Lobby")
    await alice.has_everything()
    await alice.page.keyboard.press("Alt+ArrowDown")
    await alice.is_in("design")
    await alice.page.keyboard.press("Alt+ArrowUp")
    await alice.is_in("Lobby")
    await bob.say("Hello?")
    await alice.has_unread("garden", 1)
    await alice.page.keyboard.press("Alt+Shift+ArrowUp")
    await alice.is_in("garden")


async def test_the_keyboard_shortcuts_are_shown(person: Arrive) -> None:
    alice = await person("alice")
    await alice.has_everything()
    await alice.page.keyboard.press("ControlOrMeta+/")
    await expect(alice.dialog.get_by_text("Switch to a room or person")).to_be_visible()


async def test_typing_anywhere_goes_to_the_composer(person: Arrive) -> None:
    alice = await person("alice")
    await alice.has_everything()
    await alice.log.focus()
    await alice.page.keyboard.type("Hello")
    await expect(alice.composer).to_have_value("Hello")


async def test_escape_marks_the_room_as_read_and_leads_to_the_end(person: Arrive, own_server: RunningServer) -> None:
    await fill_lobby(own_server, 60)
    alice = await person("alice")
    await alice.has_everything()
    await alice.message("line 20.").scroll_into_view_if_needed()
    await expect(alice.button("Jump to latest")).to_be_visible()
    await alice.page.keyboard.press("Escape")
    await expect(alice.message("line 60.")).to_be_in_viewport()


async def test_unread_from_here_lasts_until_the_next_visit(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    for text in ("One", "Two", "Three"):
        await bob.say(text)
    await alice.sees("One", "Two", "Three")
    await alice.choose("Two", "Mark as unread from here")
    await expect(alice.page.get_by_role("separator", name="New")).to_be_visible()
    await alice.go_to("Notes to self")
    await alice.has_unread("Lobby", 2)
    await alice.go_to("Lobby")
    await expect(alice.page.get_by_role("separator", name="New")).to_be_visible()
    await alice.go_to("Notes to self")
    await alice.has_unread("Lobby", 0)


async def test_escape_undoes_unread_from_here(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    await bob.say("One")
    await alice.sees("One")
    await alice.choose("One", "Mark as unread from here")
    await expect(alice.page.get_by_role("separator", name="New")).to_be_visible()
    await alice.page.keyboard.press("Escape")
    await alice.go_to("Notes to self")
    await alice.has_unread("Lobby", 0)


async def test_the_line_above_new_messages_stays_while_reading(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    await alice.go_to("Notes to self")
    await bob.say("First")
    await alice.has_unread("Lobby", 1)
    await alice.go_to("Lobby")
    await bob.say("Second")
    await alice.sees("First", "Second")
    order = await alice.page.evaluate(
        """() => [...document.querySelectorAll("[role=log] :is([role=separator], article)")]
            .map(it => it.getAttribute("role"))"""
    )
    assert order == ["separator", None, None]


async def test_three_tabs_agree(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    tabs = [bob, await bob.another_tab(), await bob.another_tab()]
    await asyncio.gather(*(tab.is_in("Lobby") for tab in tabs))
    await bob.go_to("Notes to self")
    await tabs[1].go_to("Notes to self")
    await tabs[2].go_to("Notes to self")
    await alice.say("Hello, all of you")
    await asyncio.gather(*(tab.has_unread("Lobby", 1) for tab in tabs))
    await tabs[1].go_to("Lobby")
    await asyncio.gather(*(tab.has_unread("Lobby", 0) for tab in tabs))
    await tabs[2].say("A note")
    await asyncio.gather(tabs[0].sees("A note"), tabs[2].sees("A note"))


async def test_an_archived_room_no_longer_counts_as_unread(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    await bob.make_room("plans")
    await bob.invite("alice")
    await alice.room("plans").wait_for()
    await bob.say("Anybody? @alice?")
    await alice.has_unread("plans", 1)
    await alice.has_everything()
    await expect(alice.page).to_have_title("(2) Lobby · Chatrooms")  # with the invitation
    await bob.button("Room menu").click()
    await bob.button("Archive room").click()
    await bob.dialog.get_by_role("button", name="Archive room").click()
    await expect(alice.room("plans")).to_have_count(0)
    await expect(alice.page).to_have_title("Lobby · Chatrooms")


async def test_escape_closes_the_members_and_the_focus_goes_back(person: Arrive) -> None:
    alice = await person("alice")
    await alice.has_everything()
    await alice.show_members(1)
    panel = alice.page.get_by_role("complementary", name="Members")
    await alice.button("Close members").click()
    await expect(alice.button("1 member")).to_be_focused()
    await alice.show_members(1)
    await alice.composer.focus()
    await panel.wait_for()
    await alice.page.keyboard.press("Escape")
    await expect(panel).to_have_count(0)
    await expect(alice.composer).to_be_focused()


async def test_the_list_of_open_rooms_explains_why_it_is_empty(person: Arrive, own_server: RunningServer) -> None:
    alice, bob = await person("alice"), await person("bob")
    await bob.make_room("garden")
    await alice.has_everything()
    await cut_off(alice, own_server)
    await alice.button("Browse rooms").click()
    await expect(alice.dialog.get_by_role("alert")).to_contain_text("You're offline.")
    await alice.context.set_offline(False)
    await expect(alice.button("Join garden")).to_be_visible()


async def test_the_address_of_a_person_who_does_not_exist_says_so(person: Arrive) -> None:
    alice = await person("alice")
    for name in ("nobody_here", "not!a!name"):
        await alice.page.goto(f"{alice.url}/#/p/{name}")
        await expect(alice.page.get_by_role("heading", name=f"No one here is called @{name}")).to_be_visible()
        await expect(alice.composer).to_have_count(0)
        await expect(alice.room(name)).to_have_count(0)
    await alice.button("Find a person").click()
    await expect(alice.page.get_by_role("dialog", name="New conversation")).to_be_visible()
