"""The composer: completion, formatting, limits, and how code, mentions and emoji are rendered."""

from __future__ import annotations

from playwright.async_api import Locator, expect

from tests.browser.conftest import Arrive
from tests.browser.visitor import Visitor

CODE = "```python\ndef greet(name):\n    return f'Hello {name}'\n```"


def option(visitor: Visitor, name: str) -> Locator:
    return visitor.page.get_by_role("listbox", name="Completions").get_by_role("option", name=name)


async def test_who_is_named_but_not_in_the_room_can_be_invited(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    await alice.make_room("den", "Private")
    await alice.stores("Hey @bob and @alice")
    notice = alice.page.get_by_role("status").filter(has_text="bob isn't in this room.")
    await expect(notice).to_be_visible()
    await expect(notice).not_to_contain_text("alice")
    await notice.get_by_role("button", name="Invite").click()
    await expect(notice).to_have_count(0)
    await bob.go_to("den")
    await alice.stores("Again, @bob")
    await expect(bob.message("Again").get_by_role("button", name="@bob")).to_be_visible()
    await expect(notice).to_have_count(0)


async def test_people_who_spoke_last_are_completed_first(person: Arrive) -> None:
    alice, _, carol = await person("alice"), await person("bob"), await person("carol")
    await carol.say("Me last")
    await alice.sees("Me last")
    await alice.composer.press_sequentially("@")
    await expect(alice.page.get_by_role("option").first).to_have_accessible_name("carol @carol")
    await alice.composer.press_sequentially("b")
    await expect(option(alice, "bob")).to_have_attribute("aria-selected", "true")
    await alice.composer.press("Tab")
    await expect(alice.composer).to_have_value("@bob ")
    await alice.composer.press("Enter")
    await alice.log.get_by_role("button", name="@bob").click()
    await expect(alice.dialog.get_by_role("heading", name="bob")).to_be_visible()
    await alice.button("Write to bob").click()
    await alice.is_in("bob")


async def test_a_mention_is_highlighted_for_the_mentioned_person(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    await alice.say("Over to you, @bob.")
    await expect(bob.log.get_by_role("button", name="@bob")).to_have_class("mention mine")


async def test_rooms_and_emoji_are_completed(person: Arrive) -> None:
    alice = await person("alice")
    await alice.make_room("design")
    await alice.composer.press_sequentially("see #lob")
    await option(alice, "Lobby").click()
    await alice.composer.press_sequentially(":sparkles")
    await expect(option(alice, "sparkles").first).to_be_visible()
    await alice.composer.press("Enter")
    await alice.composer.press("Enter")
    await alice.sees("see #lobby ✨")
    await alice.log.get_by_role("link", name="#lobby").click()
    await alice.is_in("Lobby")


async def test_a_slash_offers_the_commands_of_the_room(person: Arrive) -> None:
    alice = await person("alice")
    await alice.make_room("design")
    await alice.composer.press_sequentially("/inv")
    await option(alice, "Invite people").wait_for()
    await alice.composer.press("Enter")
    await expect(alice.dialog.get_by_role("heading", name="Invite to design")).to_be_visible()
    await alice.button("Close").click()
    await expect(alice.composer).to_have_value("")
    await expect(alice.composer).to_be_focused()
    await alice.composer.press_sequentially("/leave")
    await option(alice, "Leave room").click()
    await alice.dialog.get_by_role("button", name="Leave room").click()
    await alice.is_in("Lobby")
    await expect(alice.log.get_by_role("article")).to_have_count(0)


async def test_a_command_that_is_not_possible_here_is_not_completed_and_a_slash_inside_is_text(person: Arrive) -> None:
    alice = await person("alice")
    await alice.composer.press_sequentially("/archive")
    await expect(alice.page.get_by_role("option")).to_have_count(0)
    await alice.composer.press("Enter")
    await expect(alice.page.locator("form").get_by_role("alert")).to_contain_text(
        "Only owners and moderators of this room can do that."
    )
    await alice.say("see /etc/hosts or /leave")
    await alice.sees("see /etc/hosts or /leave")


async def test_escape_closes_the_choices_and_keeps_the_text(person: Arrive) -> None:
    alice, _ = await person("alice"), await person("bob")
    await alice.composer.press_sequentially("@b")
    await expect(option(alice, "bob")).to_be_visible()
    await alice.composer.press("Escape")
    await expect(option(alice, "bob")).to_have_count(0)
    await alice.composer.press("Enter")
    await alice.sees("@b")


async def test_formatting_marks_surround_the_selection(person: Arrive) -> None:
    alice = await person("alice")
    await alice.composer.fill("code")
    await alice.composer.press("ControlOrMeta+a")
    await alice.composer.press("`")
    await expect(alice.composer).to_have_value("`code`")
    await alice.composer.press("(")
    await expect(alice.composer).to_have_value("`(code)`")
    await alice.composer.press("ControlOrMeta+z")
    await expect(alice.composer).to_have_value("`code`")


async def test_code_is_coloured_and_can_be_copied(person: Arrive) -> None:
    alice = await person("alice", permissions=["clipboard-read", "clipboard-write"])
    await alice.composer.fill(CODE)
    await alice.composer.press("Enter")
    block = alice.log.get_by_label("Code, python")
    await expect(block.locator(".hljs-keyword").first).to_have_text("def")
    await expect(block).to_have_text("def greet(name):\n    return f'Hello {name}'", use_inner_text=True)
    await alice.button("Copy code").click()
    await expect(alice.log.get_by_text("Copied")).to_be_visible()
    assert await alice.page.evaluate("navigator.clipboard.readText()") == "def greet(name):\n    return f'Hello {name}'"


async def test_an_emoji_is_picked_and_stands_large_by_itself(person: Arrive) -> None:
    alice = await person("alice")
    await alice.button("Emoji").click()
    await alice.page.get_by_role("searchbox", name="Find an emoji").fill("steaming bowl")
    await alice.button("steaming bowl").click()
    await expect(alice.composer).to_be_focused()
    await alice.composer.press("Enter")
    size = await alice.log.get_by_text("🍜").evaluate("element => parseFloat(getComputedStyle(element).fontSize)")
    assert size >= 30


async def test_a_message_that_is_too_long_says_by_how_much(person: Arrive) -> None:
    alice = await person("alice")
    await alice.composer.fill("x" * 10_003)
    await expect(alice.composer).to_have_accessible_description("3 characters too many")
    await expect(alice.button("Send")).to_be_disabled()
    await alice.composer.press("Enter")
    await expect(alice.log.get_by_role("article")).to_have_count(0)


async def test_pasted_html_is_only_text(person: Arrive) -> None:
    alice = await person("alice", permissions=["clipboard-read", "clipboard-write"])
    await alice.page.evaluate("""navigator.clipboard.write([new ClipboardItem({
      "text/html": new Blob(["<h1>bold</h1>"], {type: "text/html"}),
      "text/plain": new Blob(["bold"], {type: "text/plain"}),
    })])""")
    await alice.composer.press("ControlOrMeta+v")
    await expect(alice.composer).to_have_value("bold")


async def test_completions_follow_the_cursor(person: Arrive) -> None:
    alice, _ = await person("alice"), await person("bob")
    await alice.composer.press_sequentially("@bo")
    await option(alice, "bob").wait_for()
    await alice.composer.press("Home")
    await expect(option(alice, "bob")).to_have_count(0)
    await alice.composer.press("End")
    await option(alice, "bob").wait_for()


async def test_a_sign_alone_is_sent_by_enter(person: Arrive) -> None:
    alice = await person("alice")
    await alice.composer.press_sequentially("#")
    await expect(option(alice, "Lobby")).to_have_attribute("aria-selected", "false")
    await alice.composer.press("Enter")
    await alice.sees("#")
    await alice.composer.press_sequentially("#")
    await alice.composer.press("ArrowDown")
    await alice.composer.press("Enter")
    await expect(alice.composer).to_have_value("#lobby ")


async def test_what_is_too_long_says_so_in_words_and_stays(person: Arrive) -> None:
    alice = await person("alice")
    text = "word " * 2_664
    await alice.composer.fill(text)
    await expect(alice.page.get_by_text("3,320 characters too many")).to_be_in_viewport(ratio=1)
    await alice.composer.press("Enter")
    await expect(alice.composer).to_have_value(text)


COMPOSING = """(box, key) => {
  const event = new KeyboardEvent("keydown", {key, isComposing: true, keyCode: 229, bubbles: true, cancelable: true});
  return box.dispatchEvent(event);
}"""
"""JavaScript: a key of an input method, as for Japanese; false if the page took it."""


async def test_the_keys_of_an_input_method_are_not_for_the_page(person: Arrive) -> None:
    alice = await person("alice")
    await alice.stores("Konnichiwa")
    await alice.choose("Konnichiwa", "Reply")
    await expect(alice.page.get_by_text("Replying to")).to_be_visible()
    await alice.composer.fill("にほん")
    for key in ("Escape", "Enter"):
        assert await alice.composer.evaluate(COMPOSING, key)
    await expect(alice.page.get_by_text("Replying to")).to_be_visible()
    await expect(alice.composer).to_have_value("にほん")
    await alice.choose("Konnichiwa", "Edit message")
    editor = alice.page.get_by_role("textbox", name="Edit message")
    assert await editor.evaluate(COMPOSING, "Escape")
    await expect(editor).to_be_visible()
    await editor.press("Escape")
    await alice.choose("Konnichiwa", "Reply in thread")
    reply = alice.page.get_by_role("textbox", name="Reply in thread")
    await reply.fill("にほん")
    assert await reply.evaluate(COMPOSING, "Escape")
    await expect(reply).to_have_value("にほん")
    await alice.page.keyboard.press("Control+k")
    box = alice.dialog.get_by_role("combobox")
    first = alice.dialog.get_by_role("option").first
    await expect(first).to_have_attribute("aria-selected", "true")
    for key in ("ArrowDown", "Escape"):
        assert await box.evaluate(COMPOSING, key)
    await expect(first).to_have_attribute("aria-selected", "true")
