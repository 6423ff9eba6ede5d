"""Fair queueing: address by address, few waiting for each person."""

from __future__ import annotations

import asyncio

import pytest

from chatrooms.errors import RateLimited
from chatrooms.fair_queue import FairQueue

WAITING = 3


class Workers:
    """Work that takes turns; ``began`` is in which order, and each goes on until `end`."""

    def __init__(self, at_once: int, of_one: int | None = None) -> None:
        self.queue, self.began = FairQueue(at_once, WAITING, "Wait.", of_one=of_one), []
        self._ends: dict[str, asyncio.Event] = {}

    async def start(self, name: str, network: str, person: str = "") -> asyncio.Task[None]:
        """Ask for a turn and let it wait."""
        self._ends[name] = asyncio.Event()
        task = asyncio.create_task(self._work(name, network, person or name))
        await settle()
        return task

    async def end(self, name: str) -> None:
        self._ends[name].set()
        await settle()

    async def _work(self, name: str, network: str, person: str) -> None:
        async with self.queue.turn(network, person):
            self.began.append(name)
            await self._ends[name].wait()


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_addresses_take_turns_however_many_wait_for_one():
    workers = Workers(1)
    for number in range(5):
        await workers.start(f"a{number}", "a")
    for number in range(2):
        await workers.start(f"b{number}", "b")
    for name in ("a0", "a1", "b0", "a2", "b1", "a3"):
        assert workers.began[-1] == name
        await workers.end(name)
    await workers.end("a4")
    assert workers.began == ["a0", "a1", "b0", "a2", "b1", "a3", "a4"]
    await workers.start("free", "a")
    assert workers.began[-1] == "free"


async def test_the_networks_of_an_ipv6_48_take_the_turns_of_one_address():
    workers = Workers(1)
    networks = [f"2001:db8:1:{number}::/64" for number in range(3)]
    await workers.start("a0", networks[0])
    for name, network in (("a1", networks[1]), ("a2", networks[1]), ("a3", networks[2]), ("b0", "b"), ("b1", "b")):
        await workers.start(name, network)
    for name in ("a0", "a1", "b0", "a3", "b1", "a2"):
        assert workers.began[-1] == name
        await workers.end(name)


async def test_they_have_half_of_all_turns_at_a_time_where_an_address_has_few():
    workers = Workers(4, of_one=1)
    for number in range(4):
        await workers.start(f"a{number}", f"2001:db8:1:{number}::/64")
    for name in ("b", "c", "d"):
        await workers.start(name, name)
    assert workers.began == ["a0", "a1", "b", "c"]
    await workers.end("b")
    assert workers.began[-1] == "d"
    await workers.end("a0")
    assert workers.began[-1] == "a2"


async def test_few_of_a_person_wait_from_any_address():
    workers = Workers(2)
    for number in range(2 + WAITING):
        await workers.start(f"{number}", f"{number}", "alice")
    refused = await workers.start("more", "more", "alice")
    with pytest.raises(RateLimited):
        await refused
    await workers.start("bob", "0", "bob")
    await workers.end("0")
    await workers.start("again", "0", "alice")
    assert workers.began == ["0", "1", "2"]


async def test_who_gives_up_waiting_keeps_no_turn():
    workers = Workers(1)
    await workers.start("a", "a")
    waiting, got = await workers.start("b", "b"), await workers.start("c", "c")
    waiting.cancel()
    await settle()
    workers._ends["a"].set()
    while "c" not in workers.began and not got.done():
        await asyncio.sleep(0)
    got.cancel()
    await settle()
    await workers.start("d", "d")
    assert workers.began == ["a", "c", "d"]


async def test_an_address_has_few_turns_however_long_they_take_and_others_have_the_rest():
    workers = Workers(3, of_one=2)
    waiting = [await workers.start(f"a{number}", "a") for number in range(4)]
    assert workers.began == ["a0", "a1"]
    await workers.start("b0", "b")
    await workers.start("b1", "b")
    assert workers.began == ["a0", "a1", "b0"]
    await workers.end("b0")
    assert workers.began == ["a0", "a1", "b0", "b1"]
    waiting[2].cancel()
    await settle()
    await workers.end("a0")
    assert workers.began[4:] == ["a3"]
    for name in ("a1", "a3", "b1"):
        await workers.end(name)
    for number in range(3):
        await workers.start(f"c{number}", f"c{number}")
    assert workers.began[5:] == ["c0", "c1", "c2"]
