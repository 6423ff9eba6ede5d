"""Pictures of people and rooms in the browser: chosen, seen by others at once, and initials where there are none."""

from __future__ import annotations

from playwright.async_api import Locator, expect

from tests.browser.conftest import Arrive
from tests.browser.visitor import Visitor
from tests.features.files import picture

LOADED = "naturalWidth"


async def choose(visitor: Visitor, content: bytes, name: str = "me.png") -> None:
    await visitor.dialog.get_by_label("Picture", exact=True).set_input_files(
        {"name": name, "mimeType": "image/png", "buffer": content}
    )


def face(visitor: Visitor, text: str) -> Locator:
    """Return the picture beside a message."""
    return visitor.message(text).locator(".avatar img")


async def test_a_picture_of_a_person_is_seen_by_others_at_once_and_without_it_their_initial(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    await alice.stores("Hello")
    await expect(face(bob, "Hello")).to_have_count(0)
    await alice.button("Account of alice").click()
    await alice.button("Edit profile").click()
    await choose(alice, b"no picture")
    await expect(alice.dialog.get_by_role("alert")).to_contain_text("has to be a JPEG")
    await choose(alice, picture(900, 600))
    await expect(alice.dialog.locator(".avatar img")).to_have_js_property(LOADED, 128)
    await expect(alice.dialog.get_by_role("alert")).to_have_count(0)
    await expect(face(bob, "Hello")).to_have_js_property(LOADED, 128)
    await alice.button("Remove picture").click()
    await expect(face(bob, "Hello")).to_have_count(0)
    alice.complaints.clear()  # Chromium reports the refusal


async def test_a_picture_that_cannot_be_loaded_leaves_the_initial(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    await bob.page.route("**/files/people/**", lambda route: route.abort())
    await alice.stores("Hello")
    await alice.button("Account of alice").click()
    await alice.button("Edit profile").click()
    await choose(alice, picture())
    await expect(face(alice, "Hello")).to_have_js_property(LOADED, 128)
    await expect(face(bob, "Hello")).to_be_hidden()
    await expect(bob.message("Hello").locator(".avatar")).to_have_attribute("data-initial", "A")
    bob.complaints.clear()  # Chromium reports failed requests


async def test_an_owner_gives_a_room_a_picture(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    await alice.make_room("design", "Private")
    await alice.invite("bob")
    await alice.button("Room menu").click()
    await alice.button("Edit room").click()
    await choose(alice, picture())
    for visitor in (alice, bob):
        mark = visitor.page.get_by_role("navigation").get_by_role("link", name="design").locator(".mark")
        await expect(mark.locator("img")).to_have_js_property(LOADED, 128)
        await expect(mark.locator(".icon-lock")).to_be_visible()
