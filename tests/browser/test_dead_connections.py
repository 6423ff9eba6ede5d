"""A connection that is dead without being closed, as after a change from Wi-Fi to mobile."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Arrive
from tests.browser.network import swallowing

# The server pings every 25 s and waits 20 s for the answer: longer than these tests wait for anything.


@pytest.mark.parametrize("event", ["online", "visibilitychange"])
async def test_a_dead_connection_is_replaced_when_the_network_or_the_reader_is_back(person: Arrive, event: str) -> None:
    bob, alice = await person("bob"), await person("alice")
    die = await swallowing(alice)
    await alice.page.reload()
    await alice.is_in("Lobby")
    await alice.stores("Before")
    die()
    await bob.say("Said meanwhile")
    target = "window" if event == "online" else "document"
    await alice.page.evaluate(f"{target}.dispatchEvent(new Event('{event}'))")
    await alice.sees("Said meanwhile")


async def test_a_message_that_is_not_acknowledged_is_sent_on_a_new_connection(person: Arrive) -> None:
    bob, alice = await person("bob"), await person("alice")
    die = await swallowing(alice)
    await alice.page.reload()
    await alice.is_in("Lobby")
    await alice.stores("Before")
    die()
    await alice.say("Into the void")
    await bob.sees("Into the void")
    await expect(alice.message("Into the void")).not_to_contain_text("Sending")
    await alice.sees("Into the void")
