"""What is typed is never lost: keys before a dialog, half-written texts, drafts in rooms that end."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, Route, expect

from tests.browser.conftest import Arrive
from tests.browser.visitor import Visitor
from tests.people import connect
from tests.servers import RunningServer


async def test_keys_typed_before_a_dialog_is_there_go_to_it(person: Arrive) -> None:
    alice = await person("alice")
    await alice.make_room("garden")
    await alice.page.reload()
    await alice.is_in("garden")
    await alice.has_everything()
    await alice.page.evaluate(
        """() => {
          const key = (init) => document.activeElement.dispatchEvent(
            new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...init }));
          key({ key: "k", ctrlKey: true });
          for (const letter of "lobb") key({ key: letter });
          key({ key: "Enter" });
        }"""
    )
    await alice.is_in("Lobby")
    await expect(alice.composer).to_have_value("")


KEYS_MEANWHILE = """
async (_body, [link, keys]) => {
  const rendered = async () => { for (let turn = 0; turn < 20; turn += 1) await null; };
  const press = (init) => document.activeElement.dispatchEvent(
    new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...init }));
  if (link) document.querySelector(link).click();
  for (const key of keys) {
    await rendered();
    if (press(typeof key === "string" ? { key } : key) && key.length === 1)
      document.execCommand("insertText", false, key);
  }
}
"""
"""JavaScript: click a link and press keys before the browser does anything else, as a busy one does."""


async def hurry(visitor: Visitor, link: str, *keys: str | dict[str, object]) -> None:
    await visitor.has_everything()
    await visitor.page.locator("body").evaluate(KEYS_MEANWHILE, [link, keys])


async def test_keys_pressed_on_the_way_to_another_place_go_there(person: Arrive, own_server: RunningServer) -> None:
    alice = await person("alice")
    await alice.make_room("garden")
    await alice.go_to("Lobby")
    await hurry(alice, "a[href='#/r/garden']", *"In the garden", "Enter")
    await alice.is_in("garden")
    await alice.sees("In the garden")
    await hurry(alice, "a[href='#/r/lobby']", {"key": "k", "ctrlKey": True}, *"notes")
    await expect(alice.dialog.get_by_role("combobox")).to_have_value("notes")
    await alice.page.keyboard.press("Escape")
    await alice.is_in("Lobby")
    await hurry(alice, "", {"key": "F", "ctrlKey": True, "shiftKey": True}, *"plans")
    await expect(alice.page.get_by_role("combobox", name="Search messages")).to_have_value("plans")
    await alice.go_to("Lobby")
    seq = await alice.stores("A question")
    async with connect(own_server.url, "bob") as bob:
        await bob.say(f"#lobby/{seq}", "An answer")
    await expect(alice.message("A question").get_by_role("link", name="1 reply")).to_be_visible()
    await hurry(alice, f"a[href='#/r/lobby/{seq}/thread']", *"Thanks", "Enter")
    await expect(replies(alice).filter(has_text="Thanks")).to_be_visible()
    await expect(alice.log.first.get_by_role("article")).to_contain_text(["A question"])
    await expect(alice.composer.first).to_have_value("")


def replies(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("region", name="Thread").get_by_role("article")


@pytest.mark.parametrize("part", ["chat", "rest"])
async def test_a_part_of_the_page_that_could_not_be_loaded_is_loaded_again(person: Arrive, part: str) -> None:
    alice = await person("alice", joined=False)
    failed: list[str] = []

    async def fail_once(route: Route) -> None:
        failed.append(route.request.url)
        if len(failed) == 1:
            await route.abort()
        else:
            await route.continue_()

    await alice.page.route(re.compile(rf"/js/{part}-\w+\.js$"), fail_once)
    await alice.page.reload()
    await alice.join()
    await alice.has_everything()
    assert failed
    await alice.page.keyboard.press("ControlOrMeta+k")
    await expect(alice.dialog.get_by_role("combobox")).to_be_focused()


async def test_a_long_text_waits_until_its_author_has_seen_what_others_posted(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    await alice.stores("Shall we?")
    await bob.sees("Shall we?")
    long = "So it is settled, and this is why. " * 20
    await alice.context.set_offline(True)
    await alice.say(long)
    await bob.stores("No, wait")
    await alice.context.set_offline(False)
    await expect(alice.message("So it is settled")).to_contain_text("Not sent: Others have posted since.")
    await alice.sees("No, wait")
    await expect(bob.message("So it is settled")).to_have_count(0)
    await alice.button("Send anyway").click()
    await expect(bob.message("So it is settled")).to_have_count(1)
    alice.complaints.clear()  # Chromium reports failed requests.


async def test_escape_asks_before_it_discards_an_edit_or_a_form(person: Arrive) -> None:
    alice = await person("alice")
    await alice.stores("First version")
    await alice.composer.press("ArrowUp")
    editor = alice.page.get_by_role("textbox", name="Edit message")
    await expect(editor).to_be_focused()
    await editor.fill("Second version")
    await editor.press("Escape")
    await alice.dialog.get_by_role("button", name="Cancel").click()
    await expect(editor).to_have_value("Second version")
    await editor.press("Escape")
    await alice.button("Discard").click()
    await alice.sees("First version")
    await alice.button("New room").click()
    await alice.dialog.get_by_role("textbox", name="Topic").fill("Everything about tomatoes")
    await alice.page.keyboard.press("Escape")
    await alice.button("Keep writing").click()
    await expect(alice.dialog.get_by_role("textbox", name="Topic")).to_have_value("Everything about tomatoes")
    await alice.button("Close").click()
    await alice.button("Discard").click()
    await expect(alice.dialog).to_have_count(0)


async def test_a_draft_is_kept_when_its_room_ends(person: Arrive, own_server: RunningServer) -> None:
    alice = await person("alice")
    async with connect(own_server.url, "boss") as boss:
        await boss.run("room.create", name="#garden", topic="Tomatoes")
        await boss.run("room.invite", room="#garden", username="alice")
        notices = alice.page.get_by_role("status", name="Notices")
        await expect(notices).to_contain_text("boss invited you to garden: Tomatoes")
        await notices.get_by_role("button", name="Open").click()
        await alice.is_in("garden")
        await expect(notices).to_be_empty()
        await alice.composer.fill("half a sentence")
        await boss.run("room.archive", room="#garden")
        await expect(alice.page.get_by_text("half a sentence")).to_be_visible()
        await boss.run("room.unarchive", room="#garden")
        await expect(alice.composer).to_have_value("half a sentence")
        await boss.run("room.remove", room="#garden", username="alice")
        await alice.is_in("Lobby")
        await alice.button("Your draft is kept").click()
        await expect(alice.page.get_by_text("half a sentence")).to_be_visible()


async def test_archived_rooms_can_be_found_and_opened_again(person: Arrive) -> None:
    alice = await person("alice")
    await alice.make_room("garden")
    await alice.button("Room menu").click()
    await alice.button("Archive room").click()
    await alice.dialog.get_by_role("button", name="Archive room").click()
    await expect(alice.room("garden")).to_have_count(0)
    await alice.go_to("Lobby")
    await alice.button("Browse rooms").click()
    await alice.button("Open garden").click()
    await alice.is_in("garden")
    await expect(alice.page.get_by_text("Be the first")).to_have_count(0)
    await alice.button("Unarchive").click()
    await expect(alice.composer).to_be_visible()
    await expect(alice.room("garden")).to_be_visible()


async def test_a_session_revoked_elsewhere_leaves_nothing_behind(person: Arrive, own_server: RunningServer) -> None:
    alice = await person("alice")
    await alice.composer.fill("half a sentence")
    token = next(cookie for cookie in await alice.context.cookies() if cookie["name"].endswith("alice"))["value"]
    session = await alice.page.evaluate(
        """async () => (await (await fetch("api/session.list", { method: "POST", body: "{}",
          headers: { "Content-Type": "application/json" } })).json()).result.sessions[0].id"""
    )
    async with connect(own_server.url, "alice", token=token) as elsewhere:
        await elsewhere.run("session.revoke", id=session)
    await expect(alice.page.get_by_text("You've been signed out.")).to_be_visible()
    kept = "() => Object.keys(localStorage).filter(key => key.includes('alice'))"
    assert await alice.page.evaluate(kept) == []
    await alice.page.goto(f"{own_server.url}/?as=alice#/me")
    await expect(alice.page.get_by_role("textbox", name="Your name")).to_be_visible()


async def test_a_notice_beside_a_search_stands_in_its_pane(person: Arrive, own_server: RunningServer) -> None:
    alice = await person("alice")
    await alice.page.get_by_role("link", name="Search messages").click()
    await expect(alice.page.get_by_role("heading", name="Search", exact=True)).to_be_visible()
    sidebar = alice.page.get_by_role("complementary", name="Sidebar")
    before = await sidebar.bounding_box()
    async with connect(own_server.url, "boss") as boss:
        await boss.run("room.create", name="#garden")
        await boss.run("room.invite", room="#garden", username="alice")
        notices = alice.page.get_by_role("main").get_by_role("status", name="Notices")
        await expect(notices).to_contain_text("boss invited you to garden")
    assert await sidebar.bounding_box() == before
