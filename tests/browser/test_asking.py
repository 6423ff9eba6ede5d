"""A stranger asks to talk: what each of the two sees until it is accepted, or ignored."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Arrive
from tests.servers import RunningServer, running


@pytest.fixture
async def own_server(tmp_path: Path) -> AsyncIterator[RunningServer]:
    async with running(tmp_path, requests=True) as started:
        yield started


async def test_a_stranger_waits_until_they_are_accepted_and_does_not_learn_that_they_are_ignored(
    person: Arrive,
) -> None:
    alice, mallory = await person("alice"), await person("mallory")
    await mallory.talk_to("alice")
    for text in ("Howdy", "It's about your bicycle", "Is it still for sale?"):
        await mallory.stores(text)
    entry = alice.room("mallory")
    await expect(entry.locator("[data-count]")).to_have_attribute("data-count", "Request")
    await alice.go_to("mallory")
    await alice.sees("Howdy", "Is it still for sale?")
    await expect(alice.page.get_by_text("would like to talk to you")).to_be_visible()
    await expect(alice.composer).to_have_count(0)
    await mallory.say("Hello?")
    await expect(mallory.page.get_by_text("once they have accepted your first messages")).to_be_visible()
    await alice.button("Ignore").click()
    await expect(entry).to_have_count(0)
    await alice.go_to("Lobby")
    await alice.talk_to("mallory")
    await expect(alice.page.get_by_text("You ignored this request")).to_be_visible()
    await expect(alice.button("Accept")).to_be_visible()
    await alice.stores("Yes, come and see it")
    await expect(alice.button("Accept")).to_have_count(0)
    await mallory.sees("Yes, come and see it")
    await mallory.button("Retry").click()
    await alice.sees("Hello?")
    await mallory.go_to("Lobby")
    bob = await person("bob")
    await bob.talk_to("mallory")
    await bob.stores("Buy this")
    await mallory.go_to("bob")
    await mallory.button("Accept").click()
    await expect(mallory.composer).to_be_focused()
    await mallory.stores("What is it?")
    await bob.sees("What is it?")
