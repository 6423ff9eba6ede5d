"""Making and revoking the keys of programs."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.conftest import Arrive
from tests.browser.test_devices import open_devices
from tests.identity.test_service_keys import STRONG, outcome
from tests.servers import RunningServer


async def test_a_key_is_made_shown_once_and_revoked(person: Arrive, own_server: RunningServer) -> None:
    alice = await person("alice")
    await open_devices(alice)
    await alice.button("Create a key").click()
    await alice.dialog.get_by_label("Name of the key").fill("Robot")
    await alice.dialog.get_by_label("Post, edit and delete, react, upload").uncheck()
    await alice.dialog.get_by_label("Only in these rooms").fill("+")
    await alice.button("Create key").click()
    await expect(alice.dialog.get_by_role("alert")).to_be_visible()
    await alice.dialog.get_by_label("Only in these rooms").fill("lobby")
    await alice.button("Create key").click()
    token = await alice.dialog.get_by_text("crk_").text_content() or ""
    assert await outcome(own_server.url, token, "history", room="#lobby") == "fine"
    assert await outcome(own_server.url, token, "message.post", room="#lobby", text="x") == "forbidden"
    keys = alice.dialog.get_by_role("list", name="Keys").get_by_role("listitem")
    await expect(keys).to_contain_text("read · #lobby")
    await alice.button("Revoke Robot").click()
    await expect(keys).to_have_count(0)
    await expect(alice.dialog.get_by_text("crk_")).to_have_count(0)
    assert await outcome(own_server.url, token, "history", room="#lobby") == "unauthorized"


async def test_with_a_password_making_a_key_takes_it_and_signing_out_elsewhere_ends_the_key(
    person: Arrive, own_server: RunningServer
) -> None:
    alice = await person("alice")
    await open_devices(alice)
    await alice.button("Set a password").click()
    await alice.dialog.get_by_label("New password").fill(STRONG)
    await alice.button("Set password").click()
    await expect(alice.dialog.get_by_text("Your password is set.")).to_be_visible()
    await alice.button("Create a key").click()
    await alice.dialog.get_by_label("Name of the key").fill("Robot")
    await alice.dialog.get_by_label("Your password").fill("wrong")
    await alice.button("Create key").click()
    await expect(alice.dialog.get_by_text("This is not your password.")).to_be_visible()
    await alice.dialog.get_by_label("Your password").fill(STRONG)
    await alice.button("Create key").click()
    token = await alice.dialog.get_by_text("crk_").text_content() or ""
    assert await outcome(own_server.url, token, "history", room="#lobby") == "fine"
    await alice.button("Sign out everywhere else").click()
    await expect(alice.dialog.get_by_role("list", name="Keys")).to_have_count(0)
    await expect(alice.dialog.get_by_text("crk_")).to_have_count(0)
    assert await outcome(own_server.url, token, "history", room="#lobby") == "unauthorized"
