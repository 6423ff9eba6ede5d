"""An installed wheel: its first load, and a story. All others run on the same bundles, see `conftest.py`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import Arrive
from tests.browser.test_composer import test_code_is_coloured_and_can_be_copied, test_rooms_and_emoji_are_completed
from tests.browser.test_talk import test_two_people_talk_in_the_lobby
from tests.browser.wheel import SIZES, install, serving_wheel
from tests.servers import RunningServer

__all__ = [
    "test_code_is_coloured_and_can_be_copied",
    "test_rooms_and_emoji_are_completed",
    "test_two_people_talk_in_the_lobby",
]
MOST_REQUESTS = 12
MOST_BYTES = 86_000
BUILD_SECONDS = 300

pytestmark = pytest.mark.timeout(BUILD_SECONDS)

TINY = 500
"""Bytes of a file that Brotli may not make smaller."""


@pytest.fixture(scope="session")
def wheel(shared_folder: Path) -> Path:
    return install(shared_folder)


@pytest.fixture
async def own_server(wheel: Path, tmp_path: Path) -> AsyncIterator[RunningServer]:
    """The installed wheel, for the stories too."""
    async with serving_wheel(wheel, tmp_path) as server:
        yield server


async def test_the_first_load_is_small_and_of_few_requests(browser: Browser, own_server: RunningServer) -> None:
    context = await browser.new_context(service_workers="block")
    page = await context.new_page()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    await page.goto(own_server.url)
    await expect(page.get_by_role("textbox", name="Your name")).to_be_visible()
    await page.wait_for_load_state("networkidle")
    assert len(requests) <= MOST_REQUESTS, requests
    assert await page.evaluate(SIZES) <= MOST_BYTES
    preloaded = await page.locator("link[rel=modulepreload]").evaluate_all("links => links.map(link => link.href)")
    [main] = await page.locator("script[src]").evaluate_all("scripts => scripts.map(script => script.src)")
    assert sorted({url for url in requests if url.endswith(".js")}) == sorted([*preloaded, main])
    await context.close()


async def test_every_file_is_named_by_its_digest_kept_forever_and_has_its_source(person: Arrive) -> None:
    alice = await person("alice")
    await alice.has_everything()
    files = await alice.page.evaluate("performance.getEntriesByType('resource').map(({name}) => name)")
    scripts = [url for url in files if url.endswith((".js", ".css")) and not url.endswith("service-worker.js")]
    assert len(scripts) > 5
    for url in scripts:
        answer = await alice.page.request.get(url)
        assert "immutable" in answer.headers["cache-control"]
        if len(await answer.body()) > TINY:
            assert answer.headers["content-encoding"] == "br", url
        assert len(Path(url).stem.rpartition("-")[2]) == 8
        if "/vendor/" not in url:
            source_map = (
                url.rpartition("/")[0] + "/" + (await answer.text()).rpartition("sourceMappingURL=")[2].split()[0]
            )
            assert "mappings" in await (await alice.page.request.get(source_map)).json()
