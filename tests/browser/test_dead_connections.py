"""A connection that is dead without being closed, as after a change from Wi-Fi to mobile."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Arrive
from tests.browser.network import swallowing

# The server pings every 25 s and waits 20 s for the answer: longer than these tests wait for anything.


@pytest.mark.parametrize("event", ["online", "visibilitychange"])
async def test_a_dead_connection_is_replaced_when_the_network_or_the_reader_is_back(person: Arrive, event: str) -> None:
    bob, alice = await person("bob"), await person("alice")
    die = await swallowing(alice)
    await alice.page.reload()
    await alice.is_in("Lobby")
    await alice.stores("Before")
    die()
    await bob.say("Said meanwhile")
    target = "window" if event == "online" else "document"
    await alice.page.evaluate(f"{target}.dispatchEvent(new Event('{event}'))")
    await alice.sees("Said meanwhile")


async def test_a_message_that_is_not_acknowledged_is_sent_on_a_new_connection(person: Arrive) -> None:
    bob, alice = await person("bob"), await person("alice")
    die = await swallowing(alice)
    await alice.page.reload()
    await alice.is_in("Lobby")
    await alice.stores("Before")
    die()
    await alice.say("Into the void")
    await bob.sees("Into the void")
    await expect(alice.message("Into the void")).not_to_contain_text("Sending")
    await alice.sees("Into the void")


async def test_a_refusal_of_being_offline_passes_with_it(person: Arrive) -> None:
    alice = await person("alice")
    await alice.stores("First")
    await alice.composer.press("ArrowUp")
    await alice.page.get_by_role("textbox", name="Edit message").fill("Second")
    await alice.page.keyboard.press("Enter")
    await alice.button("Account of alice").click()
    await alice.button("Edit profile").click()
    picture = alice.dialog.get_by_label("Picture", exact=True)
    await picture.set_input_files({"name": "me.png", "mimeType": "image/png", "buffer": b"no picture"})
    await expect(alice.dialog.get_by_role("alert")).to_contain_text("has to be a JPEG")
    offline = alice.dialog.get_by_role("alert").filter(has_text="You're offline.")
    await alice.context.set_offline(True)
    await picture.set_input_files({"name": "me.png", "mimeType": "image/png", "buffer": b"no picture"})
    await alice.button("Save").click()
    await expect(offline).to_have_count(2)
    await alice.context.set_offline(False)
    await expect(offline).to_have_count(0)
    await alice.page.keyboard.press("Escape")
    await expect(alice.dialog).to_have_count(0)
    await alice.context.set_offline(True)
    await alice.message("Second").get_by_role("button", name="Edited").click()
    await expect(offline).to_be_visible()
    await alice.context.set_offline(False)
    await expect(alice.dialog).to_contain_text("First")
    alice.complaints.clear()  # Chromium reports failed requests.
