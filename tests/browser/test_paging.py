"""Scrolling through ten thousand messages; late growth does not move the reader."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import expect

from tests.bench.fill import fill
from tests.browser.conftest import Arrive
from tests.browser.lobby import fill_lobby
from tests.browser.visitor import Visitor
from tests.servers import RunningServer

MESSAGES = 10_000
AT_MOST = 300
# Watches the log: which messages it has rendered, how many at most, and gaps between neighbours.
WATCH = """
log => {
  const seen = window.seen = {numbers: new Set(), most: 0, breaks: []};
  const look = () => {
    const numbers = [...log.querySelectorAll("article")].map(it => Number(/message (\\d+)/.exec(it.textContent)?.[1]));
    numbers.forEach(number => seen.numbers.add(number));
    numbers.slice(1).forEach((number, at) => number === numbers[at] + 1 || seen.breaks.push([numbers[at], number]));
    seen.most = Math.max(seen.most, numbers.length);
  };
  new MutationObserver(look).observe(log, {childList: true, subtree: true});
  look();
}
"""
GROW = "article => void (article.style.paddingBottom = '200px')"
SEEN = "() => ({...seen, numbers: [...seen.numbers].sort((a, b) => a - b)})"


async def turn_the_wheel_to_the_start(visitor: Visitor) -> None:
    await visitor.log.hover()
    while not await visitor.page.evaluate("seen.numbers.has(1)"):
        await visitor.page.mouse.wheel(0, -20_000)
    await expect(visitor.log.get_by_text("This is the beginning of the room.")).to_have_count(1)


async def test_ten_thousand_messages_are_paged_without_a_hole(person: Arrive, tmp_path: Path) -> None:
    alice = await person("alice", viewport={"width": 800, "height": 400})
    fill(tmp_path, {"#history": MESSAGES}, "alice")
    await alice.page.reload()
    await alice.go_to("history")
    await expect(alice.log.get_by_text(re.compile(rf"^message {MESSAGES}\b"))).to_be_in_viewport()
    await alice.log.evaluate(WATCH)
    await turn_the_wheel_to_the_start(alice)
    seen = await alice.page.evaluate(SEEN)
    assert seen["breaks"] == []
    assert seen["numbers"] == list(range(1, MESSAGES + 1))
    assert seen["most"] <= AT_MOST


async def test_content_that_grows_late_does_not_move_the_reader(person: Arrive, own_server: RunningServer) -> None:
    await fill_lobby(own_server, 60)
    alice = await person("alice")
    await alice.sees("line 60.")
    await alice.message("line 60.").evaluate(GROW)
    await expect(alice.message("line 60.")).to_be_in_viewport(ratio=1)
    eye = alice.message("line 30.")
    before = await eye.evaluate("it => (it.scrollIntoView({block: 'center'}), it.getBoundingClientRect().y)")
    await expect(alice.button("Jump to latest")).to_be_visible()
    await alice.message("line 20.").evaluate(GROW)
    await alice.page.evaluate("new Promise(requestAnimationFrame).then(() => new Promise(requestAnimationFrame))")
    assert abs(await eye.evaluate("it => it.getBoundingClientRect().y") - before) < 2
