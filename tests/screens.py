"""Take screenshots of every view, wide and narrow, light and dark: ``python -m tests.screens``."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import product
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from tests.appointing import appoint
from tests.browser.conftest import ARGUMENTS
from tests.browser.views import VIEWS, come_in, furnish
from tests.browser.visitor import Visitor
from tests.people import connect
from tests.servers import running
from tests.services.chromium import chromium

SETTLED = """() => document.getAnimations().every(
  (animation) => animation.playState !== "running" || animation.effect.getTiming().iterations === Infinity
)"""
"""JavaScript: whether all fade-in animations have finished."""
WIDTHS = {
    "wide": {"width": 1440, "height": 900},
    "narrow": {"width": 390, "height": 780},
    "widest": {"width": 1920, "height": 1080},
    "narrowest": {"width": 320, "height": 568},
}
"""The last is also a window of 1,280 pixels at 400 %."""


@asynccontextmanager
async def furnished(data: Path) -> AsyncIterator[tuple[str, str]]:
    """Start a server with some messages; return its URL and Alice's token."""
    async with (
        running(data, requests=True) as server,
        connect(server.url, "alice") as alice,
        connect(server.url, "bob") as bob,
        connect(server.url, "carol") as carol,
    ):
        await furnish(alice, bob, carol)
        await appoint(server.chat, "alice", "owner")
        yield server.url, str(alice.token)


async def stranger(browser: Browser, url: str, token: str, **options) -> Visitor:
    """Open a page for Alice, signed in with the token from the setup."""
    context = await browser.new_context(**options)
    await context.add_cookies([{"name": "chatrooms-alice", "value": token, "url": url}])
    return await Visitor.open(context, url, "alice")


async def photograph(out: Path, only: str, widths: list[str]) -> None:
    """Capture every view in every theme and width, each in its own browser context."""
    with tempfile.TemporaryDirectory() as data:
        async with furnished(Path(data)) as (url, token), async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
            for width, scheme in product(widths, ("light", "dark")):
                alice = await stranger(browser, url, token, viewport=WIDTHS[width], color_scheme=scheme)
                await alice.page.screenshot(path=out / f"join-{width}-{scheme}.png")
                await come_in(alice)
                for view, open_it in VIEWS.items():
                    if only in view:
                        await open_it(alice)
                        await alice.page.wait_for_function(SETTLED)
                        await alice.page.screenshot(path=out / f"{view}-{width}-{scheme}.png")
                        await start_again(alice)
                await alice.context.close()


async def start_again(alice: Visitor) -> None:
    """Return to the lobby, with no dialog open."""
    await alice.page.evaluate("localStorage.removeItem('chatrooms / alice draft #lobby')")
    await alice.page.goto("about:blank")
    await alice.page.goto(alice.url)
    await alice.sees("See you there.")
    await alice.has_everything()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "shots")
    parser.add_argument("--only", default="", help="part of a view's name")
    parser.add_argument("--widths", nargs="+", default=["wide", "narrow"], choices=WIDTHS)
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    asyncio.run(photograph(chosen.out, chosen.only, chosen.widths))
