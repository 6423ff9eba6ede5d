"""Signing in by an LDAP directory in a browser: newcomers, people who wait to be approved, and connecting it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.appointing import appoint
from tests.browser.conftest import Arrive
from tests.browser.test_admins import open_admin
from tests.browser.test_devices import open_devices
from tests.browser.visitor import Visitor
from tests.people import connect
from tests.servers import RunningServer, running
from tests.services import ldap
from tests.services.ldap import BASE

SECRET, STRONG = "alices secret", "umbrella cactus 42"


@pytest.fixture
async def own_server(tmp_path: Path) -> AsyncIterator[RunningServer]:
    """Start a server whose people can sign in by a directory that knows alice."""
    async with ldap.directory(alice=SECRET) as directory:
        where = {"ldap_url": directory.url, "ldap_bind_dn": f"uid={{username}},{BASE}"}
        async with running(tmp_path, **where) as started:
            yield started


async def sign_in(alice: Visitor, password: str) -> None:
    """Fill in the form for names and passwords, and send it."""
    await alice.page.get_by_label("Your name").fill("alice")
    await alice.page.get_by_label("Password", exact=True).fill(password)
    await alice.button("Sign in").click()


async def test_a_newcomer_signs_in_by_the_directory_after_a_wrong_password(person: Arrive) -> None:
    alice = await person("alice", joined=False)
    await alice.button("Sign in with a password").click()
    await sign_in(alice, "another")
    await expect(alice.page.get_by_role("alert")).to_have_text("Wrong name or password.")
    alice.complaints.clear()  # about the refusal
    await sign_in(alice, SECRET)
    await alice.is_in("Lobby")


async def test_who_has_to_be_approved_asks_on_the_same_page_and_is_signed_in(
    person: Arrive, own_server: RunningServer
) -> None:
    olga = await person("olga")
    await appoint(own_server.chat, "olga", "owner")
    await own_server.chat.run("server.update", {"sign_up": "approval"}, username="olga")
    await open_admin(olga)
    alice = await person("alice", joined=False)
    await alice.button("Sign in with a password").click()
    await sign_in(alice, SECRET)
    await alice.page.get_by_label("Who are you?").fill("Alice from work")
    alice.complaints.clear()  # about the refusal
    await alice.button("Ask to join").click()
    await expect(alice.page.get_by_role("heading", name="You asked to join")).to_be_visible()
    waiting = olga.page.get_by_role("list", name="Waiting to join").get_by_role("listitem")
    await expect(waiting).to_contain_text("Alice from work")
    await expect(waiting).to_contain_text("Known to the directory by this name")
    await olga.button("Approve alice").click()
    await alice.is_in("Lobby")


async def test_a_guest_connects_the_directory_and_disconnects_it_once_there_is_a_password(
    person: Arrive, own_server: RunningServer
) -> None:
    alice = await person("alice")
    section = alice.dialog.get_by_role("region", name="Directory")
    there = section.get_by_label("Password in the directory")
    await open_devices(alice)
    await section.get_by_role("button", name="Connect").click()
    await there.fill("another")
    await section.get_by_role("button", name="Connect").click()
    await expect(section.get_by_text("This is not your password in the directory.")).to_be_visible()
    await there.fill(SECRET)
    await section.get_by_role("button", name="Connect").click()
    await expect(section).to_contain_text("Your password in the directory signs you in, since")
    await section.get_by_role("button", name="Disconnect").click()
    await section.get_by_role("button", name="Disconnect").click()
    await expect(section.get_by_role("alert")).to_contain_text("This is your only way to sign in.")
    alice.complaints.clear()  # about the refusals
    async with connect(own_server.url, "alice", token=await alice.token()) as tab:
        await tab.run("password.set", password=STRONG)
    await alice.page.reload()
    await open_devices(alice)
    await section.get_by_role("button", name="Disconnect").click()
    await section.get_by_label("password", exact=False).fill(STRONG)
    await section.get_by_role("button", name="Disconnect").click()
    await expect(section).to_contain_text("If the directory has you under this name")
