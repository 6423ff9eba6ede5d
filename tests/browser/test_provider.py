"""Signing in at an OpenID provider in a browser: a newcomer, somebody who connects it, and an unwilling provider."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Arrive
from tests.browser.test_devices import open_devices
from tests.browser.visitor import Visitor
from tests.client.processes import free_port
from tests.servers import RunningServer, running
from tests.services import oidc
from tests.services.oidc import CLIENT, SECRET, Provider

CONTINUE = "Continue with Example login"


@pytest.fixture
async def own_server(tmp_path: Path) -> AsyncIterator[RunningServer]:
    """Start a server whose people can sign in at a provider."""
    port = free_port()
    page = f"http://localhost:{port}/"
    async with oidc.provider(f"{page}oidc") as provider:
        how = {"oidc_issuer": provider.url, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
        async with running(tmp_path, port=port, url=page, oidc_name="Example login", **how) as started:
            started.url, started.provider = page, provider
            yield started


@pytest.fixture
def provider(own_server: RunningServer) -> Provider:
    return own_server.provider


async def sign_out(visitor: Visitor) -> None:
    await visitor.button(f"Account of {visitor.name}").click()
    await visitor.button("Sign out").click()
    await expect(visitor.button(CONTINUE)).to_be_visible()


async def test_a_newcomer_picks_the_suggested_name_and_comes_back_without_one(person: Arrive) -> None:
    alice = await person("alice", joined=False)
    await alice.button(CONTINUE).click()
    await expect(alice.page.get_by_text("You're alice at Example login, and new here.")).to_be_visible()
    await expect(alice.page.get_by_role("textbox", name="Your name")).to_have_value("alice")
    assert "code=" not in alice.page.url and "state=" not in alice.page.url
    await alice.button("Join").click()
    await alice.is_in("Lobby")
    await sign_out(alice)
    await alice.button("Sign in with a passkey or password").click()
    await alice.button(CONTINUE).click()
    await alice.is_in("Lobby")


async def test_signing_out_can_sign_out_there_too_and_leads_back(person: Arrive, provider: Provider) -> None:
    provider.describes = {"end_session_endpoint": f"{provider.url}/leave"}
    alice = await person("alice", joined=False)
    await alice.button(CONTINUE).click()
    await expect(alice.page.get_by_text("and new here.")).to_be_visible()
    await alice.button("Join").click()
    await alice.is_in("Lobby")
    await choose_where(alice, there_too=False)
    assert "sign out" not in provider.asked
    for asks_again in (True, False):  # only right after signing out: somebody else may sign in next
        async with alice.page.expect_request(f"{provider.url}/authorize**") as going:
            await alice.button(CONTINUE).click()
        assert ("max_age=60" in (await going.value).url) is asks_again
        await alice.is_in("Lobby")
        if asks_again:
            await alice.context.clear_cookies()
            await alice.page.reload()
    async with alice.page.expect_request(lambda request: request.url.startswith(f"{provider.url}/leave")):
        await choose_where(alice, there_too=True)
    await alice.page.wait_for_url(f"{alice.url}**")
    await expect(alice.button(CONTINUE)).to_be_visible()


async def choose_where(alice: Visitor, *, there_too: bool) -> None:
    """Sign out here, and perhaps at the provider."""
    await alice.button("Account of alice").click()
    await alice.button("Sign out").click()
    choice = alice.dialog.get_by_role("checkbox", name="Sign out of Example login too, in this browser")
    await expect(choice).to_be_checked()
    await choice.set_checked(there_too)
    await alice.dialog.get_by_role("button", name="Sign out").click()
    await expect(alice.button("Sign in with a passkey or password")).to_be_visible()


async def test_a_guest_connects_the_provider_and_disconnects_it_once_there_is_a_password(person: Arrive) -> None:
    carol = await person("carol")
    section = carol.dialog.get_by_role("region", name="Example login")
    await open_devices(carol)
    await section.get_by_role("button", name="Connect").click()
    await section.get_by_role("button", name="Continue").click()
    await expect(carol.page.get_by_text("You can sign in with Example login from now on.")).to_be_visible()
    await open_devices(carol)
    await expect(section).to_contain_text("You sign in as alice. Not used yet.")
    await section.get_by_role("button", name="Disconnect").click()
    await section.get_by_role("button", name="Disconnect").click()
    await expect(section.get_by_role("alert")).to_contain_text("This is your only way to sign in.")
    carol.complaints.clear()  # about the refusal
    await carol.button("Close").click()
    await sign_out(carol)
    await carol.button(CONTINUE).click()
    await carol.is_in("Lobby")


async def test_somebody_who_was_not_signed_in_there_can_try_again(person: Arrive, provider: Provider) -> None:
    alice = await person("alice", joined=False)
    provider.twist = {"nonce": "x" * 43}
    await alice.button(CONTINUE).click()
    await expect(alice.page.get_by_role("alert")).to_have_text("You couldn't be signed in. Try again.")
    alice.complaints.clear()  # about the refusal
    provider.twist = {}
    await alice.button(CONTINUE).click()
    await alice.button("Join").click()
    await alice.is_in("Lobby")
    await alice.page.goto(f"{alice.url}oidc?error=access_denied&state={'x' * 43}")
    await expect(alice.page.get_by_role("alert")).to_have_text("Nobody was signed in there.")
    await alice.button("Back").click()
