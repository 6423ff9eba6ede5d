"""Phones: one pane at a time, the back button, little space above a keyboard."""

from __future__ import annotations

from playwright.async_api import expect

from tests.appointing import appoint
from tests.browser.conftest import Arrive
from tests.browser.test_files import choose, file, send
from tests.browser.visitor import Visitor
from tests.features.files import picture
from tests.people import connect
from tests.servers import RunningServer

PHONE = {"viewport": {"width": 390, "height": 780}, "has_touch": True, "is_mobile": True}
NARROWEST = {"width": 320, "height": 568}
ABOVE_A_KEYBOARD = {"width": 390, "height": 330}


async def show_list(visitor: Visitor) -> None:
    await visitor.page.get_by_role("link", name="All rooms").click()
    await expect(visitor.room("Lobby")).to_be_visible()


async def test_messages_are_unread_while_the_list_covers_the_room(person: Arrive) -> None:
    alice, bob = await person("alice", **PHONE), await person("bob")
    await bob.stores("Before")
    await alice.sees("Before")
    await show_list(alice)
    await bob.stores("Meanwhile")
    await alice.has_unread("Lobby", 1)
    await alice.go_to("Lobby")
    await alice.sees("Meanwhile")
    line = alice.page.get_by_role("separator", name="New")
    await expect(line.locator("xpath=following-sibling::*[1]")).to_contain_text("Meanwhile")
    await show_list(alice)
    await alice.has_unread("Lobby", 0)


async def test_the_back_button_closes_a_dialog(person: Arrive) -> None:
    alice = await person("alice", **PHONE)
    await show_list(alice)
    await alice.make_room("design")
    await alice.button("Room menu").tap()
    await alice.button("Edit room").tap()
    await alice.dialog.wait_for()
    await alice.page.evaluate("history.back()")
    await expect(alice.dialog).to_have_count(0)
    await alice.is_in("design")
    await alice.page.go_back()
    await expect(alice.room("design")).to_be_visible()
    await expect(alice.dialog).to_have_count(0)


async def test_back_closes_the_members_and_then_leads_to_the_list(person: Arrive) -> None:
    alice, _ = await person("alice", **PHONE), await person("bob")
    panel = alice.page.get_by_role("complementary", name="Members")
    await show_list(alice)
    await alice.go_to("Lobby")
    await alice.show_members(2)
    await panel.wait_for()
    await alice.page.go_back()
    await expect(panel).to_have_count(0)
    await alice.is_in("Lobby")
    await alice.show_members(2)
    await alice.button("Close members").tap()
    await expect(panel).to_have_count(0)
    await alice.page.go_back()
    await expect(alice.room("Lobby")).to_be_visible()


async def test_the_list_can_be_reached_from_an_unknown_room(person: Arrive) -> None:
    alice = await person("alice", **PHONE)
    await alice.page.goto(f"{alice.url}/r/gone")
    await expect(alice.page.get_by_role("heading", name="No open room is called #gone")).to_be_visible()
    await show_list(alice)


async def test_above_a_keyboard_completion_and_emoji_are_on_screen(person: Arrive) -> None:
    alice = await person("alice", **PHONE)
    await alice.page.set_viewport_size(ABOVE_A_KEYBOARD)
    await alice.composer.press_sequentially(":smi")
    await expect(alice.page.get_by_role("option").first).to_be_in_viewport(ratio=1)
    await expect(alice.page.get_by_role("listbox", name="Completions")).to_be_in_viewport(ratio=1)
    await alice.composer.fill("")
    await alice.button("Emoji").tap()
    picker = alice.page.get_by_role("dialog", name="Emoji")
    await expect(picker).to_be_in_viewport(ratio=1)
    await expect(picker.get_by_role("button").first).to_be_in_viewport(ratio=0.9)


async def test_the_emoji_button_closes_its_picker_and_so_does_escape(person: Arrive) -> None:
    alice = await person("alice")
    picker = alice.page.get_by_role("dialog", name="Emoji")
    await alice.button("Emoji").click()
    await picker.wait_for()
    await alice.button("Emoji").click()
    await expect(picker).to_have_count(0)
    await alice.button("Emoji").click()
    await picker.wait_for()
    await alice.button("Emoji").focus()
    await alice.page.keyboard.press("Escape")
    await expect(picker).to_have_count(0)


async def test_a_tap_beside_the_members_closes_them(person: Arrive) -> None:
    alice = await person("alice", **PHONE)
    await alice.show_members(1)
    panel = alice.page.get_by_role("complementary", name="Members")
    await panel.wait_for()
    await alice.page.touchscreen.tap(20, 300)
    await expect(panel).to_have_count(0)


async def test_long_names_are_cut_and_nothing_else_is_on_the_narrowest_screen(
    person: Arrive, own_server: RunningServer
) -> None:
    alice = await person("alice", **PHONE | {"viewport": NARROWEST})
    await appoint(own_server.chat, "alice", "owner")
    async with connect(own_server.url, "o" * 32) as other:
        await other.run("user.update", name="Ottoline Featherstonehaugh")
        await other.run("room.create", name="long", title="A title that is longer than this screen")
        await other.run("room.invite", room="#long", username="alice")
        await other.say("alice", "Howdy")
        await show_list(alice)
        await alice.button("Find a room or person").tap()
        option = alice.page.get_by_role("option", name="Ottoline Featherstonehaugh")
        await expect(option.locator(".title")).to_be_in_viewport(ratio=1)
        await expect(option.locator(".count")).to_be_in_viewport(ratio=1)
        assert await option.evaluate("(option) => option.scrollWidth <= option.clientWidth")
        assert await option.locator(".title").evaluate("(title) => title.clientWidth > 40")
        await alice.page.goto(f"{alice.url}/#/admin/invitations")
        await expect(alice.page.get_by_role("combobox", name="Room")).to_contain_text("A title")
        await expect(alice.page.get_by_role("combobox", name="Room")).to_be_in_viewport(ratio=1)


async def test_a_file_with_a_long_name_takes_no_more_than_the_width(person: Arrive) -> None:
    alice = await person("alice", **PHONE)
    name = "Rechnung_2026-11_Kunde_Mustermann_und_Söhne_GmbH.pdf"
    pictures = [file(f"{number}.png", picture(300, 200), "image/png") for number in range(3)]
    await choose(alice, *pictures, file(name, b"%PDF-1.4"))
    await alice.composer.fill("Here")
    await send(alice)
    row = alice.message("Here").get_by_role("link", name=name)
    for width in (390, 320):
        await alice.page.set_viewport_size({"width": width, "height": 780})
        for shown in (row, alice.message("Here").get_by_role("button", name="Picture 2.png")):
            box = await shown.bounding_box()
            assert box and box["x"] + box["width"] <= width
