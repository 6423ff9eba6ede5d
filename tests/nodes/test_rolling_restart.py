"""Nodes behind nginx restart one after the other under load: no command fails for good, and nobody seems offline."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Browser, Page

from chatrooms.client import Client
from tests.browser.conftest import PATIENCE_MS, browser  # noqa: F401 - a fixture
from tests.client.waiting import stored
from tests.nodes.proxied import behind_nginx
from tests.people import PATIENCE

pytestmark = pytest.mark.slow

KINDS = {"bob": ("websocket",), "carol": ("polling",), "dave": ("websocket",)}
POSTS = 10
WATCH = """() => {
  window.seen = new Set();
  const signs = ".offline-banner, .pending.offline, .presence.offline, h3";
  const look = () => {
    for (const { className, textContent } of document.querySelectorAll(signs))
      if (/offline|unknown/i.test(className + textContent)) window.seen.add(`${className}: ${textContent}`);
  };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true });
}"""
"""Notes whatever says that somebody is offline, or might be, however short it is shown."""


@asynccontextmanager
async def meanwhile(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Work inside this context; raises what the work raises."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        if task.done():
            task.result()
        task.cancel()


class Talker:
    """A client that posts one message after the other."""

    def __init__(self, client: Client, name: str) -> None:
        self.client, self.name, self.said = client, name, []

    async def post(self) -> None:
        for number in itertools.count():
            await self.client.post("#lobby", f"{self.name} {number}")
            self.said.append(f"{self.name} {number}")
            await asyncio.sleep(0.02)

    async def has_posted(self, more: int) -> None:
        wanted = len(self.said) + more
        async with asyncio.timeout(PATIENCE):
            while len(self.said) < wanted:
                await asyncio.sleep(0.01)


@asynccontextmanager
async def asking(url: str, token: str) -> AsyncIterator[list[int]]:
    """Run commands over HTTP all the time, without trying again; yield the statuses of the answers."""
    statuses: list[int] = []

    async def ask() -> None:
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as http:
            while True:
                async with http.post(f"{url}api/user.me", json={}) as answer:
                    statuses.append(answer.status)

    async with meanwhile(ask()):
        yield statuses


@asynccontextmanager
async def watching(client: Client, *usernames: str) -> AsyncIterator[list[str]]:
    """Yield the states of people that a client hears."""
    states: list[str] = []
    signals = client.signals()

    async def listen() -> None:
        async for signal in signals:
            if signal.type == "presence":
                states.append(signal.data["state"])  # noqa: PERF401 - at once, as others look

    await client.run("presence.watch", usernames=list(usernames))
    async with meanwhile(listen()):
        yield states


async def join(page: Page, url: str, name: str) -> None:
    await page.goto(url)
    await page.get_by_role("textbox", name="Your name").fill(name)
    await page.get_by_role("button", name="Join").click()
    await page.get_by_role("heading", level=1, name="Lobby").wait_for()


@asynccontextmanager
async def page_of(browser: Browser, url: str, name: str) -> AsyncIterator[Page]:  # noqa: F811 - a fixture
    context = await browser.new_context(ignore_https_errors=True)
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    await join(page, url, name)
    yield page
    await context.close()


async def test_nobody_notices_that_nodes_restart(tmp_path, created_database, proxy_program, browser):  # noqa: F811
    async with AsyncExitStack() as stack:
        site = await stack.enter_async_context(behind_nginx(tmp_path / "site", created_database, proxy_program))
        clients = {
            name: await stack.enter_async_context(Client(site.plain, username=name, transports=how))
            for name, how in KINDS.items()
        }
        page = await stack.enter_async_context(page_of(browser, site.url, "alice"))
        await page.get_by_role("button", name="4 members").click()
        await page.get_by_role("heading", name="Online 4").wait_for()
        await page.evaluate(WATCH)
        states = await stack.enter_async_context(watching(clients["dave"], "alice", "bob", "carol"))
        statuses = await stack.enter_async_context(asking(site.plain, clients["bob"].token))
        talkers = [Talker(client, name) for name, client in clients.items()]
        for talker in talkers:
            await stack.enter_async_context(meanwhile(talker.post()))
        for number, node in enumerate(site.nodes):
            ending = asyncio.create_task(node.end())
            await page.get_by_role("textbox", name="Message ").fill(f"alice {number}")
            await page.keyboard.press("Enter")
            assert await ending == 0
            await asyncio.gather(*(talker.has_posted(POSTS) for talker in talkers))
            await node.start()
            await asyncio.gather(*(talker.has_posted(POSTS) for talker in talkers))
        said = {talker.name: list(talker.said) for talker in talkers}
        texts = [row["text"] for row in await stored(clients["bob"], "#lobby")]
        for name, mine in said.items():
            assert [text for text in texts if text.startswith(f"{name} ")][: len(mine)] == mine
        assert len(texts) == len(set(texts))
        assert [text for text in texts if text.startswith("alice ")] == ["alice 0", "alice 1"]
        assert "offline" not in states and set(statuses) == {200}
        assert await page.evaluate("[...window.seen]") == []


async def test_polling_without_stickiness_is_refused_and_clients_fall_back(tmp_path, created_database, proxy_program):
    def in_turn(config: str) -> str:
        assert "hash $remote_addr consistent;" in config
        return config.replace("hash $remote_addr consistent;", "")

    async with (
        behind_nginx(tmp_path / "site", created_database, proxy_program, change=in_turn) as site,
        aiohttp.ClientSession() as http,
    ):
        address, statuses = f"{site.plain}socket.io/?EIO=4&transport=polling", set()
        async with http.get(address) as answer:
            sid = (await answer.text()).split('"sid":"')[1].split('"')[0]
        for _ in range(2):
            async with http.post(f"{address}&sid={sid}", data="3") as answer:
                statuses.add(answer.status)
        assert 400 in statuses
        async with Client(site.plain, username="alice", transports=("polling", "websocket")) as alice:
            await alice.post("#lobby", "by another way")
            assert [row["text"] for row in await stored(alice, "#lobby")][-1] == "by another way"
