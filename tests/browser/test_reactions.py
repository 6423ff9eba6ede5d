"""Reactions: adding one and taking it back, by pointer, keyboard and thumb, offline, and who reacted."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Locator, expect

from tests.browser.conftest import Arrive
from tests.browser.crowds import people_in_lobby
from tests.browser.test_installed_app import install
from tests.browser.test_phones import PHONE
from tests.browser.visitor import Visitor
from tests.servers import RunningServer

THUMB, PARTY = "👍", "🎉"
SMALLEST = {**PHONE, "viewport": {"width": 320, "height": 568}}
FITS = "() => document.documentElement.scrollWidth <= innerWidth"


def chip(visitor: Visitor, text: str, name: str) -> Locator:
    """Return the reaction of a message with this accessible name: the emoji, and who reacted."""
    return visitor.message(text).get_by_role("button", name=name, exact=True)


def picker(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("dialog", name="Emoji")


async def react(visitor: Visitor, text: str, emoji: str) -> None:
    """Choose a quick reaction, with the mouse."""
    await visitor.message(text).hover()
    await visitor.message(text).get_by_role("button", name="Add reaction").click()
    quick = picker(visitor).get_by_role("region", name="Quick reactions")
    await quick.get_by_role("button").filter(has_text=emoji).click()
    await expect(picker(visitor)).to_have_count(0)


async def test_a_reaction_is_seen_by_everyone_and_turned_on_and_off(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    await alice.stores("Noodles at noon")
    await bob.sees("Noodles at noon")
    await react(bob, "Noodles", PARTY)
    await expect(chip(bob, "Noodles", f"{PARTY} you")).to_have_attribute("aria-pressed", "true")
    theirs = chip(alice, "Noodles", f"{PARTY} bob")
    await expect(theirs).to_have_attribute("aria-pressed", "false")
    await theirs.click()
    await expect(chip(alice, "Noodles", f"{PARTY} you and bob").locator("[data-count]")).to_have_attribute(
        "data-count", "2"
    )
    await expect(chip(bob, "Noodles", f"{PARTY} you and alice")).to_be_visible()
    await chip(bob, "Noodles", f"{PARTY} you and alice").click()
    await chip(alice, "Noodles", f"{PARTY} you").click()
    for visitor in (alice, bob):
        await expect(visitor.message("Noodles").get_by_role("list", name="Reactions")).to_have_count(0)
    await bob.message("Noodles").hover()
    await bob.button("Add reaction").click()
    await expect(picker(bob).get_by_role("button").first).to_have_text(PARTY)  # the last used


async def test_reactions_wait_while_offline_and_survive_a_reload(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    await bob.stores("Who is in?")
    await bob.stores("And who is out?")
    await alice.sees("Who is in?", "And who is out?")
    await react(alice, "Who is in?", THUMB)
    await expect(chip(bob, "Who is in?", f"{THUMB} alice")).to_be_visible()
    await install(alice)
    await alice.page.reload()
    await alice.sees("Who is in?", "And who is out?")
    await alice.has_everything()
    await alice.context.set_offline(True)
    await chip(alice, "Who is in?", f"{THUMB} you").click()
    await react(alice, "And who is out?", THUMB)
    await alice.page.reload()
    waiting = chip(alice, "And who is out?", f"{THUMB} you")
    await expect(waiting).to_have_attribute("aria-pressed", "true")
    await expect(waiting).to_have_css("border-style", "dashed")
    await expect(alice.message("Who is in?").get_by_role("list", name="Reactions")).to_have_count(0)
    await expect(chip(bob, "Who is in?", f"{THUMB} alice")).to_be_visible()
    await alice.context.set_offline(False)
    await expect(chip(bob, "And who is out?", f"{THUMB} alice")).to_be_visible()
    await expect(bob.message("Who is in?").get_by_role("list", name="Reactions")).to_have_count(0)
    await expect(waiting).to_have_css("border-style", "solid")
    alice.complaints.clear()  # Chromium reports failed requests.


async def test_reacting_by_keyboard(person: Arrive) -> None:
    alice = await person("alice")
    await alice.stores("Read me")
    await alice.has_everything()
    await alice.log.focus()
    await alice.page.keyboard.press("ArrowUp")
    await expect(alice.message("Read me")).to_be_focused()
    await alice.page.keyboard.press("Tab")
    await expect(alice.button("Add reaction")).to_be_focused()
    await alice.page.keyboard.press("Enter")
    find = picker(alice).get_by_role("searchbox")
    await expect(find).to_be_focused()
    await alice.page.keyboard.press("Escape")
    await expect(picker(alice)).to_have_count(0)
    await expect(alice.button("Add reaction")).to_be_focused()
    await alice.page.keyboard.press("Enter")
    await expect(picker(alice).get_by_role("region", name="Faces")).to_be_visible()
    await find.press_sequentially("tada")
    await alice.page.keyboard.press("Enter")
    await expect(picker(alice)).to_have_count(0)
    await expect(alice.button("Add reaction")).to_be_focused()
    await alice.page.keyboard.press("Shift+Tab")
    await expect(chip(alice, "Read me", f"{PARTY} you")).to_be_focused()
    await alice.page.keyboard.press("Space")
    await expect(alice.message("Read me").get_by_role("list", name="Reactions")).to_have_count(0)


async def test_everyone_who_reacted_is_listed_and_people_know_their_own_among_many(
    person: Arrive, own_server: RunningServer, tmp_path: Path
) -> None:
    names = [f"p{number:02}" for number in range(24)]
    people_in_lobby(tmp_path, [(name, name.upper()) for name in names])
    alice = await person("alice")
    seq = await alice.stores("We won!")
    history = await own_server.chat.run("history", {"room": "#lobby"}, username="alice")
    id = next(row["id"] for row in history["messages"] if row["seq"] == int(seq))
    for name in [*names, "alice"]:
        await own_server.chat.run("reaction.add", {"id": id, "emoji": PARTY}, username=name)
    mine = f"{PARTY} you, P00 and 23 others"
    tab = await alice.another_tab()
    for visitor in (alice, tab):
        await expect(chip(visitor, "We won!", mine)).to_have_attribute("aria-pressed", "true")
    await alice.choose("We won!", "Who reacted")
    listed = alice.dialog.get_by_role("listitem")
    await expect(listed).to_have_count(20)
    await expect(listed.first).to_have_text("P00")
    await alice.dialog.get_by_role("button", name="Show more").click()
    await expect(listed).to_have_count(25)
    await alice.button("Close").click()
    await chip(alice, "We won!", mine).click()
    for visitor in (alice, tab):
        others = chip(visitor, "We won!", f"{PARTY} P00, P01 and 22 others")
        await expect(others).to_have_attribute("aria-pressed", "false")


async def test_reactions_on_the_smallest_phone(person: Arrive) -> None:
    alice = await person("alice", **SMALLEST)
    await alice.composer.fill("Tap me")
    await alice.button("Send").tap()
    await alice.sees("Tap me")
    await alice.has_everything()
    for number in range(3):
        await alice.hold("Tap me")
        await alice.page.get_by_role("menuitemcheckbox").nth(number).tap()
        await expect(alice.menu).to_have_count(0)
    await alice.hold("Tap me")
    await alice.page.get_by_role("menuitem", name="Add reaction").tap()
    await expect(picker(alice)).to_be_in_viewport(ratio=1)
    await picker(alice).get_by_role("searchbox").press("Escape")
    chips = alice.message("Tap me").get_by_role("list", name="Reactions").get_by_role("button")
    await expect(chips).to_have_count(3)
    boxes = [await chips.nth(number).bounding_box() for number in range(3)]
    assert all(box and box["height"] >= 44 and box["width"] >= 44 for box in boxes)
    assert await alice.page.evaluate(FITS)
