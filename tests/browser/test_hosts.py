"""Where the host application signs people in: to its login and back, and the way home; and a chat without a lobby."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Browser, expect
from starlette.routing import Router

from chatrooms import Chatrooms, Settings, User
from chatrooms.errors import Forbidden
from tests.browser.visitor import Visitor
from tests.hosts import program, uvicorn
from tests.servers import QUICK, running, serving


class Banned(Forbidden):
    """The application's own refusal."""

    code, default = "banned", "You are banned from this shop."


async def test_people_log_in_where_the_host_says_and_come_back_to_where_they_wanted(
    browser: Browser, tmp_path: Path
) -> None:
    async with program(tmp_path, *uvicorn("starlette_shop:app")) as url:
        ann = await Visitor.open(await browser.new_context(), f"{url}/chat/#/p/system", "ann")
        await ann.sees("How can we help?")
        assert ann.page.url == f"{url}/chat/#/p/system"
        await ann.say("Where is my parcel?")
        await ann.sees("You said: Where is my parcel?")
        await ann.button("Account of Ann").click()
        await expect(ann.page.get_by_role("link", name="Back to Shop")).to_have_attribute("href", "/")
        await ann.context.clear_cookies()
        await ann.page.route("**/login?*", lambda route: route.fulfill(body="Our login", content_type="text/html"))
        await ann.page.goto("about:blank")
        await ann.page.goto(f"{url}/chat/")
        await ann.page.wait_for_url(f"{url}/login?next=%2Fchat%2F")
        await ann.page.goto(f"{url}/chat/")
        await expect(ann.page.get_by_role("link", name="Log in")).to_have_attribute(
            "href", f"{url}/login?next=%2Fchat%2F"
        )
        await ann.context.close()


async def test_without_a_lobby_the_page_says_how_to_begin_and_opens_on_what_comes(
    browser: Browser, tmp_path: Path
) -> None:
    async with running(tmp_path, lobby="") as server:
        ann = await Visitor.open(await browser.new_context(), server.url, "ann")
        await ann.page.get_by_role("textbox", name="Your name").fill("ann")
        await ann.button("Join").click()
        await expect(ann.page.get_by_role("heading", name="No conversations yet")).to_be_visible()
        await expect(ann.page).to_have_title("Chatrooms")
        await ann.page.get_by_role("main").get_by_role("button", name="Browse rooms").click()
        await expect(ann.dialog.get_by_text("You've joined every open room.")).to_be_visible()
        await ann.button("Close").click()
        await server.chat.post("ann", "Welcome")
        await ann.sees("Welcome")
        assert ann.complaints == []
        await ann.context.close()


async def test_whom_the_application_turns_away_while_connected_reads_its_reason(
    browser: Browser, tmp_path: Path
) -> None:
    banned: set[str] = set()

    async def authenticate(_handshake: object) -> User:
        if banned:
            raise Banned
        return User(id="ann", name="Ann")

    chat = Chatrooms(Settings(data=tmp_path, **QUICK), authenticate=authenticate)
    async with chat.lifespan(), serving(chat) as url:
        ann = await Visitor.open(await browser.new_context(), url, "ann")
        await ann.is_in("Lobby")
        banned.add("ann")
        await chat.disconnect("ann")
        await expect(ann.page.get_by_role("alert")).to_have_text("You are banned from this shop.")
        await ann.context.close()


async def test_where_people_log_in_at_the_application_no_other_name_is_offered(
    browser: Browser, tmp_path: Path
) -> None:
    async def who(_handshake):
        return User("ann")

    chat = Chatrooms(Settings(data=tmp_path / "chat", **QUICK), authenticate=who)

    async def shadowed(scope, receive, send):
        """Answer at the address of its sockets as another server of the application does."""
        await (Router() if scope.get("path") == "/socket.io/" else chat)(scope, receive, send)

    async with serving(shadowed, lifespan="on") as url:
        ann = await Visitor.open(await browser.new_context(), url, "ann")
        await expect(ann.page.get_by_role("heading", name="Can't reach the server")).to_be_visible()
        await expect(ann.page.get_by_role("alert").get_by_role("button")).to_have_text(["Try now"])
        await ann.context.close()
