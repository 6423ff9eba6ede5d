"""The menu of a message: by pointer, by keyboard and by thumb."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.conftest import Arrive
from tests.browser.test_phones import PHONE
from tests.browser.test_reactions import FITS, SMALLEST

COVERED = """
message => {
  const isCovered = (x, y) => !document.elementFromPoint(x, y)?.closest(".text");
  const lines = [...message.querySelectorAll(".text p")].flatMap(text => [...text.getClientRects()]);
  return lines.filter(({left, right, top, bottom}) =>
    [left + 1, (left + right) / 2, right - 1].some(x => isCovered(x, (top + bottom) / 2)));
}
"""
"""JavaScript: the lines of a message that something covers."""
CLIPBOARD = {"permissions": ["clipboard-read", "clipboard-write"]}


async def test_the_menu_opens_beside_its_button_and_copies_the_text_as_it_was_written(person: Arrive) -> None:
    alice = await person("alice", **CLIPBOARD)
    await alice.say("Some **bold** words")
    await alice.sees("Some bold words")
    await alice.open_menu("Some bold words")
    await expect(alice.menu).to_be_in_viewport(ratio=1)
    await alice.page.mouse.click(5, 5)
    await expect(alice.menu).to_have_count(0)
    await alice.choose("Some bold words", "Copy text")
    await expect(alice.page.get_by_role("status", name="Notices")).to_contain_text("Text copied.")
    assert await alice.page.evaluate("navigator.clipboard.readText()") == "Some **bold** words"
    await expect(alice.message("Some bold words").get_by_role("button", name="More", exact=True)).to_be_focused()


async def test_a_menu_offers_what_its_reader_may_do_and_closes_when_its_message_is_deleted(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    await bob.stores("Mine, not yours")
    await alice.open_menu("Mine, not yours")
    for name in ("Edit message", "Delete message"):
        await expect(alice.menu.get_by_role("menuitem", name=name)).to_have_count(0)
    await bob.choose("Mine, not yours", "Delete message")
    await bob.dialog.get_by_role("button", name="Delete").click()
    await expect(alice.menu).to_have_count(0)
    await alice.sees("message deleted")


async def test_one_message_at_a_time_shows_its_bar(person: Arrive) -> None:
    alice = await person("alice")
    for text in ("First", "Second"):
        await alice.stores(text)
    await alice.choose("First", "Copy text")
    await alice.message("Second").hover()
    bars = alice.log.locator(".tools")
    await expect(bars.nth(0)).to_have_css("opacity", "0")
    await expect(bars.nth(1)).to_have_css("opacity", "1")
    await expect(alice.message("First").get_by_role("button", name="More", exact=True)).to_be_focused()
    await alice.page.keyboard.press("Shift+Tab")
    await expect(bars.nth(0)).to_have_css("opacity", "1")


async def test_the_menu_by_keyboard(person: Arrive) -> None:
    alice = await person("alice")
    await alice.stores("Read me")
    await alice.has_everything()
    press = alice.page.keyboard.press
    item = alice.menu.get_by_role("menuitem")
    await alice.log.focus()
    await press("ArrowUp")
    await press("Shift+F10")
    await expect(alice.menu.get_by_role("menuitemcheckbox").first).to_be_focused()
    await press("ArrowRight")
    await expect(alice.menu.get_by_role("menuitemcheckbox").nth(1)).to_be_focused()
    await press("ArrowDown")
    await expect(alice.menu.get_by_role("menuitem", name="Reply", exact=True)).to_be_focused()
    await press("End")
    await expect(item.filter(has_text="Delete message")).to_be_focused()
    await press("Escape")
    await expect(alice.menu).to_have_count(0)
    await expect(alice.message("Read me")).to_be_focused()
    await press("ContextMenu")
    await expect(alice.menu.get_by_role("menuitemcheckbox").first).to_be_focused()
    await alice.page.keyboard.type("p")
    await expect(item.filter(has_text="Pin message")).to_be_focused()
    await press("Enter")
    await expect(alice.message("Read me").get_by_text("Pinned")).to_be_visible()
    await expect(alice.message("Read me")).to_be_focused()
    await press("ContextMenu")
    await expect(alice.menu.get_by_role("menuitemcheckbox").first).to_be_focused()
    await alice.page.keyboard.type("e")
    await press("Enter")
    await expect(alice.page.get_by_role("textbox", name="Edit message")).to_be_focused()


async def test_a_long_press_opens_the_menu_as_a_sheet_and_nothing_covers_the_text(person: Arrive) -> None:
    alice = await person("alice", **SMALLEST)
    await alice.composer.fill("A line that is long enough to go to the edge of the smallest of all phones, and on")
    await alice.button("Send").tap()
    await alice.sees("A line that is long")
    await alice.has_everything()
    message = alice.message("A line that is long")
    await message.tap()
    assert await message.evaluate(COVERED) == []
    await expect(message.get_by_role("button", name="More", exact=True)).to_have_count(1)
    await alice.hold("A line that is long")
    sheet = await alice.menu.bounding_box()
    assert sheet and sheet["x"] == 0 and sheet["width"] == 320
    boxes = [await item.bounding_box() for item in await alice.menu.get_by_role("menuitem").all()]
    assert all(box and box["height"] >= 44 and box["width"] >= 44 for box in boxes)
    assert await alice.page.evaluate(FITS)
    await alice.menu.get_by_role("menuitem", name="Select text").tap()
    await alice.page.wait_for_function("() => getSelection().toString().startsWith('A line that is')")
    await alice.page.evaluate("getSelection().removeAllRanges()")
    await alice.hold("A line that is long")  # as before, now that nothing is selected any more


async def test_a_finger_held_on_a_link_opens_the_menu_of_the_browser_and_not_ours(person: Arrive) -> None:
    alice = await person("alice", **PHONE)
    await alice.composer.fill("See https://example.org/")
    await alice.button("Send").tap()
    link = alice.message("See").get_by_role("link")
    box = await link.bounding_box()
    assert box
    session = await alice.context.new_cdp_session(alice.page)
    at = {"x": box["x"] + 5, "y": box["y"] + 5}
    await session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [at]})
    await alice.page.wait_for_timeout(700)  # longer than for a menu of ours
    await session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    await expect(alice.menu).to_have_count(0)
