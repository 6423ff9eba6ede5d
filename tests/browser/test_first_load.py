"""The first load of a checkout: only what is needed, and all at once. Its size is that of the wheel (test_wheel.py)."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from chatrooms.doors.snapshot import Folder
from tests.browser.conftest import Arrive
from tests.browser.preloads import STATIC
from tests.browser.visitor import Visitor

LOADED = """
() => performance.getEntriesByType("resource")
  .map(({name}) => new URL(name).pathname)
  .filter(path => /\\.(js|css)$/.test(path))
"""
PRELOADED = "links => links.map(link => new URL(link.href).pathname)"
PLACES = """
isOff => {
  document.querySelector("link[href*='/css/later']").sheet.disabled = isOff;
  const shown = ".sidebar, .sidebar *, .room-header, .room-header *, .composer, .log article";
  return [...document.querySelectorAll(shown)].filter(it => it.checkVisibility()).map(it => {
    const {x, y, width, height} = it.getBoundingClientRect();
    return [it.className?.baseVal ?? it.className, x, y, width, height];
  });
}
"""
"""JavaScript: where all is that stands on the first screen, without the style sheet that comes later, or with it."""
FRUGAL = {"service_workers": "block"}


@pytest.fixture(autouse=True)
def _modules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Serve the modules, as a checkout does."""
    monkeypatch.setattr("chatrooms.app.bundled", lambda: Folder(STATIC, watched=True))


async def loaded(visitor: Visitor) -> list[str]:
    """Return the path of each script and style sheet that the page has loaded."""
    await expect(visitor.page.get_by_role("textbox", name="Your name")).to_be_visible()
    await visitor.page.wait_for_load_state("networkidle")
    return list(await visitor.page.evaluate(LOADED))


async def test_the_preloads_are_what_the_page_starts_with(person: Arrive) -> None:
    alice = await person("alice", joined=False, **FRUGAL)
    scripts = {path for path in await loaded(alice) if path.endswith(".js")}
    preloaded = await alice.page.locator("link[rel=modulepreload]").evaluate_all(PRELOADED)
    main = next(path for path in scripts if path.endswith("/js/main.js"))
    assert sorted(preloaded) == sorted(scripts - {main}), "write them by: python -m tests.browser.preloads"


def test_every_style_sheet_is_linked_or_imported_or_loaded_later() -> None:
    page, later = (STATIC / "index.html").read_text(), (STATIC / "css/later.css").read_text()
    for sheet in (STATIC / "css").rglob("*.css"):
        path = sheet.relative_to(STATIC / "css").as_posix()
        assert f'"css/{path}"' in page or f'"./css/{path}"' in page or f'"{path}"' in later, path


async def test_every_file_is_cached_forever_under_its_digest(person: Arrive) -> None:
    alice = await person("alice", joined=False, **FRUGAL)
    for path in await loaded(alice):
        assert path.startswith("/v/")
    path = next(iter(await loaded(alice)))
    kept = await alice.page.request.get(alice.url + path)
    assert "immutable" in kept.headers["cache-control"]
    another = await alice.page.request.get(alice.url + path.replace(path.split("/")[2], "0" * 16))
    assert another.headers["cache-control"] == "no-cache"


async def test_what_comes_later_moves_nothing_that_is_shown(person: Arrive) -> None:
    alice = await person("alice", **FRUGAL)
    await alice.make_room("secret", "Private")
    await alice.stores("Hello")
    await alice.has_everything()
    before, after = [await alice.page.evaluate(PLACES, is_off) for is_off in (True, False)]
    assert len(before) > 40
    assert [change for change in zip(before, after, strict=True) if change[0] != change[1]] == []
