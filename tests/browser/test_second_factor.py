"""Turning codes on and off, and signing in by them."""

from __future__ import annotations

import time

import pyotp
from playwright.async_api import Locator, expect

from tests.browser.conftest import Arrive
from tests.browser.test_devices import STRONG, open_devices, set_password
from tests.browser.visitor import Visitor


async def code_from(visitor: Visitor) -> pyotp.TOTP:
    """Return the app that has the secret on the page."""
    secret = await visitor.dialog.locator(".address code").last.text_content()
    return pyotp.TOTP((secret or "").replace(" ", ""))


async def sign_in(visitor: Visitor, code: str) -> None:
    await visitor.page.get_by_role("textbox", name="Code").fill(code)
    await visitor.button("Sign in").click()


async def make_recovery_codes_anew(alice: Visitor, recovery: Locator, code: str) -> None:
    await alice.button("New recovery codes").click()
    await alice.dialog.get_by_label("Your password").fill(STRONG)
    await alice.dialog.get_by_role("textbox", name="Code").fill(code)
    await alice.button("Create new recovery codes").click()
    await expect(recovery).to_have_count(10)
    assert code not in await recovery.all_text_contents()
    await alice.button("I've kept them").click()
    await expect(alice.dialog).to_contain_text("10 recovery codes are left")


async def use_another_app(alice: Visitor, recovery: Locator) -> pyotp.TOTP:
    """Move the codes to another app, and return it; the code of 30 seconds ago is used."""
    await alice.button("Use another app").click()
    await alice.dialog.get_by_label("Your password").fill(STRONG)
    await alice.button("Continue").click()
    app = await code_from(alice)
    await alice.dialog.get_by_role("textbox", name="Code").fill(app.at(time.time() - 30))
    await alice.button("Use this app").click()
    await expect(alice.dialog).to_contain_text("Codes come from that app now")
    await expect(recovery).to_have_count(10)
    await alice.button("I've kept them").click()
    return app


async def test_a_password_and_a_code_bring_you_back(person: Arrive) -> None:
    alice = await person("alice")
    await open_devices(alice)
    await set_password(alice)
    await alice.button("Show a link and QR code").click()
    await expect(alice.dialog.get_by_role("img", name="QR code of the link")).to_be_visible()
    await alice.button("Turn on codes").click()
    await alice.dialog.get_by_label("Your password").fill("wrong")
    await alice.button("Continue").click()
    await expect(alice.dialog.get_by_role("alert")).to_have_text("This is not your password.")
    await expect(alice.button("Continue")).to_be_focused()
    await alice.dialog.get_by_label("Your password").fill(STRONG)
    await alice.button("Continue").click()
    await expect(alice.dialog.get_by_role("img", name="QR code for an authenticator app")).to_be_visible()
    app = await code_from(alice)
    await alice.dialog.get_by_role("textbox", name="Code").fill("000000")
    await alice.button("Turn on codes").click()
    await expect(alice.dialog.get_by_role("alert")).to_contain_text("This code is wrong")
    await alice.dialog.get_by_role("textbox", name="Code").fill(
        app.at(time.time() - 30)
    )  # so that the present one is left
    await alice.button("Turn on codes").click()
    recovery = alice.dialog.get_by_role("list", name="Recovery codes").get_by_role("listitem")
    await expect(recovery).to_have_count(10)
    await expect(alice.dialog.get_by_role("img", name="QR code of the link")).to_have_count(0)
    await expect(alice.dialog.get_by_role("button", name="Copy")).to_be_focused()
    await alice.page.keyboard.press("Escape")
    await expect(alice.dialog.get_by_role("alert")).to_contain_text("shown only once")
    await alice.button("Keep open").click()
    await expect(recovery).to_have_count(10)
    spare, another, *_ = await recovery.all_text_contents()
    await expect(alice.dialog.get_by_role("button", name="Copy")).to_be_focused()
    await alice.button("I've kept them").click()
    await expect(alice.button("Turn off codes")).to_be_focused()
    await expect(alice.dialog).to_contain_text("10 recovery codes are left")
    phone = await person("alice", joined=False)
    await phone.button("Sign in with a password").click()
    await phone.page.get_by_label("Your name").fill("alice")
    await phone.page.get_by_label("Password").fill(STRONG)
    await phone.button("Sign in").click()
    await sign_in(phone, "000000")
    await expect(phone.page.get_by_role("alert")).to_contain_text("This code is wrong")
    await sign_in(phone, spare)
    await phone.is_in("Lobby")
    phone.complaints.clear()  # about the refusals
    await make_recovery_codes_anew(alice, recovery, another)
    app = await use_another_app(alice, recovery)
    await alice.button("Turn off codes").click()
    await alice.dialog.get_by_label("Your password").fill(STRONG)
    await alice.dialog.get_by_role("textbox", name="Code").fill(app.at(time.time()))
    await alice.button("Turn off codes").click()
    await expect(alice.button("Turn on codes")).to_be_visible()
