"""The line "New" above unread messages, and opening a room at it."""

from __future__ import annotations

import re

from playwright.async_api import Locator, expect

from tests.browser.conftest import Arrive
from tests.browser.lobby import fill_lobby
from tests.browser.network import cut_off
from tests.browser.test_installed_app import install
from tests.browser.test_tabs import mark_unread_from, new_line_is_above
from tests.browser.visitor import Visitor
from tests.people import connect
from tests.servers import RunningServer

AWAY = """
is_away => {
  document.hasFocus = () => !is_away;
  Object.defineProperty(document, "visibilityState", {configurable: true, get: () => is_away ? "hidden" : "visible"});
  document.dispatchEvent(new Event("visibilitychange"));
}
"""


def jump(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("button", name="Jump to latest")


async def opens_at(visitor: Visitor, text: str) -> None:
    await new_line_is_above(visitor, text)
    await expect(visitor.page.get_by_role("separator", name="New")).to_be_in_viewport()
    await expect(jump(visitor)).to_be_visible()


async def returns_to(alice: Visitor, server: RunningServer, count: int) -> None:
    """Leave the lobby, and return to as many new messages, at the first of them."""
    await alice.stores("Read by all")
    await alice.go_to("Notes to self")
    await fill_lobby(server, count)
    await alice.has_unread("Lobby", count)
    await alice.go_to("Lobby")
    await opens_at(alice, "line 1.")


async def test_a_room_opens_at_the_first_unread_message_however_much_came(
    person: Arrive, own_server: RunningServer
) -> None:
    alice = await person("alice")
    await returns_to(alice, own_server, 200)
    await alice.go_to("Notes to self")
    await alice.has_unread("Lobby", 200)
    await alice.go_to("Lobby")
    await jump(alice).click()
    await expect(alice.message("line 200.")).to_be_in_viewport()
    await alice.go_to("Notes to self")
    await alice.has_unread("Lobby", 0)


async def test_a_room_of_which_nothing_was_read_opens_at_its_first_message(
    person: Arrive, own_server: RunningServer
) -> None:
    alice = await person("alice")
    async with connect(own_server.url, "bob") as bob:
        await bob.run("room.create", name="news")
        await bob.run("room.invite", room="#news", username="alice")
        for line in range(1, 151):
            await bob.say("#news", f"line {line}.")
    await alice.has_unread("news", 150)
    await alice.go_to("news")
    await opens_at(alice, "line 1.")
    await alice.go_to("Lobby")
    await expect(alice.room("news")).to_have_accessible_name(re.compile(r"\d+ unread"))


BELOW = """
() => {
  const log = document.querySelector("[role=log]").getBoundingClientRect();
  const ends = [...document.querySelectorAll("[role=log] article")].map(it => it.getBoundingClientRect().bottom);
  return ends.filter(end => end > log.bottom + 1).length;
}
"""


async def test_the_line_says_how_many_are_new_and_the_jump_how_many_are_below(
    person: Arrive, own_server: RunningServer
) -> None:
    alice, bob = await person("alice"), await person("bob")
    await returns_to(alice, own_server, 45)
    await expect(alice.page.get_by_role("separator", name="45 new")).to_be_visible()
    below = await alice.page.evaluate(BELOW)
    assert below > 5
    await alice.button(f"Jump to latest, {below} new").wait_for()
    await bob.stores("And another")
    await alice.button(f"Jump to latest, {below + 1} new").wait_for()
    await expect(alice.page.get_by_role("separator", name="46 new")).to_be_visible()
    await alice.message("line 30.").scroll_into_view_if_needed()
    await alice.button(f"Jump to latest, {await alice.page.evaluate(BELOW)} new").wait_for()


async def test_the_page_opens_at_the_first_unread_message(person: Arrive, own_server: RunningServer) -> None:
    alice = await person("alice")
    await alice.stores("Read by all")
    await alice.page.goto("about:blank")
    await fill_lobby(own_server, 30)
    await alice.page.goto(own_server.url)
    await opens_at(alice, "line 1.")
    await alice.sees("Read by all")


async def test_after_a_long_absence_the_first_unread_message_is_fetched(
    person: Arrive, own_server: RunningServer
) -> None:
    alice = await person("alice")
    await alice.stores("Read by all")
    await alice.page.goto("about:blank")
    await fill_lobby(own_server, 700)
    await alice.page.goto(own_server.url)
    await opens_at(alice, "line 1.")
    await expect(alice.message("line 700.")).to_have_count(0)
    await jump(alice).click()
    await expect(alice.message("line 700.")).to_be_in_viewport()


async def test_the_line_appears_when_a_hidden_tab_is_shown_again(person: Arrive, own_server: RunningServer) -> None:
    alice = await person("alice")
    await alice.stores("Off for lunch")
    await alice.page.evaluate(AWAY, arg=True)
    await fill_lobby(own_server, 50)
    await alice.has_unread("Lobby", 50)
    await alice.page.evaluate(AWAY, arg=False)
    await opens_at(alice, "line 1.")
    await alice.log.focus()
    await alice.page.keyboard.press("End")
    await alice.has_unread("Lobby", 0)
    await new_line_is_above(alice, "line 1.")


async def test_there_is_no_line_when_nothing_is_new(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    await bob.say("Seen")
    await alice.sees("Seen")
    await alice.go_to("Notes to self")
    await alice.go_to("Lobby")
    await alice.sees("Seen")
    await bob.say("Seen as it came")
    await alice.sees("Seen as it came")
    await expect(alice.page.get_by_role("separator", name="New")).to_have_count(0)


async def test_messages_missed_while_offline_are_unread_until_they_are_seen(
    person: Arrive, own_server: RunningServer
) -> None:
    alice = await person("alice")
    await install(alice)
    await alice.stores("Still here")
    await alice.context.set_offline(True)
    await alice.page.evaluate("dispatchEvent(new Event('offline'))")
    await fill_lobby(own_server, 40)
    await alice.context.set_offline(False)
    await opens_at(alice, "line 1.")
    await alice.go_to("Notes to self")
    await alice.has_unread("Lobby", 40)


LAST_IN_SIGHT = """
() => {
  const log = document.querySelector("[role=log]").getBoundingClientRect();
  const seen = [...document.querySelectorAll("[role=log] article")].filter(
    it => it.getBoundingClientRect().bottom <= log.bottom + 1);
  return Number(seen.at(-1).querySelector(".text").innerText.match(/[0-9]+/)[0]);
}
"""


async def test_what_one_has_scrolled_past_is_read_but_not_what_one_has_jumped_to(
    person: Arrive, own_server: RunningServer
) -> None:
    alice = await person("alice")
    await returns_to(alice, own_server, 150)
    await alice.log.hover()
    while await alice.page.evaluate(LAST_IN_SIGHT) < 50:
        top = await alice.log.evaluate("it => it.scrollTop")
        await alice.page.mouse.wheel(0, 300)
        await alice.page.wait_for_function("top => document.querySelector('[role=log]').scrollTop > top", arg=top)
    read = await alice.page.evaluate(LAST_IN_SIGHT)
    await new_line_is_above(alice, "line 1.")
    await alice.log.evaluate("it => it.scrollBy(0, 2 * it.clientHeight)")
    await expect(alice.message(f"line {read}.")).not_to_be_in_viewport()
    await alice.go_to("Notes to self")
    await alice.has_unread("Lobby", 150 - read)
    await alice.go_to("Lobby")
    await opens_at(alice, f"line {read + 1}.")
    await alice.page.reload()
    await opens_at(alice, f"line {read + 1}.")


async def test_unread_from_here_in_a_room_that_is_not_read_to_its_end_counts_from_there(
    person: Arrive, own_server: RunningServer
) -> None:
    alice = await person("alice")
    await returns_to(alice, own_server, 150)
    await alice.message("line 32.").scroll_into_view_if_needed()
    await mark_unread_from(alice, "line 32.")
    await new_line_is_above(alice, "line 32.")
    await expect(alice.page.get_by_role("separator", name="119 new")).to_be_visible()
    await alice.go_to("Notes to self")
    await alice.has_unread("Lobby", 119)
    await alice.go_to("Lobby")
    await opens_at(alice, "line 32.")
    await alice.page.reload()
    await opens_at(alice, "line 32.")


async def test_unread_from_here_that_needs_the_server_says_so_offline(
    person: Arrive, own_server: RunningServer
) -> None:
    alice = await person("alice")
    await returns_to(alice, own_server, 60)
    await alice.has_everything()
    await cut_off(alice, own_server)
    await mark_unread_from(alice, "line 5.")
    await expect(alice.page.get_by_role("status", name="Notices")).to_contain_text("You're offline.")
    await new_line_is_above(alice, "line 1.")


async def test_a_reload_reads_nothing_that_was_not_seen(person: Arrive, own_server: RunningServer) -> None:
    alice = await person("alice")
    await returns_to(alice, own_server, 100)
    for _ in range(2):  # at the second, the browser has kept the newest messages
        await alice.page.reload()
        await opens_at(alice, "line 1.")
    await alice.go_to("Notes to self")
    await alice.has_unread("Lobby", 100)
