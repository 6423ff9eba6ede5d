"""Settings and profiles."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.conftest import Arrive
from tests.browser.visitor import Visitor


async def open_settings(visitor: Visitor) -> None:
    await visitor.button(f"Account of {visitor.name}").click()
    await visitor.button("Settings").click()
    await expect(visitor.dialog).to_be_visible()


async def test_theme_and_density_are_chosen_and_kept(person: Arrive) -> None:
    alice = await person("alice")
    await open_settings(alice)
    await alice.dialog.get_by_role("radio", name="Dark").check(force=True)
    await alice.dialog.get_by_role("radio", name="Compact").check(force=True)
    await alice.page.reload()
    await alice.is_in("Lobby")
    root = alice.page.locator("html")
    await expect(root).to_have_attribute("data-theme", "dark")
    await expect(root).to_have_attribute("data-density", "compact")


async def test_settings_apply_to_all_tabs(person: Arrive) -> None:
    alice = await person("alice")
    tab = await alice.another_tab()
    await tab.is_in("Lobby")
    await open_settings(alice)
    await alice.dialog.get_by_role("radio", name="Dark").check(force=True)
    await alice.dialog.get_by_role("radio", name="Compact").check(force=True)
    root = tab.page.locator("html")
    await expect(root).to_have_attribute("data-theme", "dark")
    await expect(root).to_have_attribute("data-density", "compact")
    await alice.dialog.get_by_role("radio", name="System").check(force=True)
    await expect(root).not_to_have_attribute("data-theme", "dark")


async def test_a_profile_shows_a_person_and_updates_live(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    await bob.say("Who am I?")
    await alice.message("Who am I?").get_by_role("button", name="bob").click()
    await expect(alice.dialog.get_by_role("heading", name="bob")).to_be_visible()
    await bob.button("Account of bob").click()
    await bob.button("Edit profile").click()
    await bob.dialog.get_by_role("textbox", name="Display name").fill("Bob Okafor")
    await bob.dialog.get_by_role("textbox", name="About you").fill("Draws maps")
    await bob.button("Save").click()
    await expect(alice.dialog.get_by_role("heading", name="Bob Okafor")).to_be_visible()
    await expect(alice.dialog.get_by_text("Draws maps")).to_be_visible()
    await alice.button("Write to Bob Okafor").click()
    await alice.is_in("Bob Okafor")


async def test_the_sidebar_has_the_width_that_a_person_gives_it(person: Arrive) -> None:
    alice = await person("alice")
    edge = alice.page.get_by_role("separator", name="Width of the sidebar")
    sidebar = alice.page.get_by_role("complementary", name="Sidebar")
    await edge.hover()
    await alice.page.mouse.down()
    await alice.page.mouse.move(360, 300, steps=3)
    await alice.page.mouse.up()
    await expect(edge).to_have_attribute("aria-valuenow", "360")
    await edge.press("ArrowRight")
    await alice.page.reload()
    await expect(edge).to_have_attribute("aria-valuenow", "376")
    box = await sidebar.bounding_box()
    assert box and box["width"] == 376
    await edge.dblclick()
    await expect(edge).to_have_attribute("aria-valuenow", "272")
