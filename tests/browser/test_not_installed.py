"""What a server without the extras for accounts and media does not offer."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from chatrooms import extras
from tests.browser.conftest import Arrive


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the extras before the server starts."""
    hidden = {module for extra in extras.IN_PAGE for module in extras.MODULES[extra]}
    monkeypatch.setattr(extras, "_is_absent", lambda module: module in hidden)


async def test_passwords_passkeys_and_pictures_are_not_offered(person: Arrive) -> None:
    alice = await person("alice", joined=False)
    await expect(alice.button("Join")).to_be_visible()
    await expect(alice.page.get_by_role("button", name="Sign in with")).to_have_count(0)
    await alice.join()
    await alice.say("Howdy")
    await alice.button("Account of alice").click()
    await alice.button("Devices").click()
    await expect(alice.dialog.get_by_text("This browser")).to_be_visible()
    for heading in ("Another device", "Where you're signed in"):
        await expect(alice.dialog.get_by_role("heading", name=heading)).to_be_visible()
    for heading in ("Password", "Passkeys"):
        await expect(alice.dialog.get_by_role("heading", name=heading)).to_have_count(0)
    await alice.page.keyboard.press("Escape")
    await alice.button("Account of alice").click()
    await alice.button("Edit profile").click()
    await expect(alice.dialog.get_by_label("Display name")).to_be_visible()
    await expect(alice.button("Choose a picture")).to_have_count(0)
