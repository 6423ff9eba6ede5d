"""Measure lists of thousands of members and hundreds of rooms: ``python -m tests.browser.lists``."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from tests.browser import crowds
from tests.browser.conftest import ARGUMENTS
from tests.browser.tasks import Tasks, tasks_of
from tests.browser.visitor import Visitor
from tests.people import connect
from tests.servers import RunningServer, running
from tests.services.chromium import chromium

PEOPLE = [(f"person-{number:04}", f"Person {number}") for number in range(10_000)]
ROOMS = [(f"#room-{number:03}", f"room-{number:03}") for number in range(499)]
TRIES = 5
OPEN_PANEL = """
async () => {
  const start = performance.now();
  document.querySelector(".room-header .people, button.people").click();
  while (!document.querySelector("aside.members li")) await new Promise(requestAnimationFrame);
  return performance.now() - start;
}
"""
SEARCH = """
async text => {
  const field = document.querySelector("aside.members input");
  const first = () => document.querySelector("aside.members li")?.textContent;
  const times = [];
  field.focus();
  for (const letter of text) {
    const before = first();
    const start = performance.now();
    document.execCommand("insertText", false, letter);
    while (first() === before) await new Promise(requestAnimationFrame);
    times.push(performance.now() - start);
  }
  return times;
}
"""
SWITCH = """
async addresses => {
  const times = [];
  for (const address of addresses) {
    const start = performance.now();
    location.hash = address;
    await new Promise(done => addEventListener("hashchange", done, {once: true}));
    await new Promise(requestAnimationFrame);
    await new Promise(done => setTimeout(done));
    times.push(performance.now() - start);
    await new Promise(done => setTimeout(done, 100));
  }
  return times;
}
"""


def tell(name: str, budget: str, walls: list[float], tasks: Tasks) -> None:
    took = " ".join(f"{wall:.0f}" for wall in walls)
    print(f"{name:40} {took} ms   {budget};  processor: {tasks.longest:.0f} ms a task, {tasks.total:.0f} ms in all")


async def alice_on(browser: Browser, server: RunningServer, token: str) -> Visitor:
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    await context.add_cookies([{"name": "chatrooms-alice", "value": token, "url": server.url}])
    alice = await Visitor.open(context, server.url, "alice")
    await alice.join()
    await alice.has_everything()
    return alice


async def measure_answers(server: RunningServer) -> None:
    """Print how long the server takes to answer what the panel asks."""
    async with connect(server.url, "bob") as bob:
        await bob.run("room.join", room="#lobby")
        for params in ({"online": True}, {"online": False}, *({"query": "1770"[:end]} for end in (1, 2, 3, 4))):
            start = time.perf_counter()
            await bob.run("room.members", room="#lobby", **params)
            print(f"room.members {params}: {1000 * (time.perf_counter() - start):.0f} ms")


async def measure_members(browser: Browser, alice: Visitor) -> None:
    for number in range(TRIES):
        async with tasks_of(browser, alice.page) as tasks:
            took = await alice.page.evaluate(OPEN_PANEL)
        tell(f"panel of 10,000 members, {number + 1}", "<= 200 ms", [took], tasks)
        if number == TRIES - 1:
            break
        await alice.button("Close members").click()
    async with tasks_of(browser, alice.page) as tasks:
        times = await alice.page.evaluate(SEARCH, "1770")
    tell("search, per key", "<= 100 ms", times, tasks)


async def measure_rooms(browser: Browser, alice: Visitor) -> None:
    await alice.page.reload()
    await alice.room("room-498").wait_for(state="attached")
    addresses = [f"#/r/room-{number:03}" for number in range(0, 500, 50)]
    await alice.page.evaluate(SWITCH, addresses)
    for number in range(TRIES):
        async with tasks_of(browser, alice.page) as tasks:
            times = await alice.page.evaluate(SWITCH, addresses)
        tell(f"switch among 500 rooms, {number + 1}", "<= 50 ms", times, tasks)


async def main() -> None:
    with tempfile.TemporaryDirectory() as data:
        async with running(Path(data)) as server, async_playwright() as playwright:
            async with connect(server.url, "alice") as alice:
                token = str(alice.token)
            crowds.people_in_lobby(Path(data), PEOPLE)
            crowds.rooms_of(Path(data), "alice", ROOMS)
            browser = await playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
            await measure_answers(server)
            visitor = await alice_on(browser, server, token)
            await measure_members(browser, visitor)
            await measure_rooms(browser, visitor)
            await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
