"""Who can come in: what the front page, an invitation and the beginning of a room offer, as admins change it."""

from __future__ import annotations

from playwright.async_api import expect

from tests.appointing import appoint
from tests.browser.conftest import Arrive
from tests.browser.visitor import Visitor
from tests.people import Person, connect
from tests.servers import RunningServer


async def chooses(olga: Person, way: str) -> None:
    await olga.run("server.update", sign_up=way)


async def heads(visitor: Visitor, title: str) -> None:
    """Expect the page's heading, after opening the page anew."""
    await visitor.page.goto("about:blank")
    await visitor.page.goto(visitor.url)
    await expect(visitor.page.get_by_role("heading", name=title)).to_be_visible()


async def test_the_page_and_the_beginning_of_a_room_offer_what_works_while_it_changes(
    person: Arrive, own_server: RunningServer
) -> None:
    async with connect(own_server.url, "olga") as olga:
        await appoint(own_server.chat, "olga", "owner")
        bob, erin = await person("bob"), await person("erin", joined=False)
        name, start = erin.page.get_by_role("textbox", name="Your name"), bob.page.locator(".room-start")
        await expect(start).to_contain_text("Invite people with this link:")
        await expect(bob.button("Copy")).to_be_visible()

        await chooses(olga, "approval")
        await expect(start).to_contain_text("New people ask to join by this address:")
        await heads(erin, "Ask to join Chatrooms")
        await name.fill("erin")
        await erin.button("Continue").click()
        await expect(erin.page.get_by_label("Who are you?")).to_be_visible()
        erin.complaints.clear()  # about the refusal

        await chooses(olga, "closed")
        await expect(bob.button("Copy")).to_have_count(0)
        await expect(bob.page.locator(".room-start button")).to_have_count(0)
        await heads(erin, "Sign in to Chatrooms")
        await expect(erin.page.get_by_text("This server isn't accepting new members.")).to_be_visible()
        await expect(name).to_have_count(0)

        await chooses(olga, "invite")
        await start.get_by_role("button", name="Invite people").click()
        await bob.button("Create a link").click()
        link = await bob.dialog.locator("code", has_text="#/invite/").text_content() or ""
        await heads(erin, "Sign in to Chatrooms")
        await expect(erin.page.get_by_text("Have an invitation?")).to_be_visible()
        await erin.button("Sign in with a password").click()
        await erin.button("Back").click()
        await expect(name).to_have_count(0)

        await chooses(olga, "closed")
        await erin.page.goto(link)
        await expect(erin.page.get_by_text("bob invites you to Lobby. This server isn't accepting")).to_be_visible()
        await expect(name).to_have_count(0)
        await chooses(olga, "invite")
        await erin.page.reload()
        await name.fill("erin")
        await erin.button("Join").click()
        await erin.is_in("Lobby")
