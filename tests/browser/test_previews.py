"""Previews of links in the browser: a calm card that moves nothing, from our own server, and gone when removed."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.axe import complaints
from tests.browser.conftest import Arrive
from tests.browser.test_files import MOVES
from tests.features.files import picture
from tests.features.previews.conftest import loading
from tests.features.previews.site import page, response, site


@pytest.fixture
async def here():
    """Run a site to link to."""
    async with site() as running:
        yield running


@pytest.fixture
async def own_server(tmp_path, database):
    async with loading(tmp_path, database) as started:
        yield started


async def test_a_link_gets_a_card_that_its_author_can_remove(person: Arrive, here) -> None:
    about = {"description": "All about foxes", "site_name": "Foxes", "image": "/fox.png"}
    here.answers = {"/fox": page("The fox", **about), "/fox.png": response(picture(800, 600), "image/png")}
    alice, bob = await person("alice"), await person("bob", bypass_csp=True, reduced_motion="reduce")
    await alice.say(f"Look: {here.url('/fox')}")
    for visitor in (alice, bob):
        card = visitor.log.get_by_role("list", name="Links").get_by_role("link")
        await expect(card).to_contain_text(f"Foxes · 127.0.0.1:{here.port}The foxAll about foxes")
        await expect(card).to_have_attribute("rel", "noopener noreferrer")
        await expect(card.locator("img")).to_have_js_property("naturalWidth", 800)
        address = str(await card.locator("img").get_attribute("src"))
        assert address.startswith("files/previews/")
    assert not await complaints(bob.page)
    await bob.page.reload()
    await expect(card.locator("img")).to_have_js_property("naturalWidth", 800)
    assert await bob.page.evaluate(MOVES) < 0.01
    assert {"GET /fox", "GET /fox.png"} == {" ".join(request.split()[:2]) for request in here.asked}
    assert len(here.asked) == 2, "no browser asked"
    await expect(bob.button("Remove preview")).to_have_count(0)
    await alice.button("Remove preview").click()
    for visitor in (alice, bob):
        await expect(visitor.log.get_by_role("list", name="Links")).to_have_count(0)
