"""Invitations by link: for people who are signed in, for new ones, and when they have ended."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.browser.conftest import Arrive
from tests.browser.visitor import Visitor

LINK = re.compile(r"#/invite/[\w-]{43}$")


async def make_link(visitor: Visitor) -> str:
    """Make an invitation to the open room and return its link."""
    await visitor.button("Room menu").click()
    await visitor.page.locator("#room-menu").get_by_role("button", name="Invite people").click()
    await visitor.button("Create a link").click()
    link = await visitor.dialog.get_by_text(LINK).text_content()
    await expect(visitor.dialog.get_by_text("For 100 more people")).to_be_visible()
    return link or ""


async def test_a_new_person_joins_the_server_and_a_private_room_by_one_link(person: Arrive) -> None:
    bob = await person("bob")
    await bob.make_room("secret", "Private")
    link = await make_link(bob)
    erin = await person("erin", joined=False)
    await erin.page.goto(link)
    await expect(erin.page.get_by_text("bob invites you to secret.")).to_be_visible()
    await erin.page.reload()
    await expect(erin.page.get_by_text("bob invites you to secret.")).to_be_visible()
    await erin.page.get_by_role("textbox", name="Your name").fill("erin")
    await erin.button("Join").click()
    await erin.is_in("secret")
    await erin.say("Thanks for the link")
    await bob.button("Close").click()
    await bob.sees("Thanks for the link")


async def test_somebody_who_is_signed_in_joins_with_one_click_or_not(person: Arrive) -> None:
    bob, alice = await person("bob"), await person("alice")
    await bob.make_room("secret", "Private")
    link = await make_link(bob)
    await alice.page.goto(link)
    await alice.button("Not now").click()
    await alice.is_in("Lobby")
    await alice.page.goto(link)
    await alice.button("Join secret").click()
    await expect(alice.composer).to_be_visible()
    await alice.is_in("secret")
    await alice.page.goto(link)
    await expect(alice.page.get_by_role("heading", name="You're in secret already")).to_be_visible()
    await alice.button("Open secret").click()
    await alice.is_in("secret")


async def test_a_revoked_link_says_so_and_leads_on(person: Arrive) -> None:
    bob, alice = await person("bob"), await person("alice")
    await bob.make_room("secret", "Private")
    link = await make_link(bob)
    await bob.button("Revoke").click()
    await expect(bob.button("Revoke")).to_have_count(0)
    await expect(bob.dialog.get_by_text(LINK)).to_have_count(0)
    await alice.page.goto(link)
    await expect(alice.page.get_by_role("alert")).to_contain_text("expired, or it was used or revoked")
    await alice.button("Continue without it").click()
    await alice.is_in("Lobby")
    alice.complaints.clear()  # about the refusal
