"""A second factor that the server requires: the page leads to it, and back to where somebody was."""

from __future__ import annotations

import time

import pyotp
from playwright.async_api import expect

from chatrooms.cli.database import links as console
from tests.appointing import appoint
from tests.browser.conftest import Arrive
from tests.browser.test_admins import open_admin
from tests.browser.test_devices import STRONG, open_devices
from tests.browser.test_passkeys import Device, _by_name, add_passkey  # noqa: F401 - a fixture
from tests.browser.visitor import Visitor
from tests.servers import RunningServer


async def require_of_everybody(olga: Visitor, server: RunningServer) -> None:
    """Have an owner add a passkey, and require a second factor of everybody."""
    await Device.of(olga)
    await appoint(server.chat, "olga", "owner")
    await open_admin(olga)
    needing = olga.page.get_by_role("group", name="Who needs a second factor")
    of_everybody = needing.get_by_role("radio", name="Everybody")
    await olga.page.get_by_role("link", name="Server", exact=True).click()
    await of_everybody.click()
    await expect(olga.page.get_by_role("alert")).to_contain_text("Set up your own second factor first")
    await expect(of_everybody).not_to_be_checked()
    await open_devices(olga)
    await add_passkey(olga, "My laptop")
    await expect(olga.dialog.get_by_role("list", name="Passkeys")).to_be_visible()
    await olga.button("Close").click()
    await of_everybody.click()
    await expect(olga.page.get_by_role("alert")).to_have_count(0)
    await expect(of_everybody).to_be_checked()


async def test_two_clicks_lead_from_the_refusal_to_a_passkey_and_back_to_where_you_were(
    person: Arrive, own_server: RunningServer
) -> None:
    alice, olga = await person("alice"), await person("olga")
    await Device.of(alice)
    await alice.go_to("Notes to self")
    await require_of_everybody(olga, own_server)
    await expect(alice.page.get_by_role("heading", name="Set up a second factor")).to_be_visible()
    await expect(alice.page.get_by_text("Notes to self")).to_have_count(0)
    await alice.button("Add a passkey").click()
    await alice.button("Continue").click()
    await alice.is_in("Notes to self")
    await alice.say("back again")
    await alice.sees("back again")
    nobody = olga.page.get_by_role("radio", name="Nobody")
    await nobody.click()
    await olga.button("Require it of fewer people").click()
    await expect(olga.button("Require it of fewer people")).to_have_count(0)
    await expect(nobody).to_be_checked()


async def test_codes_are_set_up_and_shown_to_go_on(person: Arrive, own_server: RunningServer) -> None:
    bob, olga = await person("bob"), await person("olga")
    await require_of_everybody(olga, own_server)
    await bob.button("Set a password").click()
    await bob.page.get_by_label("New password").fill(STRONG)
    await bob.button("Set password").click()
    await bob.button("Turn on codes").click()
    await bob.page.get_by_label("Your password").fill(STRONG)
    await bob.button("Continue").click()
    secret = await bob.page.locator(".address code").text_content() or ""
    app = pyotp.TOTP(secret.replace(" ", ""))
    await bob.page.get_by_role("textbox", name="Code").fill(app.at(time.time() - 30))  # so that the present one is left
    await bob.button("Turn on codes").click()
    await expect(bob.page.get_by_role("list", name="Recovery codes").get_by_role("listitem")).to_have_count(10)
    await bob.button("I've kept them").click()
    await bob.is_in("Lobby")
    made = console.sign_in(own_server.chat.settings, "bob", 5, forget_password=False)
    phone = await person("bob", joined=False)
    await phone.page.goto(f"{phone.url}/#/link/{made['url'].rpartition('/')[2]}")
    await phone.button("Sign in").click()
    await expect(phone.page.get_by_role("heading", name="Show your second factor")).to_be_visible()
    await phone.page.get_by_role("textbox", name="Code").fill("000000")
    await phone.button("Continue").click()
    await expect(phone.page.get_by_role("alert")).to_contain_text("This code is wrong")
    phone.complaints.clear()  # about the refusal
    await phone.page.get_by_role("textbox", name="Code").fill(app.at(time.time()))
    await phone.button("Continue").click()
    await phone.is_in("Lobby")
