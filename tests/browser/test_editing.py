"""Editing and deleting messages."""

from __future__ import annotations

from playwright.async_api import Locator, expect

from tests.browser.conftest import Arrive
from tests.browser.lobby import fill_lobby
from tests.browser.test_composer import option
from tests.browser.visitor import Visitor
from tests.servers import RunningServer


def editor_of(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("textbox", name="Edit message")


async def test_the_editor_of_a_message_completes_as_the_composer_does(person: Arrive) -> None:
    alice, _ = await person("alice"), await person("bob")
    await alice.stores("For you")
    await alice.composer.press("ArrowUp")
    editor = editor_of(alice)
    await editor.press_sequentially(" @b")
    await expect(option(alice, "bob")).to_be_in_viewport(ratio=1)
    await editor.press("Escape")
    await expect(option(alice, "bob")).to_have_count(0)
    await editor.press_sequentially("o")
    await option(alice, "bob").wait_for()
    await editor.press("Tab")
    await expect(editor).to_have_value("For you @bob ")
    await editor.press("Enter")
    await expect(alice.log.get_by_role("button", name="@bob")).to_be_visible()


async def test_the_first_message_on_screen_shows_its_choices_below(person: Arrive) -> None:
    alice = await person("alice", viewport={"width": 390, "height": 640})
    await alice.page.goto(f"{alice.url}/#/me")
    await alice.is_in("Notes to self")
    await alice.say("The first")
    for line in range(40):
        await alice.say(f"line {line}.")
    await alice.sees("line 39.")
    await alice.message("The first").evaluate("message => message.scrollIntoView()")
    await alice.choose("The first", "Edit message")
    editor = editor_of(alice)
    await editor.press_sequentially(" :smil")
    first = alice.page.get_by_role("option").first
    await expect(first).to_be_in_viewport(ratio=1)
    assert (await first.bounding_box())["y"] > (await editor.bounding_box())["y"]


async def test_an_unfinished_edit_survives_another_room_and_a_reload(person: Arrive) -> None:
    alice = await person("alice")
    await alice.stores("Good mourning")
    await alice.composer.press("ArrowUp")
    editor = editor_of(alice)
    await editor.fill("Good morn")
    await alice.go_to("Notes to self")
    await expect(editor).to_have_count(0)
    await alice.go_to("Lobby")
    await expect(editor).to_have_value("Good morn")
    await alice.page.reload()
    await expect(editor).to_have_value("Good morn")
    await editor.press("Escape")
    await alice.button("Discard").click()
    await alice.page.reload()
    await alice.sees("Good mourning")
    await expect(editor).to_have_count(0)


async def test_a_message_cannot_be_edited_to_be_too_long(person: Arrive) -> None:
    alice = await person("alice")
    await alice.stores("short")
    await alice.composer.press("ArrowUp")
    editor = editor_of(alice)
    await editor.fill("x" * 10_003)
    await expect(editor).to_have_accessible_description("3 characters too many")
    await expect(alice.button("Save")).to_be_disabled()
    await editor.press("Enter")
    await expect(editor).to_be_focused()
    await editor.press("Escape")
    await alice.button("Discard").click()
    await alice.sees("short")


async def test_your_last_message_can_be_edited_however_much_came_after_it(
    person: Arrive, own_server: RunningServer
) -> None:
    alice = await person("alice")
    await alice.stores("Long ago")
    await fill_lobby(own_server, 120)
    await alice.sees("line 120.")
    await alice.composer.press("ArrowUp")
    await expect(editor_of(alice)).to_be_focused()
    await expect(editor_of(alice)).to_be_in_viewport()
    await editor_of(alice).fill("Not so long ago")
    await editor_of(alice).press("Enter")
    await expect(alice.message("Not so long ago")).to_be_in_viewport()


async def test_global_shortcuts_work_in_the_editor_and_in_the_emoji_picker(person: Arrive) -> None:
    alice = await person("alice")
    await alice.has_everything()
    await alice.stores("Above")
    await alice.stores("Below")
    await alice.composer.press("ArrowUp")
    await editor_of(alice).press("ArrowUp")
    await expect(editor_of(alice)).to_be_focused()
    await editor_of(alice).press("ControlOrMeta+k")
    await expect(alice.page.get_by_role("combobox", name="Room or person")).to_be_focused()
    await alice.page.keyboard.type("Lob")
    await alice.page.keyboard.press("Escape")
    await expect(editor_of(alice)).to_be_focused()
    await editor_of(alice).press("Alt+ArrowDown")
    await alice.is_in("Notes to self")
    await alice.button("Emoji").click()
    await alice.page.get_by_role("searchbox", name="Find an emoji").press("ControlOrMeta+k")
    await expect(alice.page.get_by_role("combobox", name="Room or person")).to_be_focused()


async def test_an_edit_in_another_tab_is_not_overwritten_unnoticed(person: Arrive) -> None:
    alice = await person("alice")
    await alice.stores("One")
    tab = await alice.another_tab()
    for each in (alice, tab):
        await each.sees("One")
        await each.composer.press("ArrowUp")
    await editor_of(alice).fill("Two")
    await editor_of(alice).press("Enter")
    await expect(editor_of(tab)).to_have_value("Two")
    await expect(editor_of(alice)).to_have_count(0)
    await editor_of(tab).fill("Three")
    await alice.composer.press("ArrowUp")
    await editor_of(alice).fill("Four")
    await editor_of(alice).press("Enter")
    await expect(tab.page.get_by_role("alert")).to_contain_text("edited elsewhere: “Four”")
    await expect(editor_of(tab)).to_have_value("Three")
    await editor_of(tab).press("Enter")
    await alice.sees("Three")


async def test_what_is_written_into_a_message_that_is_deleted_meanwhile_stays_to_be_copied(person: Arrive) -> None:
    alice = await person("alice")
    await alice.stores("One")
    tab = await alice.another_tab()
    await tab.sees("One")
    await tab.composer.press("ArrowUp")
    await editor_of(tab).fill("Two")
    await alice.choose("One", "Delete message")
    await alice.dialog.get_by_role("button", name="Delete").click()
    await expect(tab.page.get_by_role("alert")).to_contain_text("was deleted, so your changes can't be saved")
    await expect(editor_of(tab)).to_have_value("Two")
    await expect(tab.button("Save")).to_be_disabled()
    await editor_of(tab).press("Enter")
    await tab.button("Cancel").click()
    await tab.dialog.get_by_role("button", name="Discard").click()
    await expect(editor_of(tab)).to_have_count(0)
    await tab.sees("message deleted")


async def test_after_a_deletion_the_focus_is_on_the_place_of_the_message(person: Arrive) -> None:
    alice = await person("alice")
    await alice.stores("Oops")
    await alice.choose("Oops", "Delete message")
    await alice.dialog.get_by_role("button", name="Delete").click()
    await expect(alice.message("message deleted")).to_be_focused()


async def test_the_tools_of_the_topmost_message_are_not_cut_off(person: Arrive, own_server: RunningServer) -> None:
    await fill_lobby(own_server, 60)
    alice = await person("alice")
    await alice.sees("line 60.")
    await alice.message("line 40.").evaluate("message => message.scrollIntoView()")
    await alice.message("line 40.").hover()
    await expect(alice.message("line 40.").get_by_role("button", name="More", exact=True)).to_be_in_viewport(ratio=1)


async def test_the_author_sees_what_a_message_said_before(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    await alice.stores("Noon")
    for text in ("One o'clock", "Two o'clock"):
        await alice.composer.press("ArrowUp")
        editor = editor_of(alice)
        await expect(editor).to_be_focused()
        await editor.fill(text)
        await editor.press("Enter")
        await expect(alice.message(text)).to_contain_text("edited")
    await expect(bob.message("Two o'clock")).to_contain_text("edited")
    await expect(bob.message("Two o'clock").get_by_role("button", name="edited")).to_have_count(0)
    await alice.message("Two o'clock").get_by_role("button", name="edited").click()
    await expect(alice.dialog.get_by_role("listitem")).to_contain_text(["One o'clock", "Noon"])


async def test_what_changed_since_one_read_it_is_marked_until_one_comes_back(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    await alice.stores("At noon")
    await alice.stores("In the old hall")
    await bob.sees("In the old hall")
    await bob.go_to("Notes to self")
    await bob.has_unread("Lobby", 0)
    await alice.choose("At noon", "Edit message")
    await editor_of(alice).fill("At one")
    await editor_of(alice).press("Enter")
    await alice.sees("At one")
    await alice.choose("In the old hall", "Delete message")
    await alice.dialog.get_by_role("button", name="Delete").click()
    await bob.go_to("Lobby")
    await expect(bob.message("At one")).to_contain_text("edited since you read it")
    await expect(bob.log.get_by_text("message deleted since you read it")).to_be_visible()
    await expect(alice.log.get_by_text("since you read it")).to_have_count(0)
    while await bob.log.get_by_text("since you read it").count():
        await bob.go_to("Notes to self")
        await bob.go_to("Lobby")
        await bob.sees("At one")
    await expect(bob.message("At one")).to_contain_text("edited")
    await expect(bob.log.get_by_text("message deleted", exact=True)).to_be_visible()


async def test_the_caption_of_a_file_can_be_removed_and_the_file_stays(person: Arrive) -> None:
    alice = await person("alice")
    plan = {"name": "plan.txt", "mimeType": "text/plain", "buffer": b"x"}
    await alice.page.get_by_label("Attach files").set_input_files([plan])
    await alice.stores("A wrong caption")
    await alice.choose("A wrong caption", "Edit message")
    await alice.page.get_by_role("textbox", name="Edit message").fill("")
    await alice.button("Save").click()
    await expect(alice.log.get_by_text("A wrong caption")).to_have_count(0)
    await expect(alice.log.get_by_role("article").get_by_text("plan.txt")).to_be_visible()
