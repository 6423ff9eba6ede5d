"""Texts arrive as they were written, long ones folded, on paper too; and who wrote them is shown."""

from __future__ import annotations

import asyncio
import io
import re

import pytest
from PIL import Image, ImageChops
from playwright.async_api import Locator, Route, expect

from tests.browser.conftest import Arrive
from tests.browser.test_editing import editor_of
from tests.browser.test_phones import PHONE
from tests.people import connect

CODE = "  for each in all:\n      print(each)\n\n<div>\n\ttwo  words\n</div>"
PASTE = "\n".join(f"    line {number} of a log" for number in range(120))
SHOWN = "text => [...text.querySelectorAll('p')].map(it => it.textContent).join('\\n\\n')"
SPACES = "text => getComputedStyle(text.querySelector('p')).whiteSpaceCollapse"


async def test_spaces_and_lines_are_shown_as_they_were_typed(person: Arrive) -> None:
    alice = await person("alice")
    await alice.composer.fill(f"\n{CODE}\n\n")
    await alice.composer.press("Enter")
    text = alice.message("two  words").locator(".text")
    assert await text.evaluate(SHOWN) == CODE
    assert await text.evaluate(SPACES) == "preserve"
    await expect(alice.composer).to_have_value("")
    await alice.composer.fill("\u2800\u200b")
    await expect(alice.button("Send")).to_be_disabled()


async def test_a_long_paste_is_folded_until_it_is_asked_for(person: Arrive) -> None:
    alice = await person("alice")
    await alice.composer.fill(PASTE)
    await alice.composer.press("Enter")
    text = alice.log.locator("article .text")
    await expect(text).to_contain_text("line 11 of a log")
    await expect(text).not_to_contain_text("line 12 of")
    await alice.button("Show more").click()
    await expect(text).to_contain_text("line 119 of a log")
    await alice.button("Show less").click()
    await expect(text).not_to_contain_text("line 12 of")


PASTE_TEXT = """(box, text) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  box.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""
COPIED = """() => {
  const data = new DataTransfer();
  document.dispatchEvent(new ClipboardEvent("copy", { clipboardData: data, cancelable: true, bubbles: true }));
  return data.getData("text/plain");
}"""
SELECT = """(log, [from, to]) => {
  const textOf = (words) => [...log.querySelectorAll(".text")].find((it) => it.textContent.includes(words));
  getSelection().setBaseAndExtent(textOf(from).querySelector("p").firstChild, 4, textOf(to), 1);
}"""


async def test_several_messages_are_copied_with_their_authors_and_without_buttons(person: Arrive) -> None:
    alice = await person("alice")
    async with connect(alice.url, "bob") as bob:
        await alice.composer.fill("The first line\n\n- one\n- two")
        await alice.composer.press("Enter")
        await bob.hears(lambda event, data: event == "change" and "The first line" in str(data))
        await bob.say("#lobby", "```\nx  = 1\n\ny = 2\n```")
        await bob.say("#lobby", "Thanks, @alice")
    await alice.sees("Thanks, @alice")
    await alice.has_everything()
    await alice.log.evaluate(SELECT, ["The first", "Thanks"])
    copied = str(await alice.page.evaluate(COPIED))
    lines = [line for line in copied.split("\n") if not re.fullmatch(r"(alice|bob), .*[AP]M", line)]
    assert lines == ["first line", "one", "two", "x  = 1", "", "y = 2", "Thanks, @alice"]
    assert copied.startswith("alice, ") and copied.count("bob, ") == 2


async def test_emoji_codes_typed_in_full_are_sent_as_emoji(person: Arrive) -> None:
    alice = await person("alice")
    await alice.composer.press_sequentially("nice :+1")
    await expect(alice.page.get_by_role("option").first).to_be_visible()
    await alice.composer.press_sequentially(": and `:+1:` ")
    await alice.composer.press("Enter")
    await alice.sees("nice 👍️ and :+1:")


async def test_messages_with_emoji_codes_are_sent_one_by_one_though_the_emoji_come_later(person: Arrive) -> None:
    alice = await person("alice", service_workers="block")
    loading = asyncio.Event()

    async def hold(route: Route) -> None:
        await loading.wait()
        await route.continue_()

    await alice.page.route(re.compile(r"emoji[^/]*\.json"), hold)
    await alice.page.reload()
    async with alice.page.expect_request(re.compile(r"emoji[^/]*\.json")):
        await alice.composer.fill("Hello :wave:")
        await alice.composer.press("Enter")
    await expect(alice.composer).to_have_value("")
    await alice.page.keyboard.type("Second :tada:\nThird\nNext")
    await expect(alice.composer).to_have_value("Next")
    loading.set()
    await expect(alice.log.get_by_role("article")).to_contain_text(["Hello 👋", "Second 🎉", "Third"])
    await expect(alice.message("Third")).to_have_attribute("data-seq", re.compile(r"\d+"))


async def test_marks_and_links_by_keyboard_and_a_long_paste_as_a_file(person: Arrive) -> None:
    alice = await person("alice")
    await alice.composer.fill("really read this")
    await alice.composer.evaluate("box => box.setSelectionRange(0, 6)")
    await alice.composer.press("ControlOrMeta+b")
    await expect(alice.composer).to_have_value("**really** read this")
    await alice.composer.evaluate("box => box.setSelectionRange(11, 20)")
    await alice.composer.evaluate(PASTE_TEXT, "https://example.org/plan")
    await expect(alice.composer).to_have_value("**really** [read this](https://example.org/plan)")
    await alice.composer.fill("")
    await alice.composer.evaluate(PASTE_TEXT, PASTE)
    await alice.composer.fill(f"The log:\n{PASTE}")
    await alice.button("Send it as a file").click()
    await expect(alice.composer).to_have_value("The log:\n")
    await expect(alice.page.get_by_role("list", name="Attached files")).to_contain_text("pasted.txt")
    await alice.composer.press("Enter")
    await expect(alice.message("The log:").get_by_role("link", name="pasted.txt")).to_be_visible()


async def test_a_username_stands_beside_a_name_that_differs(person: Arrive) -> None:
    alice = await person("alice")
    async with connect(alice.url, "mallory") as mallory, connect(alice.url, "bob") as bob:
        await mallory.run("user.update", name="The Boss")
        await bob.run("user.update", name="Bob")
        await mallory.say("#lobby", "Send me the keys")
        await bob.say("#lobby", "Which keys?")
        byline = alice.message("Send me").locator(".byline")
        await expect(byline).to_contain_text("The Boss")
        await expect(byline).to_contain_text("@mallory")
        await expect(alice.message("Which keys?").locator(".byline")).not_to_contain_text("@bob")
        await mallory.say("alice", "Only us")
        await expect(alice.room("The Boss @mallory")).to_contain_text("The Boss @mallory")
        await mallory.run("typing", room="#lobby")
        typing = alice.page.get_by_role("status", name="Typing")
        await expect(typing).to_have_text("The Boss @mallory is typing…", use_inner_text=True)


async def test_escape_asks_before_an_edit_is_lost_and_an_emptied_message_is_deleted(person: Arrive) -> None:
    alice = await person("alice")
    await alice.stores("Good mourning")
    await alice.composer.press("ArrowUp")
    editor = editor_of(alice)
    await editor.fill("Good morning")
    await editor.press("Escape")
    await alice.dialog.get_by_role("button", name="Cancel").click()
    await expect(editor).to_have_value("Good morning")
    await editor.fill(" ")
    await editor.press("Enter")
    await alice.dialog.get_by_role("button", name="Delete").click()
    await alice.sees("message deleted")
    await expect(editor).to_have_count(0)


async def test_a_tablet_with_a_keyboard_sends_by_a_key(person: Arrive) -> None:
    alice = await person("alice", **PHONE)
    await alice.composer.fill("From the train")
    await alice.composer.press("Control+Enter")
    await alice.sees("From the train")
    await expect(alice.composer).to_have_value("")


async def test_paper_has_the_conversation_only_and_all_of_it(person: Arrive) -> None:
    alice = await person("alice", color_scheme="dark")
    await alice.page.evaluate("localStorage.setItem('chatrooms / theme', 'dark')")
    await alice.page.reload()
    await alice.is_in("Lobby")
    await alice.say("\n".join(f"Row {number}" for number in range(1_000)))
    await expect(alice.message("Row 1")).not_to_contain_text("Row 999")
    await alice.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert "Row 999" in await alice.message("Row 1").inner_text()
    await alice.page.evaluate("dispatchEvent(new Event('afterprint'))")
    await expect(alice.message("Row 1")).not_to_contain_text("Row 999")
    for number in range(40):
        await alice.say(f"Line {number}.")
    await alice.sees("Line 39.")
    await alice.page.emulate_media(media="print")
    await expect(alice.message("Line 0.")).to_be_visible()
    await expect(alice.page.locator(".sidebar, .composer").locator("visible=true")).to_have_count(0)
    ink = await alice.message("Line 0.").evaluate("it => getComputedStyle(it).color")
    assert max(map(int, re.findall(r"\d+", ink))) < 64, ink
    height = await alice.page.evaluate("document.documentElement.scrollHeight")
    assert height > await alice.message("Line 39.").evaluate("it => it.getBoundingClientRect().bottom") > 800


COVERED = """
message => {
  const hits = [...message.querySelectorAll("button")].filter(it => it.getBoundingClientRect().width);
  return hits.flatMap(button => {
    const box = button.getBoundingClientRect();
    const points = [[0.5, 0.1], [0.5, 0.9], [0.1, 0.5], [0.9, 0.5]];
    const misses = points.some(([x, y]) => {
      const found = document.elementFromPoint(box.left + x * box.width, box.top + y * box.height);
      return found?.closest("button")?.ariaLabel !== button.ariaLabel;
    });
    return misses ? [button.ariaLabel ?? button.textContent] : [];
  });
}
"""


@pytest.mark.parametrize("options", [{}, {**PHONE, "viewport": {"width": 320, "height": 640}}], ids=["mouse", "touch"])
async def test_no_tool_of_a_message_covers_another(person: Arrive, options: dict) -> None:
    alice = await person("alice", **options)
    await alice.composer.fill("Before")
    await alice.button("Send").click()
    await alice.sees("Before")
    await alice.composer.fill("```\nlet a;\n```")
    await alice.button("Send").click()
    message = alice.message("let a;")
    copy = message.get_by_role("button", name="Copy code")
    await alice.log.focus()
    await alice.page.keyboard.press("ArrowUp")
    await expect(message).to_be_focused()
    await message.hover()
    await message.get_by_role("button", name="More", exact=True).wait_for(state="attached")
    assert await message.evaluate(COVERED) == []
    code, button = await message.locator(".code").bounding_box(), await copy.bounding_box()
    assert code and button and button["y"] >= code["y"]
    assert button["y"] + button["height"] <= code["y"] + code["height"]


async def settled(locator: Locator) -> Image.Image:
    """Return the picture of an element once two in a row are the same."""
    last, picture = b"", await locator.screenshot(animations="disabled")
    while last != picture:
        last, picture = picture, await locator.screenshot(animations="disabled")
    return Image.open(io.BytesIO(picture)).convert("L")


def look_the_same(one: Image.Image, other: Image.Image) -> bool:
    """Return whether no pixel differs by more than rounding makes it."""
    return one.size == other.size and ImageChops.difference(one, other).getextrema()[1] < 16


async def test_marks_of_a_message_are_not_painted_over_others(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    await alice.stores("Calm")
    await bob.stores("Calm too")
    await bob.has_everything()
    before = await settled(bob.message("Calm too"))
    await alice.stores("o" + "\u0301" * 200)
    assert look_the_same(await settled(bob.message("Calm too")), before)


async def test_each_line_list_and_quote_has_the_direction_of_its_words(person: Arrive) -> None:
    alice = await person("alice")
    await alice.say("Hello\nשלום לכולם\n\n> ציטוט\n\n- פריט\n\n1. one")
    for block, direction in (("blockquote", "rtl"), ("ul", "rtl"), ("ol", "ltr")):
        await expect(alice.log.get_by_role("article").locator(block)).to_have_css("direction", direction)
    text = alice.message("Hello").locator(".text > p")
    await expect(text).to_have_css("unicode-bidi", "plaintext")
    starts = await text.evaluate(LINES)
    assert starts[0] == 0 < starts[1]


LINES = """text => {
  const range = document.createRange();
  range.selectNodeContents(text);
  return [...range.getClientRects()].filter(it => it.width).map(it => it.left - text.getBoundingClientRect().left);
}"""
"""JavaScript: how far from the left each line begins."""
