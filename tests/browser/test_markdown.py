"""Markdown: people see it formatted, and no message makes the page more work than it has characters."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.conftest import Arrive
from tests.people import connect
from tests.servers import RunningServer

NODES = """
article => {
  const walker = document.createTreeWalker(article, NodeFilter.SHOW_ALL);
  let count = 0;
  while (walker.nextNode()) count += 1;
  return count;
}
"""
END = "The end"
REST_OF_MESSAGE = 100
"""Nodes of what surrounds a text: who wrote it and when."""
BOMBS = {
    "a wide header over short rows": "a|" * 200 + "\n" + "-|" * 200 + "\n" + "a\n" * 4_580,
    "crossing emphases": "**a*b_" * 1_660,
    "mentions": "@a " * 3_320,
    "lines": "a\n" * 4_990,
    "items": "- a\n" * 2_490,
}
FORMATTED = """
**Bold**, *leaning* and `code`.

one|two|three
---|---|---
1|2|3
4|5

> A quote

- a list
  - in a list
"""


async def test_a_message_makes_no_more_nodes_than_it_has_characters(person: Arrive, own_server: RunningServer) -> None:
    alice = await person("alice")
    async with connect(own_server.url, "mallory") as mallory:
        await mallory.say("#lobby", FORMATTED)
        await expect(alice.log.locator("table")).to_have_count(1)
        for name, text in BOMBS.items():
            posted = await mallory.say("#lobby", f"{text}\n\n{END}")
            bomb = alice.log.locator(f"[data-seq='{posted['seq']}']")
            await bomb.get_by_role("button", name="Show more").click()
            await expect(bomb).to_contain_text(END)
            assert await bomb.evaluate(NODES) <= len(text) + REST_OF_MESSAGE, name
        await mallory.say("#lobby", "It is over")
    await alice.sees("It is over")


async def test_markdown_is_formatted(person: Arrive) -> None:
    alice = await person("alice")
    async with connect(alice.url, "bob") as bob:
        await bob.say("#lobby", FORMATTED)
    text = alice.log.locator("article .text")
    await expect(text.locator("strong")).to_have_text("Bold")
    await expect(text.locator("em")).to_have_text("leaning")
    await expect(text.locator("p > code")).to_have_text("code")
    await expect(text.locator("th")).to_have_text(["one", "two", "three"])
    await expect(text.locator("td")).to_have_text(["1", "2", "3", "4", "5", ""])
    await expect(text.locator("blockquote")).to_have_text("A quote")
    await expect(text.locator("ul ul li")).to_have_text("in a list")


async def test_lines_of_plain_text_stay_lines(person: Arrive) -> None:
    alice = await person("alice")
    async with connect(alice.url, "bob") as bob:
        await bob.say("#lobby", "one\ntwo\n\nthree")
    text = alice.log.locator("article .text")
    await expect(text.locator("p")).to_have_count(2)
    assert await text.evaluate("text => text.innerText.trim().split(/\\n+/)") == ["one", "two", "three"]


async def test_code_is_coloured_after_code_that_is_slow_to_colour_too(person: Arrive) -> None:
    alice = await person("alice")
    slow = "a" * 9_900
    async with connect(alice.url, "bob") as bob:
        await bob.say("#lobby", f"```typescript\n{slow}\n```")
        await bob.say("#lobby", "```python\ndef double(number):\n    return 2 * number  # twice\n```")
    code = alice.log.locator("article pre")
    await expect(code.nth(1).locator(".hljs-keyword")).to_have_text(["def", "return"])
    await expect(code.nth(1)).to_have_text("def double(number):\n    return 2 * number  # twice")
    await alice.button("Show more").click()
    await expect(code.nth(0)).to_have_text(slow)


async def test_code_of_colours_alone_is_shown_as_it_is(person: Arrive) -> None:
    alice = await person("alice")
    busy = "[" + "1," * 2_000 + "1]"
    async with connect(alice.url, "bob") as bob:
        await bob.say("#lobby", f"```json\n{busy}\n```")
        await bob.say("#lobby", '```json\n{"one": [1, 2]}\n```')
    code = alice.log.locator("article pre")
    await expect(code.nth(1).locator(".hljs-attr")).to_have_text('"one"')
    await alice.button("Show more").click()
    await expect(code.nth(0)).to_have_text(busy)
    assert await code.nth(0).evaluate(NODES) <= len(busy)
