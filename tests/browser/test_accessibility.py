"""Accessibility: axe in every view and theme, keyboard only, narrow screens, reduced motion."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.appointing import appoint
from tests.browser import axe
from tests.browser.conftest import Arrive
from tests.browser.views import VIEWS, come_in, furnish
from tests.people import connect
from tests.screens import start_again
from tests.servers import RunningServer, running

LONG = "x" * 10_000
# Elements that are too small to tap; those inside a sentence may be as high as the sentence.
SMALL = """
() => [...document.querySelectorAll("button, a[href], textarea, select, .choices label, label.switch")]
  .filter(it => it.checkVisibility({visibilityProperty: true}) && !it.closest(".text, .sentence") && !it.disabled)
  .map(it => [it.ariaLabel || it.innerText.trim(), it.getBoundingClientRect()])
  .filter(([, {width, height}]) => Math.min(width, height) < 43.9)
  .map(([name, {width, height}]) => `${name}: ${Math.round(width)} x ${Math.round(height)}`)
"""
# Elements whose changes of style, or animations, take time.
MOVING = """
() => {
  const lasts = durations => durations.split(", ").some(each => parseFloat(each) > 0);
  const moves = ({transitionDuration, animationName, animationDuration}) =>
    lasts(transitionDuration) || (animationName !== "none" && lasts(animationDuration));
  return [...document.querySelectorAll("*")].filter(it => moves(getComputedStyle(it))).map(it => it.outerHTML);
}
"""
OVERRIDE = "\u202eevil\u202c \u2067right to left\u2069 עברית مرحبا"


@pytest.fixture
async def own_server(tmp_path: Path) -> AsyncIterator[RunningServer]:
    """Start a server on which strangers ask, for the view of it."""
    async with running(tmp_path, requests=True) as started:
        yield started


@pytest.mark.timeout(360)
async def test_axe_finds_nothing_in_any_view_and_theme(person: Arrive, own_server: RunningServer) -> None:
    url = own_server.url
    async with connect(url, "alice") as alice, connect(url, "bob") as bob, connect(url, "carol") as carol:
        await furnish(alice, bob, carol)
        await appoint(own_server.chat, "alice", "owner")
        visitor = await person("alice", joined=False, bypass_csp=True, reduced_motion="reduce")
        await visitor.context.add_cookies([{"name": "chatrooms-alice", "value": str(alice.token), "url": url}])
        found = {"join": await axe.complaints(visitor.page)}
        await come_in(visitor)
        for name, open_it in VIEWS.items():
            await open_it(visitor)
            found[name] = await axe.complaints(visitor.page)
            await start_again(visitor)
        assert {name: complaints for name, complaints in found.items() if complaints} == {}


async def test_the_keyboard_is_enough_from_joining_to_a_private_message(person: Arrive) -> None:
    bob = await person("bob")
    alice = await person("alice", joined=False)
    await expect(alice.page.get_by_role("textbox", name="Your name")).to_be_focused()
    keyboard = alice.page.keyboard
    await keyboard.type("alice")
    await keyboard.press("Enter")
    await expect(alice.composer).to_be_focused()
    await alice.has_everything()
    await keyboard.press("ControlOrMeta+k")
    await expect(alice.page.get_by_role("combobox", name="Room or person")).to_be_focused()
    await keyboard.type("bob")
    await expect(alice.page.get_by_role("option", name="bob @bob")).to_have_attribute("aria-selected", "true")
    await keyboard.press("Enter")
    await alice.is_in("bob")
    await expect(alice.composer).to_be_focused()
    await keyboard.type("Between us")
    await keyboard.press("Enter")
    await bob.has_unread("alice", 1)


async def test_nothing_overflows_a_screen_of_320_pixels(person: Arrive) -> None:
    alice = await person("alice", viewport={"width": 320, "height": 560}, has_touch=True)
    for text in (LONG, OVERRIDE, f"```\n{'y' * 400}\n```", f"|a|b|\n|-|-|\n|{'z' * 300}|1|", f"{'> ' * 39}deep"):
        await alice.composer.fill(text)
        await alice.button("Send").click()
    await expect(alice.log.get_by_role("table")).to_be_visible()
    await alice.sees("deep")
    assert await alice.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await alice.log.evaluate("log => log.scrollWidth <= log.clientWidth")


@pytest.mark.timeout(360)
async def test_every_target_is_large_enough_for_a_thumb(person: Arrive, own_server: RunningServer) -> None:
    url = own_server.url
    async with connect(url, "alice") as alice, connect(url, "bob") as bob, connect(url, "carol") as carol:
        await furnish(alice, bob, carol)
        await appoint(own_server.chat, "alice", "owner")
        visitor = await person("alice", joined=False, has_touch=True, is_mobile=True)
        await visitor.context.add_cookies([{"name": "chatrooms-alice", "value": str(alice.token), "url": url}])
        small = {"join": await visitor.page.evaluate(SMALL)}
        await come_in(visitor)
        for name, open_it in VIEWS.items():
            await open_it(visitor)
            small[name] = await visitor.page.evaluate(SMALL)
            await start_again(visitor)
        assert {name: targets for name, targets in small.items() if targets} == {}


async def test_nothing_moves_with_reduced_motion(person: Arrive) -> None:
    alice = await person("alice", reduced_motion="reduce")
    assert await alice.page.evaluate(MOVING) == []
    await alice.page.emulate_media(reduced_motion="no-preference")
    assert await alice.page.evaluate(MOVING)
