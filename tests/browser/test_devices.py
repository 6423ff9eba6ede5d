"""One person on several devices: links, passwords, and where you are signed in."""

from __future__ import annotations

import re

from playwright.async_api import Page, expect
from sqlalchemy import update

from chatrooms import clock
from chatrooms.storage.tables import users
from tests.browser.conftest import Arrive
from tests.browser.visitor import Visitor
from tests.identity.test_lifetimes import write
from tests.people import connect
from tests.servers import RunningServer

STRONG = "umbrella cactus 42"
CODE = re.compile(r"#/link/[\w-]{43}$")


async def open_devices(visitor: Visitor) -> None:
    await visitor.button(f"Account of {visitor.name}").click()
    await visitor.button("Devices and password").click()
    await expect(visitor.dialog.get_by_text("This browser")).to_be_visible()


async def link_of(visitor: Visitor) -> str:
    """Make a link and return it."""
    await visitor.button("Show a link and QR code").click()
    await expect(visitor.dialog.get_by_role("img", name="QR code of the link")).to_be_visible()
    link = await visitor.dialog.get_by_text(CODE).text_content()
    return link or ""


async def set_password(visitor: Visitor) -> None:
    await visitor.button("Set a password").click()
    field = visitor.dialog.get_by_label("New password")
    await expect(field).to_have_attribute("type", "password")
    await expect(field).to_have_attribute("autocomplete", "new-password")
    await field.fill(STRONG)
    await visitor.button("Set password").click()
    await expect(visitor.dialog).to_contain_text("Your password is set.")


async def is_at(page: Page, title: str) -> None:
    await expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()


async def test_a_link_brings_another_device_in_once_and_leaves_no_code_in_its_address(person: Arrive) -> None:
    alice = await person("alice")
    await alice.say("From the desk")
    await open_devices(alice)
    link = await link_of(alice)
    phone = await person("alice", joined=False)
    await phone.page.goto(link)
    await is_at(phone.page, "Sign in to Chatrooms on this device?")
    await phone.page.reload()  # the code was taken out of the address, so this is the join page
    await is_at(phone.page, "Join Chatrooms")
    await phone.page.goto(link)
    await is_at(phone.page, "Sign in to Chatrooms on this device?")
    assert not CODE.search(phone.page.url)
    await phone.button("Sign in").click()
    await phone.is_in("Lobby")
    await phone.sees("From the desk")
    await phone.page.goto(f"{phone.url}/{CODE.search(link)[0]}")
    await expect(phone.page.get_by_role("alert")).to_contain_text("This link was used, or it has expired.")
    await phone.button("Stay alice").click()
    await phone.is_in("Lobby")
    phone.complaints.clear()  # about the refusal


async def test_a_link_goes_from_the_page_once_something_there_has_ended_it(person: Arrive) -> None:
    alice, phone = await person("alice"), await person("alice", joined=False)
    await open_devices(alice)
    await phone.page.goto(await link_of(alice))
    await phone.button("Sign in").click()
    await phone.is_in("Lobby")
    code = alice.dialog.get_by_role("img", name="QR code of the link")
    devices = alice.dialog.get_by_role("region", name="Where you're signed in").get_by_role("listitem")
    await expect(devices).to_have_count(2)
    await link_of(alice)
    await set_password(alice)
    await expect(code).to_have_count(0)
    await link_of(alice)
    await alice.dialog.get_by_role("button", name=re.compile("^Sign out ")).first.click()
    await expect(devices).to_have_count(1)
    await expect(code).to_have_count(0)
    phone.complaints.clear()  # about the refusal


async def test_a_link_in_a_browser_of_somebody_else_asks_first(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    await open_devices(alice)
    link = await link_of(alice)
    await bob.page.goto(link)
    await expect(
        bob.page.get_by_text("You sign in as alice. Continue only if that is you. This tab is bob now.")
    ).to_be_visible()
    await bob.button("Stay bob").click()
    await bob.is_in("Lobby")
    await expect(bob.button("Account of bob")).to_be_visible()
    await bob.page.goto(link)
    await bob.button("Sign in").click()
    await expect(bob.button("Account of alice")).to_be_visible()


async def test_a_link_that_is_not_whole_says_so_and_the_page_goes_on_without_it(person: Arrive) -> None:
    alice = await person("alice", joined=False)
    await alice.page.goto(f"{alice.url}/#/link/abc")
    await is_at(alice.page, "This link is not complete")
    await expect(alice.page.get_by_role("alert")).to_contain_text("sign you in")
    await alice.button("Continue without it").click()
    await alice.join()


async def test_a_password_brings_you_back_after_signing_out(person: Arrive) -> None:
    alice = await person("alice")
    await open_devices(alice)
    await set_password(alice)
    await expect(alice.button("Change password")).to_be_focused()
    await alice.button("Close").click()
    await alice.button("Account of alice").click()
    await alice.button("Sign out").click()
    await alice.button("Sign in with a password").click()
    await alice.page.get_by_label("Your name").fill("alice")
    await alice.page.get_by_label("Password").fill("wrong")
    await alice.button("Sign in").click()
    await expect(alice.page.get_by_role("alert")).to_have_text("Wrong name or password.")
    alice.complaints.clear()  # about the refusal
    await alice.page.get_by_label("Password").fill(STRONG)
    await alice.button("Sign in").click()
    await alice.is_in("Lobby")


async def test_a_weak_password_is_refused_in_words(person: Arrive) -> None:
    alice = await person("alice")
    await open_devices(alice)
    await alice.button("Set a password").click()
    await alice.dialog.get_by_label("New password").fill("password")
    await alice.button("Set password").click()
    await expect(alice.dialog.get_by_role("alert")).to_contain_text("common password")
    await expect(alice.button("Set password")).to_be_focused()
    await alice.button("Cancel").click()
    await expect(alice.button("Set a password")).to_be_focused()


async def test_other_devices_are_listed_once_they_come_in_and_signed_out(person: Arrive) -> None:
    alice = await person("alice")
    await open_devices(alice)
    link = await link_of(alice)
    phone = await person("alice", joined=False)
    await phone.page.goto(link)
    await phone.button("Sign in").click()
    await phone.is_in("Lobby")
    await expect(
        alice.dialog.get_by_text("Chrome on Linux is signed in. The link can't be used again.")
    ).to_be_visible()
    await expect(alice.dialog.get_by_role("img", name="QR code of the link")).to_have_count(0)
    await expect(alice.dialog.get_by_text("Joined here")).to_be_visible()
    await expect(alice.dialog.get_by_text("Signed in by a link from another device")).to_be_visible()
    await alice.button("Sign out Chrome on Linux").click()
    await expect(phone.page.get_by_text("You've been signed out.")).to_be_visible()
    await expect(alice.dialog.get_by_role("listitem")).to_have_count(1)
    await expect(alice.button("Show a link and QR code")).to_be_visible()
    await expect(alice.button("Sign out everywhere else")).to_have_count(0)
    await expect(alice.dialog.get_by_role("heading", name="Where you're signed in")).to_be_focused()


async def test_a_guest_is_asked_after_a_few_days_to_secure_the_name(person: Arrive, own_server: RunningServer) -> None:
    alice = await person("alice")
    notices = alice.page.get_by_role("status", name="Notices")
    await write(own_server, update(users).values(created_at=clock.ago(days=4)))  # the page learns it when it reloads
    await alice.page.reload()
    await expect(notices).to_contain_text("Only this browser signs you in as alice.")
    await notices.get_by_role("button", name="Secure your name").click()
    await set_password(alice)
    await alice.page.evaluate("localStorage.removeItem('chatrooms / alice asked to secure')")
    await alice.page.reload()
    await alice.page.wait_for_function("() => localStorage.getItem('chatrooms / alice asked to secure')")
    await alice.say("Nobody asks again")
    await expect(notices.get_by_role("button", name="Secure your name")).to_have_count(0)


PLAIN_HTTP = """
Object.defineProperty(globalThis, "isSecureContext", { value: false });
Object.defineProperty(navigator, "clipboard", { value: undefined });
"""
"""JavaScript: what a page lacks at an address that begins with http and is not this computer's."""


async def test_on_plain_http_links_are_copied_and_notifications_say_what_they_need(person: Arrive) -> None:
    alice = await person("alice", joined=False)
    await alice.context.add_init_script(PLAIN_HTTP)
    await alice.page.reload()
    await alice.join()
    await alice.button("Copy").click()
    await expect(alice.page.get_by_role("status", name="Notices")).to_contain_text("Link copied.")
    await open_devices(alice)
    link = await link_of(alice)
    await alice.dialog.get_by_role("button", name="Copy", exact=True).click()
    await expect(alice.dialog.get_by_role("button", name="Copied", exact=True)).to_be_visible()
    await alice.button("Close").click()
    await alice.composer.press("ControlOrMeta+v")
    await expect(alice.composer).to_have_value(link)
    await alice.button("Account of alice").click()
    await alice.button("Settings").click()
    await expect(alice.dialog).to_contain_text("Notifications need a secure connection (https).")
    await expect(alice.dialog.get_by_role("switch", name="Desktop notifications")).to_be_disabled()


async def test_a_password_that_was_set_elsewhere_meanwhile_is_asked_for(person: Arrive) -> None:
    alice = await person("alice")
    await open_devices(alice)
    await alice.button("Set a password").click()
    async with connect(alice.url, "alice", token=await alice.token()) as tab:
        await tab.run("password.set", password=STRONG)
    await alice.dialog.get_by_label("New password").fill(f"another {STRONG}")
    await alice.button("Set password").click()
    await expect(alice.dialog.get_by_label("Current password")).to_be_visible()
    await expect(alice.dialog.get_by_text("Give your current password too.")).to_be_visible()
    await alice.dialog.get_by_label("Current password").fill(STRONG)
    await alice.button("Change password").click()
    await expect(alice.dialog.get_by_text("Your password is set.")).to_be_visible()
