"""Measure the client against its budget: ``python -m tests.browser.budget``; Lighthouse too if npm has it."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import tempfile
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from tests.browser.conftest import ARGUMENTS
from tests.browser.lobby import fill_lobby
from tests.browser.visitor import Visitor
from tests.browser.wheel import SIZES, install, serving_wheel
from tests.people import connect
from tests.servers import RunningServer, running
from tests.services.chromium import chromium

MESSAGES = 10_000
SWITCHES = 20
VISITS = 5
SWITCH = """
async ([first, second, switches]) => {
  const times = [];
  for (let count = 0; count < switches; count += 1) {
    const start = performance.now();
    location.hash = count % 2 ? first : second;
    await new Promise(done => addEventListener("hashchange", done, {once: true}));
    await new Promise(requestAnimationFrame);
    await new Promise(done => setTimeout(done));
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b);
}
"""
SCROLL = """
async log => {
  const seen = new Set();
  const frames = [];
  let last = performance.now();
  const until = last + 60_000;
  while (performance.now() < until && !document.querySelector(".room-start")) {
    log.scrollTop -= 90;
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - last);
    last = now;
    log.querySelectorAll("article").forEach(it => seen.add(it.dataset.seq));
  }
  frames.sort((a, b) => a - b);
  const total = frames.reduce((sum, frame) => sum + frame, 0);
  return {messages: seen.size, rate: 1000 * frames.length / total, p95: frames[Math.floor(frames.length * 0.95)]};
}
"""


async def first_load(browser: Browser, url: str) -> list[tuple[str, str, str]]:
    """Return the kilobytes and the requests of the first visit to the installed wheel."""
    context = await browser.new_context(service_workers="block")
    page = await context.new_page()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    await page.goto(url, wait_until="networkidle")
    size = await page.evaluate(SIZES)
    await context.close()
    return [
        ("first load of the wheel", f"{size / 1000:.1f} kB", "<= 95 kB"),
        ("its requests", str(len(requests)), "<= 12"),
    ]


async def measure(browser: Browser, server: RunningServer) -> list[tuple[str, str, str]]:
    """Print a figure with its budget and name."""
    await fill_lobby(server, MESSAGES)
    async with connect(server.url, "alice") as alice:
        await alice.run("room.create", name="design")
        await asyncio.gather(*(alice.say("#design", f"Thought {number}.") for number in range(100)))
        token = str(alice.token)
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    await context.add_cookies([{"name": "chatrooms-alice", "value": token, "url": server.url}])
    visitor = await Visitor.open(context, server.url, "alice")
    await visitor.join()
    await visitor.go_to("design")
    await visitor.go_to("Lobby")
    times = await visitor.page.evaluate(SWITCH, ["#/r/lobby", "#/r/design", SWITCHES])
    scrolled = await visitor.log.evaluate(SCROLL)
    return [
        ("room switch from memory, median", f"{times[SWITCHES // 2]:.0f} ms", "< 50 ms"),
        ("room switch from memory, slowest", f"{times[-1]:.0f} ms", "< 50 ms"),
        (f"frame rate over {scrolled['messages']} messages", f"{scrolled['rate']:.0f} /s", "60 /s"),
        ("95th percentile of a frame", f"{scrolled['p95']:.0f} ms", "17 ms"),
    ]


async def lighthouse(url: str) -> list[tuple[str, str, str]]:
    """Return the lowest of Lighthouse's scores in several visits; empty without npx."""
    npx = shutil.which("npx")
    if npx is None:
        return []
    scores = [await visit(npx, url) for _ in range(VISITS)]
    lowest = {name: 100 * min(score[name] for score in scores) for name in scores[0]}
    return [
        (f"Lighthouse, {name}, lowest of {VISITS}", f"{score:.0f}", ">= 99" if name == "performance" else "100")
        for name, score in lowest.items()
    ]


async def visit(npx: str, url: str) -> dict[str, float]:
    """Return Lighthouse's scores of one visit, from 0 to 1."""
    flags = "--headless=new " + " ".join(ARGUMENTS)
    process = await asyncio.create_subprocess_exec(
        *(npx, "--yes", "lighthouse", url, "--output=json", "--quiet", f"--chrome-flags={flags}", "--preset=desktop"),
        env=os.environ | {"CHROME_PATH": chromium()},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"Lighthouse: {errors.decode().strip()}")
    return {name: it["score"] for name, it in json.loads(output)["categories"].items()}


async def main(only: str) -> None:
    with tempfile.TemporaryDirectory() as data:
        async with running(Path(data)) as server, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
            if only != "wheel":
                tell(await measure(browser, server))
            if only != "rooms":
                async with serving_wheel(install(Path(data)), Path(data) / "wheel data") as wheel:
                    tell(await first_load(browser, wheel.url))
                    await browser.close()
                    tell(await lighthouse(wheel.url))


def tell(figures: list[tuple[str, str, str]]) -> None:
    for name, figure, budget in figures:
        print(f"{name:40} {figure:>14}   {budget}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", choices=["rooms", "wheel"])
    asyncio.run(main(parser.parse_args().only))
