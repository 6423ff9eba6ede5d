"""Voice messages in the browser, with Chromium's own microphone: a beep each second."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect

from tests.browser.axe import complaints
from tests.browser.conftest import ARGUMENTS, PATIENCE_MS, Arrive
from tests.browser.visitor import Visitor

MICROPHONE = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
SECONDS = re.compile("0:(?!0[01])")
FAILING = "void (navigator.mediaDevices.getUserMedia = async () => {{ throw new DOMException('', '{}') }})"
WITHOUT = {
    "no MediaRecorder": ("delete window.MediaRecorder", "can't record sound"),
    "no microphone": (
        FAILING.format("NotFoundError"),
        "No microphone was found",
    ),
    "no permission": (FAILING.format("NotAllowedError"), "The microphone isn't allowed here"),
    "a broken microphone": (FAILING.format("Error"), "The recording couldn't be started"),
}


@pytest.fixture
async def alice(browser: Browser, own_server, chromium_path: str) -> AsyncIterator[Visitor]:
    """Join in a browser with a microphone, and without motion for the checks of colours."""
    theirs = await browser.browser_type.launch(executable_path=chromium_path, args=[*ARGUMENTS, *MICROPHONE])
    context = await theirs.new_context(reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    visitor = await Visitor.open(context, own_server.url, "alice")
    await visitor.join()
    yield visitor
    await theirs.close()
    assert visitor.complaints == []


async def test_a_voice_message_is_recorded_heard_sent_and_played_by_others(alice: Visitor, person: Arrive) -> None:
    bob = await person("bob")
    await alice.button("Record a voice message").click()
    timer = alice.page.get_by_role("timer", name="Recorded")
    await expect(timer).to_have_text(SECONDS)
    await alice.button("Cancel recording").click()
    await expect(alice.page.get_by_role("list", name="Attached files")).to_have_count(0)
    await alice.button("Record a voice message").click()
    await expect(timer).to_have_text(SECONDS)
    await alice.button("Done").click()
    mine = alice.page.get_by_role("list", name="Attached files").get_by_role("group")
    await mine.get_by_role("button", name="Play").click()
    await expect(mine.locator("audio")).to_have_js_property("ended", True)
    await alice.button("Send").click()
    theirs = bob.log.get_by_role("group", name="Voice message.webm")
    slider = theirs.get_by_role("slider", name="Position")
    length = float(str(await slider.get_attribute("max")))
    assert length >= 2
    await slider.fill(str(round(length / 2, 1)))
    audio = theirs.locator("audio")
    near = "([sound, seconds]) => !sound.seeking && Math.abs(sound.currentTime - seconds) < 0.1"
    await bob.page.wait_for_function(near, arg=[await audio.element_handle(), length / 2])
    assert await audio.evaluate("sound => isFinite(sound.duration)")
    await theirs.get_by_role("button", name="Play").click()
    await expect(audio).to_have_js_property("ended", True)
    await expect(theirs.get_by_role("button", name="Play")).to_be_visible()
    await expect(slider).to_have_value("0")
    await expect(theirs.get_by_role("alert")).to_have_count(0)
    assert not [each for each in await complaints(alice.page) if "voice" in each or "recorder" in each]


@pytest.mark.parametrize("lacking", WITHOUT)
async def test_a_browser_that_cannot_record_says_so(person: Arrive, lacking: str) -> None:
    script, notice = WITHOUT[lacking]
    alice = await person("alice")
    await alice.page.evaluate(script)
    await alice.button("Record a voice message").click()
    await expect(alice.page.get_by_role("status", name="Notices")).to_contain_text(notice)
    await expect(alice.composer).to_be_visible()
