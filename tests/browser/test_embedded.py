"""The browser client in a host application, under a prefix, with the host's login."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Mount, Route

from chatrooms import Chatrooms, Settings, User
from tests.browser.visitor import Visitor
from tests.servers import QUICK, serving


async def by_login(handshake):
    """Return the host's user, whose ids are addresses of e-mail."""
    login = handshake.cookies.get("login")
    return login and User(f"{login}@example.com", login.capitalize())


async def log_in(request: Request) -> RedirectResponse:
    response = RedirectResponse("/chat/")
    response.set_cookie("login", request.path_params["name"])
    return response


@pytest.fixture
def chat(tmp_path: Path) -> Chatrooms:
    return Chatrooms(Settings(data=tmp_path, name="Acme", **QUICK), authenticate=by_login)


@pytest.fixture
async def host(chat: Chatrooms):
    routes = [Route("/login/{name}", log_in), Mount("/chat", chat)]
    async with serving(Starlette(routes=routes, lifespan=chat.lifespan), lifespan="on") as url:
        yield url


async def test_people_logged_in_with_the_host_need_not_join(browser: Browser, host: str) -> None:
    visitors = []
    for name in ("alice", "bob"):
        visitor = await Visitor.open(await browser.new_context(), f"{host}/login/{name}", name)
        await visitor.is_in("Lobby")
        visitors.append(visitor)
    alice, bob = visitors
    await alice.say("Howdy")
    await bob.sees("Howdy")
    await bob.page.reload()
    await bob.sees("Howdy")
    await bob.button("Account of Bob").click()
    await expect(bob.button("Edit profile")).to_be_visible()
    await expect(bob.button("Sign out")).to_have_count(0)
    for visitor in visitors:
        assert visitor.complaints == []
        await visitor.context.close()


async def test_the_application_greets_each_user_a_while_after_they_connect(
    browser: Browser, host: str, chat: Chatrooms
) -> None:
    connected, moment, answers = Counter[str](), asyncio.Event(), []

    @chat.on_connect
    async def greet(id, handshake):
        connected[id] += 1
        if connected[id] > 1:
            return
        await moment.wait()
        text = "Howdy, User 1!" if id == "alice@example.com" else "Hey there, User 2"
        await chat.post(id, text)

    @chat.on_message
    async def hear(message):
        if message["room"].endswith("+system"):
            answers.append((await chat.user_id(message["author"]), message["text"]))
            await chat.post(room=message["room"], text="You are welcome", reply_to=message["id"])

    alice = await Visitor.open(await browser.new_context(), f"{host}/login/alice", "alice")
    await alice.is_in("Lobby")
    second = await alice.another_tab()
    await second.is_in("Lobby")
    bob = await Visitor.open(await browser.new_context(), f"{host}/login/bob", "bob")
    await bob.is_in("Lobby")
    await alice.say("Nobody waits for a greeting")
    moment.set()
    for tab in (alice, second, bob):
        await tab.has_unread("Acme", 1)
    for tab, text in ((alice, "Howdy, User 1!"), (second, "Howdy, User 1!"), (bob, "Hey there, User 2")):
        await tab.go_to("Acme")
        await tab.sees(text)
    await expect(bob.page.get_by_text("Howdy, User 1!")).to_have_count(0)
    await second.say("Thank you")
    await alice.sees("You are welcome")
    assert answers == [("alice@example.com", "Thank you")]
    for visitor in (alice, second, bob):
        assert visitor.complaints == []
    for visitor in (alice, bob):
        await visitor.context.close()


async def test_a_signal_of_the_application_reaches_the_page(browser: Browser, host: str, chat: Chatrooms) -> None:
    alice = await Visitor.open(await browser.new_context(), f"{host}/login/alice", "alice")
    await alice.is_in("Lobby")
    await alice.page.evaluate("""() => {
        window.told = new Promise((tell) => addEventListener("chatrooms:signal", ({ detail }) => tell(detail)));
    }""")
    await chat.signal("alice@example.com", "greeting", {"n": 1})
    told = await alice.page.evaluate("() => window.told")
    assert told == {"room": "alice", "from": "system", "type": "greeting", "data": {"n": 1}}
    await alice.context.close()


async def test_people_without_a_login_are_asked_to_log_in(browser: Browser, host: str) -> None:
    visitor = await Visitor.open(await browser.new_context(), f"{host}/chat/", "nobody")
    await expect(visitor.page.get_by_role("heading", name="Log in first")).to_be_visible()
    await visitor.context.close()
