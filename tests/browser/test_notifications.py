"""Desktop notifications and sounds for new messages."""

from __future__ import annotations

import asyncio

from playwright.async_api import Worker, expect

from tests.browser.conftest import Arrive
from tests.browser.test_installed_app import install
from tests.browser.test_mentions import mute
from tests.browser.test_settings import open_settings
from tests.browser.test_signing_out import sign_out
from tests.browser.visitor import Visitor
from tests.people import connect
from tests.servers import RunningServer

RECORD = """
window.Notification = class {
  static permission = "granted";
  static requestPermission = async () => "granted";
};
const shown = new Map();
ServiceWorkerRegistration.prototype.showNotification = async (title, { body, data, tag, renotify }) => {
  if (tag && !renotify) return;  // a silent replacement
  window.tell?.(`${title}: ${body}`);
  window.about = data;
  shown.set(tag, { data, close: () => shown.delete(tag) && window.tell?.("closed") });
};
ServiceWorkerRegistration.prototype.getNotifications = async () => [...shown.values()];
const { start } = AudioScheduledSourceNode.prototype;
AudioScheduledSourceNode.prototype.start = function (at) {
  window.tell?.(`${this.frequency.value} Hz`);
  start.call(this, at);
};
Object.defineProperty(Document.prototype, "visibilityState", { get: () => window.isHidden ? "hidden" : "visible" });
const { hasFocus } = Document.prototype;
Document.prototype.hasFocus = function () { return !window.isHidden && hasFocus.call(this); };
"""
# Simulates a click; only a real one may bring a window to the front.
CLICK = """
async about => {
  const done = [];
  WindowClient.prototype.focus = async function () { done.push(["focus", this.url]); };
  self.clients.openWindow = async link => void done.push(["open", link]);
  const notification = { close: () => done.push(["close"]), data: about };
  let whole;
  const waitUntil = promise => (whole = promise);
  self.dispatchEvent(Object.assign(new ExtendableEvent("notificationclick"), { notification, waitUntil }));
  await whole;
  return done;
}
"""


async def listening(person: Arrive, name: str) -> tuple[Visitor, asyncio.Queue[str]]:
    """A person whose notifications and sounds are recorded instead of shown and played."""
    visitor = await person(name, joined=False)
    told: asyncio.Queue[str] = asyncio.Queue()
    await visitor.page.expose_function("tell", told.put_nowait)
    await visitor.page.add_init_script(RECORD)
    await visitor.page.reload()
    await visitor.join()
    await install(visitor)
    return visitor, told


async def hide(visitor: Visitor, is_hidden: str = "true") -> None:
    await visitor.page.evaluate(f"window.isHidden = {is_hidden}")


async def choose_level(visitor: Visitor, level: str) -> None:
    await visitor.button("Room menu").click()
    await visitor.button("Notifications").click()
    await visitor.dialog.get_by_role("radio", name=level).check(force=True)
    await visitor.button("Close").click()


async def switch(visitor: Visitor, label: str, *, on: bool) -> None:
    await open_settings(visitor)
    await visitor.dialog.get_by_role("switch", name=label).set_checked(on)
    await visitor.button("Close").click()


async def click(visitor: Visitor, about: dict) -> list[list[str]]:
    """Return what a click on a notification closes, focuses and opens."""
    worker: Worker = visitor.context.service_workers[0]
    return await worker.evaluate(CLICK, about)


async def test_mentions_show_desktop_notifications_while_the_page_is_hidden_and_are_announced_while_it_is_not(
    person: Arrive,
) -> None:
    bob = await person("bob")
    alice, told = await listening(person, "alice")
    await open_settings(alice)
    await alice.dialog.get_by_role("switch", name="Desktop notifications").check()
    await alice.button("Test notification").click()
    await expect(alice.dialog.get_by_text("Sent. You should see it now.")).to_be_visible()
    await alice.button("Close").click()
    await bob.say("Seen, so not told, @alice")
    await alice.sees("Seen, so not told")
    await alice.go_to("Notes to self")
    await bob.say("Are you here, @alice?")
    announced = alice.page.get_by_role("status", name="News for you")
    await expect(announced).to_have_text("bob in Lobby: Are you here, @alice?")
    await alice.go_to("Lobby")
    await hide(alice)
    await bob.say("Nothing for you")
    await bob.say("Over to you, @alice")
    assert await told.get() == "Chatrooms: Notifications work."
    assert await told.get() == "bob in Lobby: Over to you, @alice"
    await hide(alice, "false")
    await choose_level(alice, "Nothing")
    await hide(alice)
    await bob.say("Are you there, @alice?")
    await alice.sees("Are you there")
    await bob.talk_to("alice")
    await bob.say("Just between us")
    assert await told.get() == "bob: Just between us"


async def test_each_mention_alerts_once_by_an_edit_too_whatever_the_clock_says(
    person: Arrive, own_server: RunningServer
) -> None:
    alice, told = await listening(person, "alice")
    await switch(alice, "Desktop notifications", on=True)
    await alice.page.evaluate("{ const { now } = Date; Date.now = () => now() + 7_200_000 }")
    await hide(alice)
    async with connect(own_server.url, "bob") as bob:
        await bob.say("#lobby", "One, @alice")
        assert await told.get() == "bob in Lobby: One, @alice"
        await bob.say("#lobby", "Code is nobody: `@alice`")
        message = await bob.say("#lobby", "Two")
        await bob.run("message.edit", id=message["id"], text="Two, @alice")
        assert await told.get() == "bob in Lobby: Two, @alice"
        await bob.run("message.edit", id=message["id"], text="Two or three, @alice")
        await bob.say("alice", "Just between us")
        assert await told.get() == "bob: Just between us"
    await hide(alice, "false")
    await sign_out(alice)  # somebody else may use this computer
    assert [await told.get() for _ in ("#lobby", "bob")] == ["closed", "closed"]


async def test_a_muted_room_and_one_of_no_interest_neither_notify_nor_count(
    person: Arrive, own_server: RunningServer
) -> None:
    alice, told = await listening(person, "alice")
    await switch(alice, "Desktop notifications", on=True)
    await choose_level(alice, "Nothing")
    await alice.page.evaluate("void (navigator.setAppBadge = async (number) => window.tell(`badge ${number}`))")
    await hide(alice)
    async with connect(own_server.url, "bob") as bob, connect(own_server.url, "carol") as carol:
        await alice.page.evaluate("dispatchEvent(new Event('blur'))")
        await bob.say("#lobby", "Not even this, @alice")
        await alice.is_called("Lobby", 1)
        await bob.say("alice", "Hello")
        assert [await told.get(), await told.get()] == ["badge 1", "bob: Hello"]
        await hide(alice, "false")
        await alice.go_to("bob")
        await mute(alice, "Until I unmute it")
        await alice.go_to("Notes to self")
        await hide(alice)
        await bob.say("alice", "Hello again")
        await alice.has_unread("bob", 1)
        await carol.say("alice", "Hello from carol")
        assert [await told.get(), await told.get()] == ["badge 1", "carol: Hello from carol"]


async def test_a_refused_permission_is_explained(person: Arrive) -> None:
    alice = await person("alice", joined=False)
    await alice.page.add_init_script(RECORD.replace('permission = "granted"', 'permission = "denied"'))
    await alice.page.reload()
    await alice.join()
    await open_settings(alice)
    await expect(alice.dialog.get_by_role("switch", name="Desktop notifications")).to_be_disabled()
    await expect(alice.dialog.get_by_text("browser blocks notifications")).to_be_visible()


async def test_without_permission_desktop_notifications_stay_off(person: Arrive) -> None:
    alice = await person("alice", joined=False)
    await alice.page.add_init_script(RECORD.replace('permission = "granted"', 'permission = "default"'))
    await alice.page.add_init_script("Notification.requestPermission = async () => 'default'")
    await alice.page.reload()
    await alice.join()
    await open_settings(alice)
    switch = alice.dialog.get_by_role("switch", name="Desktop notifications")
    await switch.click()
    await expect(switch).not_to_be_checked()
    await expect(alice.button("Test notification")).to_have_count(0)


async def test_a_sound_is_played_only_while_it_is_switched_on(person: Arrive) -> None:
    bob = await person("bob")
    alice, told = await listening(person, "alice")
    await bob.talk_to("alice")
    await hide(alice)
    await bob.say("Unheard")
    await alice.has_unread("bob", 1)
    await hide(alice, "false")
    await alice.go_to("bob")  # messages that were read do not notify
    await alice.has_unread("bob", 0)
    await alice.go_to("Lobby")
    await switch(alice, "Sound for new messages", on=True)
    assert [await told.get(), await told.get()] == ["660 Hz", "880 Hz"]  # a preview of the sound
    await hide(alice)
    await bob.say("Heard")
    assert [await told.get(), await told.get()] == ["660 Hz", "880 Hz"]
    await hide(alice, "false")
    await switch(alice, "Sound for new messages", on=False)
    await switch(alice, "Desktop notifications", on=True)
    await hide(alice)
    await bob.say("Only shown")
    assert await told.get() == "bob: Only shown"
    assert told.empty()


async def test_a_message_seen_in_one_tab_does_not_notify_in_another(person: Arrive) -> None:
    bob = await person("bob")
    alice, told = await listening(person, "alice")
    await bob.talk_to("alice")
    await bob.say("Hello")
    await alice.go_to("bob")
    await switch(alice, "Desktop notifications", on=True)
    tab = await alice.another_tab()
    await tab.is_in("Lobby")
    await hide(alice)
    await tab.go_to("bob")
    await bob.say("Seen in the other tab")
    await tab.sees("Seen in the other tab")
    await tab.go_to("Lobby")
    await bob.say("Not seen in any")
    assert await told.get() == "bob: Not seen in any"


async def test_a_notification_opens_its_message_in_an_open_tab(person: Arrive) -> None:
    bob = await person("bob")
    alice, told = await listening(person, "alice")
    carol = await alice.beside("carol")
    await alice.page.bring_to_front()
    await switch(alice, "Desktop notifications", on=True)
    await alice.go_to("Notes to self")
    await alice.composer.fill("half a sentence")
    await alice.page.evaluate("window.stayed = true")
    await hide(alice)
    await bob.say("Have a look, @alice")
    assert await told.get() == "bob in Lobby: Have a look, @alice"
    about = await alice.page.evaluate("window.about")
    await carol.page.bring_to_front()
    done = await click(alice, about)
    assert done[0] == ["close"]
    assert done[1][0] == "focus"
    assert len(done) == 2
    await alice.is_in("Lobby")
    await expect(alice.message("Have a look")).to_be_focused()
    assert await alice.page.evaluate("window.stayed")
    assert "/r/lobby/" not in carol.page.url
    await alice.go_to("Notes to self")
    await expect(alice.composer).to_have_value("half a sentence")


async def test_a_notification_opens_a_new_tab_if_the_person_has_none(person: Arrive) -> None:
    bob = await person("bob")
    alice, told = await listening(person, "alice")
    carol = await alice.beside("carol")
    await alice.page.reload()
    await alice.is_in("Lobby")
    await alice.has_everything()
    await switch(alice, "Desktop notifications", on=True)
    await hide(alice)
    await bob.talk_to("alice")
    await bob.say("Come back")
    assert await told.get() == "bob: Come back"
    about = await alice.page.evaluate("window.about")
    await alice.page.close()
    await bob.say("And one more thing")
    await carol.page.reload()  # so that carol is the last person
    await carol.is_in("Lobby")
    closed, (opened, link) = await click(carol, about)
    assert (closed, opened) == (["close"], "open")
    back = await Visitor.open(alice.context, link, "alice")
    await back.is_in("bob")
    await expect(back.message("Come back")).to_be_focused()
    await expect(back.page.get_by_role("status", name="Notices")).to_be_empty()


async def test_a_link_opens_a_message_that_arrived_while_away(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    await bob.say("Before")
    await alice.sees("Before")
    await alice.page.goto("about:blank")
    seq = await bob.stores("After")
    await alice.page.goto(f"{alice.url}/r/lobby/{seq}")
    await expect(alice.message("After")).to_be_focused()
    await expect(alice.page.get_by_role("status", name="Notices")).to_be_empty()
