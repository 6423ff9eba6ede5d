"""A lobby with many messages, and scrolling back to the first one."""

from __future__ import annotations

import asyncio

from playwright.async_api import expect

from tests.browser.visitor import Visitor
from tests.people import connect
from tests.servers import RunningServer

TOGETHER = 20


async def fill_lobby(server: RunningServer, number: int) -> None:
    async with connect(server.url, "historian") as historian:
        for start in range(1, number + 1, TOGETHER):
            lines = range(start, min(start + TOGETHER, number + 1))
            await asyncio.gather(*(historian.say("#lobby", f"line {line}.") for line in lines))


async def scroll_to_the_start(visitor: Visitor) -> None:
    """Scroll up with the wheel until the beginning is shown."""
    beginning = visitor.log.get_by_text("This is the beginning of the room.")
    first = visitor.log.get_by_role("article").first
    await visitor.log.hover()
    while not await beginning.count():
        was = await first.inner_text()
        await visitor.page.mouse.wheel(0, -100_000)
        await expect(first).not_to_have_text(was, use_inner_text=True)
    await visitor.page.mouse.wheel(0, -100_000)
