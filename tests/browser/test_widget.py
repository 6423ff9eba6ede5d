"""The chat in pages of a host application: the elements, the script, and what other sites' pages cannot do."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route

from chatrooms import Chatrooms, Settings, User
from tests.browser import axe
from tests.browser.conftest import PATIENCE_MS
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
