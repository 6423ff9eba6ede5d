"""Bursts of messages while pages of history are loading or refused: the last message is shown all the same."""

from __future__ import annotations

import asyncio

from playwright.async_api import expect

from chatrooms.types import MAX_MISSED
from tests.browser.between import Between
from tests.browser.conftest import Arrive
from tests.browser.lobby import fill_lobby
from tests.people import Person, connect
from tests.servers import RunningServer

BURST = MAX_MISSED + 50
BURSTS = 2
TOGETHER = 50


async def test_the_last_message_of_a_burst_is_shown_while_history_is_loading(
    person: Arrive, own_server: RunningServer
) -> None:
    alice = await person("alice", joined=False)
    between = Between()
    await between.stand(alice.page)
    await alice.page.reload()
    await alice.join()
    await alice.stores("Looking on")
    async with connect(own_server.url, "historian") as historian:
        for burst in range(BURSTS):
            between.holds = True
            await between.take_down()
            await say_at_once(historian, burst * BURST)
            between.put_up()
            await between.is_holding.wait()
            await historian.say("#lobby", f"Meanwhile {burst}.")
            between.let_go()
    await alice.sees(f"line {BURSTS * BURST}.", f"Meanwhile {BURSTS - 1}.")
    assert between.resets == BURSTS


async def test_a_failed_page_of_history_is_requested_again(person: Arrive, own_server: RunningServer) -> None:
    await fill_lobby(own_server, 300)
    alice = await person("alice", joined=False)
    between = Between()
    between.refuses = 2
    await between.stand(alice.page)
    await alice.page.reload()
    await alice.join()
    await alice.sees("line 300.")
    await expect(alice.message("line 270.")).to_have_count(1)
    assert between.refuses == 0


async def say_at_once(person: Person, after: int) -> None:
    for start in range(after + 1, after + BURST + 1, TOGETHER):
        await asyncio.gather(*(person.say("#lobby", f"line {line}.") for line in range(start, start + TOGETHER)))
