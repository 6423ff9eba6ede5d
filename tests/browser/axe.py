"""axe-core, the accessibility checker, in the version of `static/package-lock.json`."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from tests.browser.preloads import STATIC
from tests.services.chromium import CACHE, alone, run
from tests.services.node import npm

INSTALL = ("ci", "--ignore-scripts", "--no-audit", "--no-fund")
RUN = "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"


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
    """Return axe's findings in the current page; the context must bypass the content security policy."""
    await page.evaluate(script())
    violations: list[dict[str, Any]] = await page.evaluate(RUN)
    return [f"{it['id']}: {node['html'][:160]}" for it in violations for node in it["nodes"]]
