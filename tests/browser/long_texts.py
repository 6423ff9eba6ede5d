"""Measure how long a room of long texts takes to open: ``python -m tests.browser.long_texts``."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from tests.browser.conftest import ARGUMENTS
from tests.browser.tasks import tasks_of
from tests.browser.visitor import Visitor
from tests.people import connect
from tests.servers import RunningServer, running
from tests.services.chromium import chromium

MESSAGES = 1_000
LONGEST = 10_000
TOGETHER = 20
TRIES = 5
TEXTS = (
    "Some *words* in **bold**, `code`, ~~gone~~ and [a link](https://example.org).\n\n",
    "2026-11-25 21:50 [INFO] my_app.server: <GET /foo/bar_baz?x=1*2> took **5** ms, see https://example.org/a_b\n",
    "*a" * 40,
    "- One thing\n  - and *another*\n",
    "plain words, many of them, ",
)
UNFOLDED = {
    "code": "```js\n" + "a=1;b=2;\n" * 1_100 + "```",
    "lines": "a\n" * 4_990,
    "items": "- a\n" * 2_490,
    "a line": "word " * 1_990,
    "emphasis": "*a* " * 2_490,
    "links": "http://a.b " * 900,
    "mentions": "@alice " * 1_400,
}
OPEN = """
async target => {
  const start = performance.now();
  location.hash = target;
  while (!document.querySelector(".log article")) await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  await new Promise(done => setTimeout(done));
  const took = performance.now() - start;
  await new Promise(done => setTimeout(done, 1000));
  return took;
}
"""
"""JavaScript: the milliseconds until the room is on screen; then what is around the screen is rendered as well."""


SETTLED = "new Promise(done => setTimeout(done, 1500))"


async def fill(server: RunningServer) -> str:
    """Post the texts as Alice to a room of hers; return her token."""
    async with connect(server.url, "alice") as alice:
        await alice.run("room.create", name="pastes")
        for start in range(0, MESSAGES, TOGETHER):
            units = [TEXTS[number % len(TEXTS)] for number in range(start, start + TOGETHER)]
            await asyncio.gather(*(alice.say("#pastes", unit * (LONGEST // len(unit))) for unit in units))
        return str(alice.token)


async def measure_opening(browser: Browser, visitor: Visitor) -> None:
    """Print what a room of such texts takes to open."""
    for _ in range(TRIES):
        async with tasks_of(browser, visitor.page) as tasks:
            took = await visitor.page.evaluate(OPEN, "#/r/pastes")
        await visitor.go_to("Lobby")
        print(f"a room of {MESSAGES} messages of {LONGEST} characters opens in {took:.0f} ms   <= 300 ms")
        print(f"  processor: {tasks.longest:.0f} ms in a task   <= 50 ms; {tasks.total:.0f} ms in all")


async def measure_unfolding(browser: Browser, visitor: Visitor, url: str) -> None:
    """Print what a long message takes to show in full."""
    async with connect(url, "bob") as bob:
        for name, text in UNFOLDED.items():
            message = visitor.log.locator(f"[data-seq='{(await bob.say('#lobby', text))['seq']}']")
            more = message.get_by_role("button", name="Show more")
            await more.wait_for()
            async with tasks_of(browser, visitor.page) as tasks:
                await more.click()
                await visitor.page.evaluate(SETTLED)
            await message.get_by_role("button", name="Show less").click()
            print(f"{name}, in full: {tasks.longest:.0f} ms in a task   <= 50 ms; {tasks.total:.0f} ms in all")


async def main() -> None:
    with tempfile.TemporaryDirectory() as data:
        async with running(Path(data)) as server, async_playwright() as playwright:
            token = await fill(server)
            browser = await playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
            context = await browser.new_context(viewport={"width": 1280, "height": 800})
            await context.add_cookies([{"name": "chatrooms-alice", "value": token, "url": server.url}])
            visitor = await Visitor.open(context, server.url, "alice")
            await visitor.join()
            await measure_opening(browser, visitor)
            await measure_unfolding(browser, visitor, server.url)
            await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
