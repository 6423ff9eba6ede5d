"""The browser client in a host application, under a prefix, with the host's login."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Mount, Route

from chatrooms import Chatrooms, Settings
from tests.browser.visitor import Visitor
from tests.servers import QUICK, serving


async def by_login(handshake):
    return handshake.cookies.get("login")


async def log_in(request: Request) -> RedirectResponse:
    response = RedirectResponse("/chat/")
    response.set_cookie("login", request.path_params["name"])
    return response


@pytest.fixture
async def host(tmp_path: Path):
    chat = Chatrooms(Settings(data=tmp_path, **QUICK), authenticate=by_login)
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
    await bob.button("Account of bob").click()
    await expect(bob.button("Edit profile")).to_be_visible()
    await expect(bob.button("Sign out")).to_have_count(0)
    for visitor in visitors:
        assert visitor.complaints == []
        await visitor.context.close()


async def test_people_without_a_login_are_asked_to_log_in(browser: Browser, host: str) -> None:
    visitor = await Visitor.open(await browser.new_context(), f"{host}/chat/", "nobody")
    await expect(visitor.page.get_by_role("heading", name="Log in first")).to_be_visible()
    await visitor.context.close()
