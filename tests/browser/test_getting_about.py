"""Getting about: the switcher, the keys, links to messages, what is unread."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect
from starlette.applications import Starlette
from starlette.routing import Mount

from chatrooms import Chatrooms, Settings
from tests.browser.conftest import Arrive
from tests.browser.test_lasting import cut_off, fill_lobby, scroll_to_the_start
from tests.browser.visitor import Visitor
from tests.servers import QUICK, RunningServer, serving

CLIPBOARD = {"permissions": ["clipboard-read", "clipboard-write"]}


async def switch_to(visitor: Visitor, typed: str, title: str) -> None:
    await visitor.has_everything()
    await visitor.page.keyboard.press("ControlOrMeta+k")
    await visitor.page.get_by_role("combobox", name="Room or person").fill(typed)
    await expect(visitor.page.get_by_role("option", name=title)).to_have_attribute("aria-selected", "true")
    await visitor.page.keyboard.press("Enter")
    await visitor.is_in(title)


async def link_of(visitor: Visitor, text: str) -> str:
    await visitor.message(text).hover()
    await visitor.message(text).get_by_role("button", name="Copy link").click()
    await expect(visitor.page.get_by_role("status", name="Notices")).to_contain_text("Link copied.")
    return await visitor.page.evaluate("navigator.clipboard.readText()")


async def test_the_switcher_finds_rooms_and_people_by_a_few_letters(person: Arrive) -> None:
    alice, _ = await person("alice"), await person("bob")
    await alice.make_room("release-planning")
    await switch_to(alice, "lob", "Lobby")
    await switch_to(alice, "rlspln", "release-planning")
    await switch_to(alice, "bo", "bob")
    await expect(alice.composer).to_be_focused()


async def test_the_switcher_offers_first_where_one_was_last(person: Arrive) -> None:
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


async def test_the_keys_are_shown(person: Arrive) -> None:
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


async def test_a_link_opens_an_old_message_with_its_surroundings(person: Arrive, own_server: RunningServer) -> None:
    await fill_lobby(own_server, 400)
    alice = await person("alice", **CLIPBOARD)
    await alice.sees("line 400.")
    await scroll_to_the_start(alice)
    link = await link_of(alice, "line 30.")
    assert re.fullmatch(rf"{own_server.url}/r/lobby/\d+", link)
    bob = await person("bob")
    await bob.page.goto(link)
    await expect(bob.message("line 30.")).to_be_in_viewport()
    await expect(bob.message("line 30.")).to_be_focused()
    await bob.sees("line 29.", "line 31.")
    await expect(bob.message("line 400.")).to_have_count(0)
    await bob.button("Jump to latest").click()
    await expect(bob.message("line 400.")).to_be_in_viewport()


async def test_a_note_to_self_has_a_link_that_is_of_no_use_to_others(person: Arrive) -> None:
    alice, bob = await person("alice", **CLIPBOARD), await person("bob")
    await alice.go_to("Notes to self")
    await alice.say("Where I hid the key")
    await alice.sees("Where I hid the key")
    await alice.has_everything()
    link = await link_of(alice, "Where I hid the key")
    await alice.go_to("Lobby")
    await alice.page.goto(link)
    await alice.is_in("Notes to self")
    await expect(alice.message("Where I hid the key")).to_be_focused()
    await bob.page.goto(link)
    await bob.is_in("Notes to self")
    await expect(bob.page.get_by_role("status", name="Notices")).to_contain_text("not here any more")
    await expect(bob.log.get_by_role("article")).to_have_count(0)


async def test_from_an_old_message_one_can_read_on_to_the_present(person: Arrive, own_server: RunningServer) -> None:
    await fill_lobby(own_server, 200)
    alice = await person("alice")
    await alice.sees("line 200.")
    await scroll_to_the_start(alice)
    seq = await alice.message("line 20.").get_attribute("data-seq")
    bob = await person("bob")
    await bob.page.goto(f"{own_server.url}/r/lobby/{seq}")
    await expect(bob.message("line 20.")).to_be_in_viewport()
    await bob.log.hover()
    for number in (60, 110, 160, 200):
        while not await bob.message(f"line {number}.").count():
            await bob.page.mouse.wheel(0, 2_000)
    numbers = await bob.log.get_by_role("article").filter(has_text="line ").all_inner_texts()
    read = [int(text.rsplit("line ")[-1].strip(" .\n")) for text in numbers]
    assert read == list(range(read[0], 201))


async def test_a_link_works_under_the_path_of_a_host_application(browser: Browser, tmp_path: Path) -> None:
    chat = Chatrooms(Settings(data=tmp_path, **QUICK))
    async with chat.lifespan(), serving(Starlette(routes=[Mount("/chat", chat)])) as url:
        context = await browser.new_context(**CLIPBOARD)
        alice = await Visitor.open(context, f"{url}/chat/", "alice")
        await alice.join()
        await alice.say("Find me")
        link = await link_of(alice, "Find me")
        assert link.startswith(f"{url}/chat/r/lobby/")
        await alice.page.goto(link)
        await expect(alice.message("Find me")).to_be_focused()
        await context.close()


async def test_unread_from_here_counts_until_one_comes_back(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    for text in ("One", "Two", "Three"):
        await bob.say(text)
    await alice.sees("One", "Two", "Three")
    await alice.message("Two").hover()
    await alice.message("Two").get_by_role("button", name="Mark as unread from here").click()
    await expect(alice.page.get_by_role("separator", name="New")).to_be_visible()
    await alice.go_to("Notes to self")
    await alice.has_unread("Lobby", 2)
    await alice.go_to("Lobby")
    await expect(alice.page.get_by_role("separator", name="New")).to_be_visible()
    await alice.go_to("Notes to self")
    await alice.has_unread("Lobby", 0)


async def test_escape_takes_unread_from_here_back(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    await bob.say("One")
    await alice.sees("One")
    await alice.has_everything()
    await alice.message("One").hover()
    await alice.message("One").get_by_role("button", name="Mark as unread from here").click()
    await alice.page.keyboard.press("Escape")
    await alice.go_to("Notes to self")
    await alice.has_unread("Lobby", 0)


async def test_the_line_above_what_is_new_stays_while_one_reads(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    await alice.go_to("Notes to self")
    await bob.say("First")
    await alice.has_unread("Lobby", 1)
    await alice.go_to("Lobby")
    await bob.say("Second")
    await alice.sees("First", "Second")
    order = await alice.page.evaluate(
        """() => [...document.querySelectorAll("[role=separator], article")].map(it => it.getAttribute("role"))"""
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


@pytest.mark.parametrize("address", ["#/r/alice+alice", "#/r/+", "#/p/+", "#/p/bob+", "#/r/%ff", "#/x/y"])
async def test_an_address_that_leads_nowhere_still_shows_a_room(person: Arrive, address: str) -> None:
    alice = await person("alice")
    await alice.page.goto("about:blank")
    await alice.page.goto(alice.url + address)
    await expect(alice.page.get_by_role("heading", level=1)).to_be_visible()
    await alice.go_to("Lobby")


async def test_an_archived_room_counts_as_unread_no_longer(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    await bob.make_room("plans")
    await bob.invite("alice")
    await alice.room("plans").wait_for()
    await bob.say("Anybody?")
    await alice.has_unread("plans", 1)
    await alice.has_everything()
    await expect(alice.page).to_have_title("(1) Lobby · Chatrooms")
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


async def test_who_writes_below_a_linked_message_is_at_the_end_again(person: Arrive, own_server: RunningServer) -> None:
    await fill_lobby(own_server, 60)
    alice = await person("alice")
    await alice.page.goto(f"{alice.url}/r/lobby/20")
    await expect(alice.message("line 20.")).to_be_in_viewport()
    await alice.stores("Where was I?")
    await expect(alice.page).to_have_url(re.compile(r"#/r/lobby$"))
    await alice.page.reload()
    await expect(alice.message("Where was I?")).to_be_in_viewport()


async def test_the_list_of_open_rooms_says_why_it_is_empty(person: Arrive, own_server: RunningServer) -> None:
    alice, bob = await person("alice"), await person("bob")
    await bob.make_room("garden")
    await alice.has_everything()
    await cut_off(alice, own_server)
    await alice.button("Browse rooms").click()
    await expect(alice.dialog.get_by_role("alert")).to_contain_text("You are offline.")
    await alice.context.set_offline(False)
    await expect(alice.button("Join garden")).to_be_visible()
