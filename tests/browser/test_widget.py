"""The chat in pages of a host application: the elements, the script, and what other sites' pages cannot do."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Mount, Route

from chatrooms import Chatrooms, Settings
from tests.browser import axe
from tests.browser.conftest import PATIENCE_MS
from tests.doors import post
from tests.servers import QUICK, serving
from tests.test_readme import serving as printed

GUIDE = (Path(__file__).parents[2] / "docs" / "widget.md").read_text()
COMMAND = "uvicorn corner:app --ws websockets-sansio"
VIOLATIONS = """
async () => (await axe.run(document.querySelector("chat-room"), {resultTypes: ["violations"]})).violations
  .map(({id, nodes}) => `${id}: ${nodes[0].html}`)
"""
"""JavaScript: what axe finds wrong in the element."""


@asynccontextmanager
async def opening(browser: Browser, url: str, **cookies: str) -> AsyncIterator[Page]:
    """Open a page in a browser of its own; at the end its console may show no error."""
    context = await browser.new_context()
    context.set_default_timeout(PATIENCE_MS)
    await context.add_cookies([{"name": name, "value": value, "url": url} for name, value in cookies.items()])
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(url)
    yield page
    await context.close()
    assert complaints == []


async def say(page: Page, text: str, element: str = "chat-room") -> None:
    box = page.locator(element).get_by_role("textbox")
    await box.fill(text)
    await box.press("Enter")


def shown(page: Page, text: str, element: str = "chat-room"):
    return page.locator(element).get_by_role("log").get_by_text(text, exact=True)


async def test_the_page_in_the_guide_runs_as_printed(browser: Browser, tmp_path: Path) -> None:
    program, *_ = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    async with (
        printed(tmp_path, "corner.py", program, COMMAND) as url,
        opening(browser, url, login="s3cret") as ann,
        opening(browser, f"{url}/help") as visitor,
    ):
        await say(visitor, "Where is **my** order?")
        await expect(shown(ann, "my")).to_have_css("font-weight", "700")
        await expect(ann.locator("output")).to_have_text("visitor: Where is **my** order?")
        await say(ann, "On its way")
        await expect(shown(visitor, "On its way")).to_be_visible()
        await expect(visitor.get_by_role("heading", name="Ask us")).to_be_visible()
        await visitor.evaluate(axe.script())
        assert await visitor.evaluate(VIOLATIONS) == []
        stranger = await visitor.context.new_page()
        await stranger.goto(url)
        await expect(stranger.get_by_role("alert")).to_contain_text("Open the chat")


class Shop:
    """An application of another origin, whose pages hold what the test wants."""

    def __init__(self) -> None:
        self.server, self.token = "", ""
        self.app = Starlette(routes=[Route("/{element:path}", self._page)])

    def _page(self, request) -> HTMLResponse:
        element = request.path_params["element"].replace("$", f'server="{self.server}" token="{self.token}"')
        return HTMLResponse(f'<!doctype html><script type="module" src="{self.server}/widget.js"></script>{element}')


async def by_login(handshake):
    return handshake.cookies.get("login")


ACT = """
server => fetch(`${server}/api/message.post`, {
  method: "POST", credentials: "include", body: JSON.stringify({room: "#lobby", text: "not mine"}),
}).then(answer => answer.status, () => "no answer")
"""
"""JavaScript: what a page of another site tries in the name of its visitor, whose cookie the browser sends."""


async def cut_off(chat: Chatrooms, username: str) -> None:
    """End the connections of a person, as a network that fails does."""
    for sid in chat.sockets_in(username):
        await chat._server.disconnect(sid)


async def test_two_people_on_pages_of_another_origin_only_if_it_is_listed(browser: Browser, tmp_path: Path) -> None:
    shop, evil = Shop(), Shop()
    async with AsyncExitStack() as stack:
        here, elsewhere = [await stack.enter_async_context(serving(each.app)) for each in (shop, evil)]
        chat = Chatrooms(Settings(data=tmp_path, origins=(here,), **QUICK), authenticate=by_login)
        await stack.enter_async_context(chat.lifespan())
        shop.server = evil.server = await stack.enter_async_context(serving(chat))
        await chat.add_user("bob")
        shop.token = await chat.hand_over("alice")
        alice = await stack.enter_async_context(opening(browser, f'{here}/<chat-with user="bob" $></chat-with>'))
        shop.token = await chat.hand_over("bob")
        bob = await stack.enter_async_context(opening(browser, f'{here}/<chat-unread user="alice" $></chat-unread>'))
        await say(alice, "Are you **there**?", "chat-with")
        await expect(bob.get_by_text("1 unread message", exact=True)).to_be_attached()
        await cut_off(chat, "alice")
        await say(alice, "It is urgent", "chat-with")
        await expect(bob.get_by_text("2 unread messages", exact=True)).to_be_attached()
        await bob.evaluate("""() => {
            const element = document.createElement("chat-with");
            const {attributes} = document.querySelector("chat-unread");
            for (const {name, value} of attributes) element.setAttribute(name, value);
            document.body.append(element);
        }""")
        await expect(shown(bob, "It is urgent", "chat-with")).to_have_count(1)
        await expect(shown(bob, "there", "chat-with")).to_have_css("font-weight", "700")
        await expect(bob.get_by_text("unread message")).to_have_count(0)
        assert len(chat.sockets_in("bob")) == 1

        other = await stack.enter_async_context(opening(browser, f"{elsewhere}/<chat-room $></chat-room>", login="bob"))
        assert await other.evaluate("customElements.get('chat-room') === undefined")
        assert await other.evaluate(ACT, shop.server) == "no answer"
        assert "not mine" not in [row["text"] for row in (await history(chat))]


BEARER = """<!doctype html>
<script type="module" src="/chat/widget.js"></script>
<chat-room room="#lobby"></chat-room>
<output></output>
<script type="module">
  import { connect } from "/chat/client.js";
  const room = () => document.querySelector("chat-room");
  async function open(name, element) {
    const headers = { Authorization: `Bearer ${name}` };
    const token = async () => (await fetch("/token", { headers })).text();
    element.token = token;
    const chat = await connect({ token });
    chat.onMessage(({ author, text }) => (document.querySelector("output").textContent = `${author}: ${text}`));
    window.change = (another) => {
      const other = document.createElement("chat-room");
      other.setAttribute("room", "#lobby");
      chat.close();
      room().replaceWith(other);
      return open(another, other);
    };
  }
  open("alice", room());
</script>
"""
FETCHED = """<!doctype html>
<script type="module" src="/chat/widget.js"></script>
<chat-room room="#lobby" token-url="/token"></chat-room>
<output></output>
<script type="module">
  import { connect } from "/chat/client.js";
  const chat = await connect({ tokenUrl: "token" });
  document.querySelector("output").textContent = chat.user.username;
</script>
"""


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[str]:
    """Serve pages whose people have a token that a script holds, or a session that the chat does not know."""

    async def nobody(handshake):
        return None

    chat = Chatrooms(Settings(data=tmp_path, **QUICK), authenticate=nobody)

    async def token(request) -> PlainTextResponse:
        return PlainTextResponse(await chat.hand_over(request.headers.get("authorization", "Bearer carol")[7:]))

    routes = [
        Route("/bearer", lambda _: HTMLResponse(BEARER)),
        Route("/fetched", lambda _: HTMLResponse(FETCHED)),
        Route("/token", token),
        Mount("/chat", chat),
    ]
    async with serving(Starlette(routes=routes, lifespan=chat.lifespan), lifespan="on") as url:
        yield url


async def test_a_script_with_a_token_of_its_own_lets_people_in_one_after_the_other(browser: Browser, site: str) -> None:
    async with opening(browser, f"{site}/bearer") as page:
        await say(page, "from alice")
        await expect(page.locator("output")).to_have_text("alice: from alice")
        await page.evaluate("change('bob')")
        await say(page, "from bob")
        await expect(page.locator("output")).to_have_text("bob: from bob")
        await expect(shown(page, "from alice")).to_be_visible()


async def test_a_script_shares_the_connection_of_elements_that_fetch_a_token(browser: Browser, site: str) -> None:
    async with opening(browser, f"{site}/fetched") as page:
        await say(page, "from carol")
        await expect(page.locator("output")).to_have_text("carol")


async def history(chat: Chatrooms) -> list[dict]:
    return (await chat.run("history", {"room": "#lobby"}, username="bob"))["messages"]


async def test_people_react_and_talk_in_a_thread(browser: Browser, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        shop = Shop()
        here = await stack.enter_async_context(serving(shop.app))
        chat = Chatrooms(Settings(data=tmp_path, origins=(here,), **QUICK), authenticate=by_login)
        await stack.enter_async_context(chat.lifespan())
        shop.server = await stack.enter_async_context(serving(chat))
        pages = []
        for name in ("alice", "bob"):
            shop.token = await chat.hand_over(name)
            address = f'{here}/<chat-room room="%23lobby" $></chat-room>'
            pages.append(await stack.enter_async_context(opening(browser, address)))
        alice, bob = pages
        await say(alice, "Tea or coffee?")
        asked = bob.get_by_role("article").filter(has_text="Tea or coffee?")
        await asked.hover()
        await asked.get_by_role("button", name="React", exact=True).click()
        await asked.get_by_role("group", name="React with").get_by_role("button").first.click()
        chip = alice.get_by_role("group", name="Reactions").get_by_role("button")
        await expect(chip).to_have_attribute("aria-pressed", "false")
        await chip.click()
        await expect(chip).to_have_attribute("aria-pressed", "true")
        await expect(bob.get_by_role("group", name="Reactions").get_by_role("button")).to_contain_text("2")
        await chip.click()
        await expect(bob.get_by_role("group", name="Reactions").get_by_role("button")).to_contain_text("1")

        await asked.get_by_role("button", name="Reply in thread").click()
        await expect(bob.get_by_role("button", name="Back to Lobby")).to_be_focused()
        await expect(bob.get_by_role("region", name="Thread")).to_contain_text("No replies yet.")
        await say(bob, "Tea, please")
        await alice.get_by_role("button", name="1 reply").click()
        await expect(shown(alice, "Tea, please")).to_be_visible()
        await cut_off(chat, "alice")
        await say(alice, "With milk?")
        await expect(shown(bob, "With milk?")).to_be_visible()
        await bob.evaluate(axe.script())
        assert await bob.evaluate(VIOLATIONS) == []
        await bob.keyboard.press("Escape")
        await expect(asked.get_by_role("button", name="Reply in thread")).to_be_focused()
        await expect(asked.get_by_role("button", name="2 replies")).to_be_visible()
        await expect(shown(bob, "Tea, please")).to_have_count(0)

        await run(shop, "user.block", username="alice")
        folded = bob.get_by_role("article").filter(has_text="Message of a person you blocked.")
        await expect(shown(bob, "Tea or coffee?")).to_have_count(0)
        await folded.get_by_role("button", name="Show").click()
        await expect(shown(bob, "Tea or coffee?")).to_be_visible()

        thread = alice.get_by_role("region", name="Thread")
        await thread.get_by_role("textbox").fill("And sugar?")
        shop.token = await chat.hand_over("alice")
        said = (await run(shop, "history", room="#lobby"))["messages"]
        await run(shop, "message.delete", id=next(each["id"] for each in said if each["text"] == "Tea or coffee?"))
        await expect(thread).to_contain_text("no one can reply to it")
        await expect(thread).to_contain_text("And sugar?")


async def run(shop: Shop, command: str, **params: str) -> Any:
    """Run a command as the one who was handed over last."""
    headers = {"Authorization": f"Bearer {shop.token}"}
    status, answer, _ = await post(shop.server, f"/api/{command}", params, headers=headers)
    assert status == 200, answer
    return answer["result"]
