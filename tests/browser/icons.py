"""Draw the PNG icons from `icon.svg`: ``python -m tests.browser.icons``."""

from __future__ import annotations

import asyncio

from playwright.async_api import async_playwright

from tests.browser.conftest import ARGUMENTS
from tests.browser.preloads import STATIC
from tests.services.chromium import chromium

GROUND = "#0c6b5d"
# File, size in pixels, and the share that the drawing fills; a maskable icon may be cropped to a circle.
ICONS = [("icon-192.png", 192, 1.0), ("icon-512.png", 512, 1.0), ("icon-maskable.png", 512, 0.72)]


async def draw() -> None:
    svg = (STATIC / "icon.svg").read_text()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        for name, size, part in ICONS:
            page = await browser.new_page(viewport={"width": size, "height": size})
            ground = GROUND if part < 1 else "transparent"
            style = f"margin:0;height:100vh;display:grid;place-items:center;background:{ground}"
            await page.set_content(f"<body style='{style}'><div style='width:{part:.0%}'>{svg}</div>")
            await page.screenshot(path=STATIC / name, omit_background=True)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(draw())
