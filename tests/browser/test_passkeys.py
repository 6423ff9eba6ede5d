"""Passkeys in a browser, with Chromium's virtual authenticator, whose person is always there."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import CDPSession, expect

from tests.browser.conftest import Arrive
from tests.browser.test_devices import open_devices
from tests.browser.visitor import Visitor
from tests.servers import RunningServer

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}

FILLS_NOTHING_IN = "() => void (PublicKeyCredential.isConditionalMediationAvailable = async () => false)"
"""JavaScript: make this a browser that offers passkeys only when it is asked to."""


@pytest.fixture(autouse=True)
def _by_name(own_server: RunningServer) -> None:
    """Reach the server by its name, as passkeys are for names, not for addresses."""
    own_server.url = own_server.url.replace("127.0.0.1", "localhost")


class Device:
    """What makes passkeys and signs by them, and whether its person is there to allow it."""

    def __init__(self, session: CDPSession, id: str) -> None:
        self._session, self._id = session, id

    @classmethod
    async def of(cls, visitor: Visitor) -> Device:
        session = await visitor.context.new_cdp_session(visitor.page)
        await session.send("WebAuthn.enable")
        made = await session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        return cls(session, made["authenticatorId"])

    async def set(self, what: str, **how: Any) -> None:
        await self._session.send(f"WebAuthn.{what}", {"authenticatorId": self._id, **how})


async def add_passkey(visitor: Visitor, name: str) -> None:
    await visitor.button("Add a passkey").click()
    await visitor.dialog.get_by_label("Name of the passkey").fill(name)
    await visitor.button("Continue").click()


async def sign_out(visitor: Visitor) -> None:
    await visitor.button("Close").click()
    await visitor.button("Account of alice").click()
    await visitor.button("Sign out").click()
    await expect(visitor.button("Sign in with a passkey or password")).to_be_visible()


async def test_a_guest_secures_the_name_by_a_passkey_and_comes_back_without_typing_it(person: Arrive) -> None:
    alice = await person("alice")
    await Device.of(alice)
    await open_devices(alice)
    await add_passkey(alice, "My laptop")
    row = alice.dialog.get_by_role("list", name="Passkeys").get_by_role("listitem")
    await expect(row).to_contain_text("My laptop")
    await expect(row).to_contain_text("Not used yet")
    await add_passkey(alice, "Again")
    await expect(alice.dialog.get_by_role("alert")).to_have_text("This device has a passkey of yours already.")
    await alice.button("Cancel").click()
    await alice.page.evaluate(FILLS_NOTHING_IN)
    await sign_out(alice)
    await alice.button("Sign in with a passkey or password").click()
    await alice.button("Sign in with a passkey").click()
    await alice.is_in("Lobby")
    await open_devices(alice)
    await expect(row).to_contain_text("Last used")


async def test_a_browser_offers_the_passkey_by_itself_where_names_are_filled_in(person: Arrive) -> None:
    alice = await person("alice")
    await Device.of(alice)
    await open_devices(alice)
    await add_passkey(alice, "My laptop")
    await expect(alice.dialog.get_by_role("list", name="Passkeys")).to_be_visible()
    await sign_out(alice)
    await alice.button("Sign in with a passkey or password").click()
    await alice.is_in("Lobby")  # the virtual authenticator takes the offer at once


async def test_a_person_who_is_not_recognized_is_told_and_can_try_again(person: Arrive) -> None:
    alice = await person("alice")
    device = await Device.of(alice)
    await open_devices(alice)
    await add_passkey(alice, "My laptop")
    await expect(alice.dialog.get_by_role("list", name="Passkeys")).to_be_visible()
    await device.set("setUserVerified", isUserVerified=False)
    await alice.page.evaluate(FILLS_NOTHING_IN)
    await sign_out(alice)
    await alice.button("Sign in with a passkey or password").click()
    await alice.button("Sign in with a passkey").click()
    await expect(alice.page.get_by_role("alert")).to_contain_text("No passkey was used.")
    await device.set("setUserVerified", isUserVerified=True)
    await alice.button("Sign in with a passkey").click()
    await alice.is_in("Lobby")


async def test_the_last_way_in_is_not_removed_by_accident(person: Arrive) -> None:
    alice = await person("alice")
    await Device.of(alice)
    await open_devices(alice)
    await add_passkey(alice, "My laptop")
    await alice.button("Remove My laptop").click()
    await expect(alice.dialog.get_by_role("alert")).to_contain_text("your only way to sign in")
    await alice.button("Keep").click()
    await alice.button("Remove My laptop").click()
    await alice.button("Remove anyway").click()
    await expect(alice.dialog.get_by_role("list", name="Passkeys")).to_have_count(0)


async def test_where_browsers_have_no_passkeys_the_page_says_why(person: Arrive, own_server: RunningServer) -> None:
    own_server.url = own_server.url.replace("localhost", "127.0.0.1")
    alice = await person("alice")
    await open_devices(alice)
    await expect(alice.dialog.get_by_text("only at addresses that begin with https")).to_be_visible()
    await expect(alice.button("Add a passkey")).to_have_count(0)
