"""Commands in the composer: what they do, what is refused, and what works offline."""

from __future__ import annotations

from playwright.async_api import Locator, expect

from tests.browser.conftest import Arrive
from tests.browser.visitor import Visitor
from tests.people import connect
from tests.servers import RunningServer


def refusal(visitor: Visitor) -> Locator:
    return visitor.page.locator("form").get_by_role("alert")


async def test_a_typo_is_neither_posted_nor_lost_and_can_be_sent_as_text(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    await alice.say("/jion design")
    await expect(refusal(alice)).to_contain_text("There is no command /jion, so nothing was sent.")
    await expect(alice.composer).to_have_value("/jion design")
    await alice.composer.press("End")
    await alice.composer.press_sequentially("!")
    await expect(refusal(alice)).to_have_count(0)
    await alice.composer.press("Enter")
    await refusal(alice).get_by_role("button", name="Send as text").click()
    await bob.sees("/jion design!")
    await expect(alice.composer).to_have_value("")
    await alice.say("/etc/hosts and //more")
    await bob.sees("/etc/hosts and //more")


async def test_after_each_refusal_one_goes_on_typing(person: Arrive) -> None:
    alice = await person("alice")
    box = await alice.composer.element_handle()
    assert box
    for word in ("/foo bar", " baz", " qux"):
        await alice.page.keyboard.type(word)
        await expect(refusal(alice)).to_have_count(0)
        await alice.page.keyboard.press("Enter")
        await expect(refusal(alice)).to_be_visible()
    await alice.page.keyboard.type("!")
    await expect(alice.composer).to_have_value("/foo bar baz qux!")
    assert await box.evaluate("(box) => box.isConnected && box === document.activeElement"), "it was replaced"


async def test_commands_do_what_they_say(person: Arrive, own_server: RunningServer) -> None:
    async with connect(own_server.url, "boss") as boss:
        await boss.run("room.create", name="design")
        alice, bob = await person("alice"), await person("bob")
        await alice.say("/me waves at @bob")
        await bob.sees("waves at @bob")
        await expect(bob.message("waves at @bob").get_by_role("emphasis")).to_have_text("waves at @bob")
        await expect(bob.message("waves at @bob").get_by_role("button", name="@bob")).to_be_visible()
        await alice.say("/join #nowhere")
        await expect(refusal(alice)).to_contain_text("No open room is called #nowhere.")
        await alice.say("/join #design")
        await alice.is_in("design")
        await expect(alice.composer).to_have_value("")
        await alice.say("/invite @bob")
        await expect(alice.page.get_by_role("status", name="Notices")).to_contain_text("You invited bob.")
        await alice.say("/msg @bob Psst")
        await alice.is_in("bob")
        await alice.sees("Psst")
        await bob.go_to("alice")
        await bob.sees("Psst")
        await alice.say("/msg @nobody Psst")
        await expect(refusal(alice)).to_contain_text("There is no one called @nobody.")
        await alice.say("/help")
        await expect(alice.dialog).to_contain_text("/shrug text")


async def test_commands_are_completed_and_some_work_offline(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    await bob.stores("Hello")
    await alice.sees("Hello")
    await alice.has_everything()
    await alice.composer.press_sequentially("/sh")
    await expect(alice.page.get_by_role("option").first).to_contain_text("/shrug text")
    await alice.composer.press("Enter")
    await expect(alice.composer).to_have_value("/shrug ")
    await alice.context.set_offline(True)
    await alice.composer.press_sequentially("who knows")
    await alice.composer.press("Enter")
    await alice.sees(r"who knows ¯\_(ツ)_/¯")
    await alice.say("/join #elsewhere")
    await expect(refusal(alice)).to_be_visible()
    await expect(alice.composer).to_have_value("/join #elsewhere")
    await alice.say("/msg bob Later")
    await alice.is_in("bob")
    await alice.sees("Later")
    await alice.context.set_offline(False)
    await bob.sees(r"who knows ¯\_(ツ)_/¯")
    await bob.go_to("alice")
    await bob.sees("Later")
    alice.complaints.clear()  # Chromium reports failed requests.
