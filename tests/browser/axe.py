"""axe-core, the accessibility checker, in the version of `static/package-lock.json`."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from typing import Any, Literal

from playwright.async_api import Page

from tests.browser.preloads import STATIC
from tests.services.chromium import CACHE, alone, run
from tests.services.node import npm

INSTALL = ("ci", "--ignore-scripts", "--no-audit", "--no-fund")
RUN = "async how => (await axe.run(document, {resultTypes: ['violations'], ...how})).violations"
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""What a theme can change."""
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@cache
def script() -> str:
    """Return the source of axe-core; without the development packages, install it into the user's cache."""
    found = STATIC / "node_modules" / "axe-core" / "axe.min.js"
    return (found if found.is_file() else brought() / "node_modules" / "axe-core" / "axe.min.js").read_text()


def brought() -> Path:
    home = CACHE / "axe"
    with alone():
        if not (home / "node_modules" / "axe-core").is_dir():
            home.mkdir(parents=True, exist_ok=True)
            for name in ("package.json", "package-lock.json"):
                shutil.copyfile(STATIC / name, home / name)
            run(*npm(), *INSTALL, cwd=home)
    return home


async def complaints(page: Page) -> list[str]:
    """Return axe's findings in the current page, by day and by night.

    The context must bypass the content security policy and reduce motion, so that colours change at once.
    """
    await page.evaluate(script())
    found: list[str] = []
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme)
        violations: list[dict[str, Any]] = await page.evaluate(RUN, COLOURS if scheme == "dark" else {})
        found += [f"{scheme}: {it['id']}: {node['html'][:160]}" for it in violations for node in it["nodes"]]
    return found
