"""Signing out and leaving rooms, with unsent messages."""

from __future__ import annotations

from playwright.async_api import Route, expect

from tests.browser.conftest import Arrive
from tests.browser.network import cut_off, refuse_posts
from tests.browser.visitor import Visitor
from tests.servers import RunningServer


async def ask_to_sign_out(visitor: Visitor) -> None:
    await visitor.button(f"Account of {visitor.name}").click()
    await visitor.button("Sign out").click()


async def sign_out(visitor: Visitor) -> None:
    await ask_to_sign_out(visitor)
    await visitor.dialog.get_by_role("button", name="Sign out").click()


async def leave_room(visitor: Visitor) -> None:
    await visitor.button("Room menu").click()
    await visitor.button("Leave room").click()
    await visitor.dialog.get_by_role("button", name="Leave room").click()


async def test_signing_out_leads_to_the_join_page_and_leaves_nothing_behind(person: Arrive) -> None:
    alice = await person("alice")
    await alice.has_everything()
    await alice.composer.fill("half a sentence")
    await sign_out(alice)
    await expect(alice.page.get_by_role("textbox", name="Your name")).to_be_visible()
    assert await alice.page.evaluate("() => Object.keys(localStorage).filter(key => key.includes('alice'))") == []
    await alice.page.reload()
    await expect(alice.page.get_by_role("textbox", name="Your name")).to_be_visible()


async def test_signing_out_needs_the_server(person: Arrive, own_server: RunningServer) -> None:
    alice = await person("alice", service_workers="block")
    await alice.page.route("**/lazy*.js", lambda route: route.abort())
    notices = alice.page.get_by_role("status", name="Notices")
    await alice.page.reload()
    await expect(notices).to_contain_text("couldn't be loaded")  # what the timeline needs of it
    await notices.get_by_role("button", name="Dismiss").click()
    await ask_to_sign_out(alice)
    await expect(notices).to_contain_text("couldn't be loaded")
    await alice.page.unroute_all()
    await ask_to_sign_out(alice)
    await alice.dialog.wait_for()
    await cut_off(alice, own_server)
    await alice.button("Cancel").click()
    await alice.say("Written in a tunnel")
    await sign_out(alice)
    await expect(alice.dialog).to_contain_text("This browser deletes your unsent message.")
    await expect(alice.dialog.get_by_role("alert")).to_contain_text("Can't reach the server.")
    await alice.context.set_offline(False)
    await alice.dialog.get_by_role("button", name="Cancel").click()
    await alice.sees("Written in a tunnel")
    await expect(alice.message("Written in a tunnel")).not_to_contain_text("Sending")


async def test_a_server_that_refuses_to_sign_you_out_is_tried_again_and_an_unsaved_edit_is_named(
    person: Arrive,
) -> None:
    async def refuse(route: Route) -> None:
        error = {"code": "rate_limited", "message": "You're doing that too often.", "details": {"retry_after": 1}}
        await route.fulfill(status=429, json={"ok": False, "error": error})

    alice = await person("alice", service_workers="block")
    await alice.stores("As it was")
    await alice.choose("As it was", "Edit message")
    await alice.page.get_by_role("textbox", name="Edit message").fill("As it could be")
    await alice.page.route("**/api/session.leave", refuse)
    await sign_out(alice)
    await expect(alice.dialog).to_contain_text("This browser deletes your unsaved edit.")
    await expect(alice.dialog.get_by_role("alert")).to_contain_text("too often")
    alice.complaints.clear()  # about the refusal
    await alice.page.unroute_all()
    await alice.dialog.get_by_role("button", name="Sign out").click()
    await expect(alice.page.get_by_role("textbox", name="Your name")).to_be_visible()
    assert [cookie for cookie in await alice.context.cookies() if "alice" in cookie["name"]] == []


async def test_another_tab_says_that_you_were_signed_out(person: Arrive) -> None:
    alice = await person("alice")
    tab = await alice.another_tab()
    await tab.is_in("Lobby")
    await sign_out(alice)
    await expect(tab.page.get_by_text("You've been signed out.")).to_be_visible()


async def test_leaving_the_only_room_leads_to_the_notes(person: Arrive) -> None:
    alice = await person("alice")
    await leave_room(alice)
    await alice.page.get_by_role("link", name="Go to Notes to self").click()
    await alice.is_in("Notes to self")


async def test_unsent_messages_for_a_left_room_can_be_deleted(person: Arrive) -> None:
    alice = await person("alice")
    await refuse_posts(alice)
    await alice.page.reload()
    await alice.is_in("Lobby")
    await alice.has_everything()
    await alice.say("Too late")
    await expect(alice.message("Too late").get_by_role("alert")).to_contain_text("Not now.")
    await leave_room(alice)
    await expect(alice.page.get_by_text("Not sent: Too late")).to_be_visible()
    await alice.button("Delete").click()
    await expect(alice.page.get_by_text("Too late")).to_have_count(0)


async def test_who_comes_next_in_the_tab_finds_no_file_of_who_was_here(person: Arrive) -> None:
    alice = await person("alice")
    await alice.page.get_by_label("Attach files").set_input_files(
        {"name": "secret.txt", "mimeType": "text/plain", "buffer": b"of alice"}
    )
    attached = alice.page.get_by_role("list", name="Attached files").get_by_role("listitem")
    await expect(attached).to_have_count(1)
    await ask_to_sign_out(alice)
    await expect(alice.dialog).to_contain_text("This browser deletes your attached file.")
    await alice.dialog.get_by_role("button", name="Sign out").click()
    await alice.page.get_by_role("textbox", name="Your name").fill("bea")
    await alice.page.keyboard.press("Enter")
    await expect(alice.composer).to_be_visible()
    await expect(attached).to_have_count(0)
