"""Settings: how it looks and of what one is told; who people are."""

from __future__ import annotations

import asyncio

from playwright.async_api import expect

from tests.browser.conftest import Arrive
from tests.browser.visitor import Visitor

RECORD = """
window.Notification = class {
  static permission = "granted";
  static requestPermission = async () => "granted";
  constructor(title, { body }) { window.tell?.(`${title}: ${body}`); }
  close() {}
};
Object.defineProperty(Document.prototype, "visibilityState", { get: () => window.isHidden ? "hidden" : "visible" });
const { hasFocus } = Document.prototype;
Document.prototype.hasFocus = function () { return !window.isHidden && hasFocus.call(this); };
"""


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


async def test_desktop_notifications_tell_of_mentions_while_the_page_is_hidden(person: Arrive) -> None:
    bob = await person("bob")
    alice = await person("alice", joined=False)
    told: asyncio.Queue[str] = asyncio.Queue()
    await alice.page.expose_function("tell", told.put_nowait)
    await alice.page.add_init_script(RECORD)
    await alice.page.reload()
    await alice.join()
    await alice.has_everything()
    await open_settings(alice)
    await alice.dialog.get_by_role("switch", name="Desktop notifications").check()
    await alice.button("Test notification").click()
    await expect(alice.dialog.get_by_text("Sent. You should see it now.")).to_be_visible()
    await alice.button("Close").click()
    await bob.say("Seen, so not told, @alice")
    await alice.sees("Seen, so not told")
    await alice.page.evaluate("window.isHidden = true")
    await bob.say("Nothing for you")
    await bob.say("Over to you, @alice")
    assert await told.get() == "Chatrooms: Notifications work."
    assert await told.get() == "bob in Lobby: Over to you, @alice"
    await alice.page.evaluate("window.isHidden = false")
    await choose_level(alice, "Nothing")
    await alice.page.evaluate("window.isHidden = true")
    await bob.say("Are you there, @alice?")
    await alice.sees("Are you there")
    assert told.empty()


async def choose_level(visitor: Visitor, level: str) -> None:
    await visitor.button("Room menu").click()
    await visitor.button("Notifications").click()
    await visitor.dialog.get_by_role("radio", name=level).check(force=True)
    await visitor.button("Close").click()


async def test_a_refused_permission_is_explained(person: Arrive) -> None:
    alice = await person("alice", joined=False)
    await alice.page.add_init_script(RECORD.replace('permission = "granted"', 'permission = "denied"'))
    await alice.page.reload()
    await alice.join()
    await open_settings(alice)
    await expect(alice.dialog.get_by_role("switch", name="Desktop notifications")).to_be_disabled()
    await expect(alice.dialog.get_by_text("told not to show them")).to_be_visible()


async def test_a_profile_shows_who_somebody_is_and_changes_live(person: Arrive) -> None:
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
