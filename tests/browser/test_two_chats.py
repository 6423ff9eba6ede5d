"""Two chats on one host, in one browser: what each keeps never meets the other's."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect
from starlette.applications import Starlette
from starlette.routing import Mount

from chatrooms import Chatrooms, Settings
from tests.browser.conftest import PATIENCE_MS
from tests.browser.test_signing_out import sign_out
from tests.browser.visitor import Visitor
from tests.servers import QUICK, serving

CACHES = "async () => (await caches.keys()).map((name) => name.split(' ')[1]).sort()"


@pytest.fixture
async def two(tmp_path: Path):
    """Run two chats of their own in one application."""
    red, blue = (Chatrooms(Settings(data=tmp_path / name, **QUICK)) for name in ("red", "blue"))
    routes = [Mount("/red", red), Mount("/blue", blue)]
    async with red.lifespan(), blue.lifespan(), serving(Starlette(routes=routes)) as url:
        yield f"{url}/red/", f"{url}/blue/"


async def test_the_same_name_in_two_chats_is_two_people(browser: Browser, two: tuple[str, str]) -> None:
    context = await browser.new_context()
    context.set_default_timeout(PATIENCE_MS)
    red, blue = [await Visitor.open(context, url, "carol") for url in two]
    for visitor, text in ((red, "In red"), (blue, "In blue")):
        await visitor.join()
        await visitor.say(text)
        await visitor.page.evaluate("() => navigator.serviceWorker.ready")
    for visitor, mine, other in ((red, "In red", "In blue"), (blue, "In blue", "In red")):
        await visitor.page.reload()
        await visitor.sees(mine)
        await expect(visitor.page.get_by_text(other)).to_have_count(0)
    assert await red.page.evaluate(CACHES) == ["/blue/", "/red/"]
    await sign_out(red)
    await expect(red.page.get_by_role("textbox", name="Your name")).to_be_visible()
    await blue.page.reload()
    await blue.sees("In blue")
    await blue.say("Still here")
    await blue.has_everything()
    assert red.complaints == blue.complaints == []
    await context.close()
