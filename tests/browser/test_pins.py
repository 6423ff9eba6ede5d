"""Pinning a message: its mark, the list of the room, and opening the message from there."""

from __future__ import annotations

import re

from playwright.async_api import expect

from chatrooms.features import pins
from chatrooms.types import MAX_BYTES, MAX_TEXT
from tests.browser.conftest import Arrive
from tests.people import connect
from tests.servers import RunningServer


async def test_a_pin_is_marked_for_everyone_and_listed_with_a_link_to_its_message(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    await alice.stores("The door code is 4711")
    await bob.sees("The door code is 4711")
    await bob.choose("door code", "Pin message")
    for one in (alice, bob):
        await expect(one.message("door code").get_by_text("Pinned")).to_be_visible()
    await alice.button("Room menu").click()
    await alice.button("Pinned messages").click()
    entry = alice.dialog.get_by_role("listitem").filter(has_text="door code")
    await expect(entry).to_contain_text("alice")
    await entry.get_by_role("button").first.click()
    await expect(alice.dialog).to_have_count(0)
    await expect(alice.page).to_have_url(re.compile(r"/r/lobby/\d+$"))


async def test_unpinning_in_the_list_applies_to_everyone(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    await alice.stores("soup of the day")
    await alice.choose("soup of the day", "Pin message")
    await alice.button("Room menu").click()
    await alice.button("Pinned messages").click()
    await alice.dialog.get_by_role("button", name="Unpin message").click()
    await expect(alice.dialog.get_by_text("No pinned messages yet.")).to_be_visible()
    await expect(bob.message("soup of the day").get_by_text("Pinned")).to_have_count(0)


async def test_many_long_pins_are_listed_in_pages_and_stay_when_someone_posts(
    person: Arrive, own_server: RunningServer, monkeypatch
) -> None:
    monkeypatch.setattr(pins, "MAX_OF_ONE", pins.MAX_PINNED)
    alice = await person("alice")
    count = 2 + MAX_BYTES // MAX_TEXT
    async with connect(own_server.url, "bob") as bob:
        for number in range(count):
            message = await bob.say("#lobby", f"{number}. ".ljust(MAX_TEXT, "x"))
            await bob.run("message.pin", id=message["id"])
        await alice.button("Room menu").click()
        await alice.button("Pinned messages").click()
        pinned = alice.dialog.get_by_role("listitem")
        await alice.button("Show older pins").click()
        await expect(pinned).to_have_count(count)
        await expect(alice.button("Show older pins")).to_have_count(0)
        await bob.run("message.unpin", id=message["id"])
        await expect(pinned).to_have_count(count - 1)


LATER = """
const Now = Date;
globalThis.Date = class extends Now {
  static now() { return Now.now() + 3 * 86_400_000; }
  constructor(...given) { super(...(given.length ? given : [Now.now() + 3 * 86_400_000])); }
};
"""
"""JavaScript: a clock that is three days ahead."""


async def test_lists_and_a_thread_say_the_day_of_what_is_older_than_today(person: Arrive) -> None:
    alice = await person("alice")
    await alice.page.get_by_label("Attach files").set_input_files(
        [{"name": "plan.txt", "mimeType": "text/plain", "buffer": b"x"}]
    )
    await alice.stores("The plan")
    await alice.choose("The plan", "Pin message")
    await alice.context.add_init_script(LATER)
    await alice.page.reload()
    await alice.choose("The plan", "Reply in thread")
    above = alice.page.get_by_role("region", name="Thread").get_by_role("article").filter(has_text="The plan")
    await expect(above.locator(".byline time")).to_have_text(re.compile("day, "))
    for entry in ("Pinned messages", "Files"):
        await alice.button("Room menu").click()
        await alice.page.locator("#room-menu").get_by_role("button", name=entry).click()
        await expect(alice.dialog.get_by_role("listitem").locator("time")).to_have_text(re.compile("day, "))
        await alice.button("Close").click()
