"""Pictures of every view, wide and narrow, light and dark, for people to look at: ``python -m tests.screens``."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import product
from pathlib import Path

from playwright.async_api import Browser, async_playwright, expect

from tests.browser.conftest import ARGUMENTS
from tests.browser.visitor import Visitor
from tests.people import Person, connect
from tests.servers import running
from tests.services.chromium import chromium

WIDTHS = {"wide": {"width": 1280, "height": 800}, "narrow": {"width": 390, "height": 780}}
TALK = [
    ("bob", "Morning! The new room list is live, have a look when you get a minute."),
    ("alice", "Just did. It opens so much faster now, nice work :sparkles:".replace(":sparkles:", "✨")),
    ("alice", "One thing: on my phone the topic wraps onto a second line. Is that meant to be?"),
    ("bob", "No, that is a slip. Here is the rule that went missing:"),
    ("bob", "```css\n.topic {\n  overflow: hidden;\n  text-overflow: ellipsis;\n}\n```"),
    ("carol", "I can take that one, I have the file open anyway."),
    ("bob", "Thank you @carol! For lunch, who is in?\n\n- **Noodles** at twelve\n- Salad bar, any time"),
    ("alice", "Noodles. I will book for four, so that @dave can come straight from the station."),
    ("carol", "🍜"),
    ("bob", "Perfect. See you there."),
]
View = Callable[[Visitor], Awaitable[None]]


async def furnish(alice: Person, bob: Person, carol: Person) -> None:
    """Rooms, names and a talk in the lobby."""
    people = {"alice": alice, "bob": bob, "carol": carol}
    for name, full in (("alice", "Alice Moreau"), ("bob", "Bob Okafor"), ("carol", "Carol Lindqvist")):
        await people[name].run("user.update", name=full)
    for room, topic in (("design", "What it looks like and why"), ("book-club", "This month: Middlemarch")):
        await alice.run("room.create", name=room, topic=topic)
        for other in ("bob", "carol"):
            await alice.run("room.invite", room=f"#{room}", username=other)
    for author, text in TALK:
        last = await people[author].say("#lobby", text)
    await alice.run("read.mark", room="#lobby", seq=last["seq"])
    await bob.say("alice", "Do you have the slides for this afternoon?")
    await carol.say("#book-club", "Chapter four, at last!")


@asynccontextmanager
async def furnished(data: Path) -> AsyncIterator[tuple[str, str]]:
    """The URL of a server where people have talked, and Alice's token."""
    async with (
        running(data) as server,
        connect(server.url, "alice") as alice,
        connect(server.url, "bob") as bob,
        connect(server.url, "carol") as carol,
    ):
        await furnish(alice, bob, carol)
        yield server.url, str(alice.token)


async def arrive(browser: Browser, url: str, token: str, **options) -> Visitor:
    """Alice, by the token that the furnishing got her."""
    context = await browser.new_context(**options)
    await context.add_cookies([{"name": "chatrooms-alice", "value": token, "url": url}])
    visitor = await Visitor.open(context, url, "alice")
    await visitor.join()
    await visitor.sees("See you there.")
    entry = visitor.page.get_by_role("link", name="Bob Okafor, online", include_hidden=True)
    await expect(entry).to_have_count(1)
    await visitor.page.mouse.move(1, 1)
    return visitor


async def lobby(_alice: Visitor) -> None:
    """Two people and more talk."""


async def members(alice: Visitor) -> None:
    await alice.show_members(3)
    await expect(alice.member("Bob")).to_be_visible()


VIEWS: dict[str, View] = {"lobby": lobby, "members": members}


async def photograph(out: Path) -> None:
    """Every view in every look, each in a browser context of its own."""
    with tempfile.TemporaryDirectory() as data:
        async with furnished(Path(data)) as (url, token), async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
            for (view, open_it), width, scheme in product(VIEWS.items(), WIDTHS, ("light", "dark")):
                alice = await arrive(browser, url, token, viewport=WIDTHS[width], color_scheme=scheme)
                await open_it(alice)
                await alice.page.screenshot(path=out / f"{view}-{width}-{scheme}.png")
                await alice.context.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "shots")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    asyncio.run(photograph(out))
