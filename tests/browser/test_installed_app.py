"""The page as an app, and without the network, the server, a room, or storage."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.async_api import expect

from chatrooms.doors import snapshot
from tests.browser import wheel
from tests.browser.conftest import Arrive
from tests.browser.visitor import Visitor
from tests.people import connect
from tests.servers import RunningServer

INSTALLED = "navigator.serviceWorker.ready.then(({active}) => active !== null)"
CONTROLLED = """
() => new Promise(done => {
  if (navigator.serviceWorker.controller) done();
  else navigator.serviceWorker.addEventListener("controllerchange", done, {once: true});
})
"""
UPDATED = """
async () => {
  const registration = await navigator.serviceWorker.ready;
  await registration.update();
  return registration.waiting !== null;
}
"""
"""Asks again and again, because the page may be asking for what was there before."""
FORGET = "indexedDB.databases().then(all => all.forEach(({name}) => indexedDB.deleteDatabase(name)))"
NO_STORAGE = """
IDBFactory.prototype.open = () => { throw new DOMException("refused", "SecurityError"); };
for (const way of ["getItem", "setItem", "removeItem"])
  Storage.prototype[way] = () => { throw new DOMException("refused", "SecurityError"); };
"""


async def install(visitor: Visitor) -> None:
    await visitor.has_everything()
    await visitor.page.evaluate(INSTALLED)
    await visitor.page.evaluate(CONTROLLED)


async def forget_http(visitor: Visitor) -> None:
    """Empty the browser's own cache, so that only that of the service worker is left."""
    session = await visitor.context.new_cdp_session(visitor.page)
    await session.send("Network.clearBrowserCache")
    await session.detach()


async def test_the_page_opens_offline_and_says_what_it_cannot_show(person: Arrive, own_server: RunningServer) -> None:
    alice = await person("alice")
    async with connect(own_server.url, "bob") as bob:
        above = await bob.say("#lobby", "Said before the tunnel")
        await bob.say(f"#lobby/{above['seq']}", "Said in a thread")
    await alice.sees("1 reply")
    await install(alice)
    await alice.page.reload()
    await alice.sees("Said before the tunnel")
    await forget_http(alice)
    await alice.context.set_offline(True)
    await alice.page.reload()
    await alice.sees("Said before the tunnel")
    await expect(alice.page.get_by_role("status", name="Connection")).to_contain_text("You're offline")
    await alice.message("1 reply").get_by_role("link", name="1 reply").click()
    thread = alice.page.get_by_role("log", name="Replies")
    await expect(thread.get_by_role("article")).to_contain_text("Said before the tunnel")
    await expect(thread.get_by_role("status")).to_have_text("The replies load once you're online.")
    await alice.context.set_offline(False)
    await expect(thread.get_by_role("article").last).to_contain_text("Said in a thread")
    alice.complaints.clear()  # Chromium reports failed requests.


async def test_messages_written_offline_survive_closing_the_page(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    await alice.say("Hello")
    await alice.sees("Hello")
    await install(alice)
    await alice.page.reload()
    await alice.sees("Hello")
    await alice.context.set_offline(True)
    await alice.say("From inside the tunnel")
    await alice.sees("From inside the tunnel")
    await alice.page.close(run_before_unload=False)
    tab = await Visitor.open(alice.context, alice.url, "alice")
    await tab.sees("Hello", "From inside the tunnel")
    await tab.context.set_offline(False)
    await bob.sees("From inside the tunnel")
    await expect(tab.message("From inside the tunnel")).not_to_contain_text("Sending")
    tab.complaints.clear()


async def test_the_manifest_and_its_icons_are_there(person: Arrive) -> None:
    alice = await person("alice", joined=False)
    manifest = await (await alice.page.request.get(f"{alice.url}/manifest.webmanifest")).json()
    assert {"192x192", "512x512"} <= {icon["sizes"] for icon in manifest["icons"]}
    for icon in manifest["icons"]:
        answer = await alice.page.request.get(f"{alice.url}/{icon['src']}")
        assert answer.ok
        assert answer.headers["content-type"] == icon["type"]


@pytest.fixture
def static(tmp_path: Path, shared_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy the client, so that a test can change it."""
    copy = shutil.copytree(wheel.bundle(shared_folder), tmp_path / "static")
    monkeypatch.setattr(snapshot, "SECONDS_BETWEEN_LOOKS", 0)
    monkeypatch.setattr("chatrooms.app.bundled", lambda: snapshot.Folder(copy, watched=True))
    return copy


async def test_a_new_version_is_offered_and_installed_only_on_request(static: Path, person: Arrive) -> None:
    alice = await person("alice")
    await install(alice)
    await alice.composer.fill("half a sentence")
    (static / "js" / "more-0A1B2C3D.js").write_text("// new")
    await alice.page.wait_for_function(UPDATED)
    await expect(alice.page.get_by_role("status", name="Notices")).to_contain_text("A new version is available.")
    await expect(alice.composer).to_have_value("half a sentence")
    async with alice.page.expect_event("load"):
        await alice.button("Reload").click()
    await alice.is_in("Lobby")
    await expect(alice.composer).to_have_value("half a sentence")


async def test_every_tab_can_reload_with_the_new_version(static: Path, person: Arrive) -> None:
    alice = await person("alice")
    await install(alice)
    tab = await alice.another_tab()
    await install(tab)
    (static / "js" / "more-0A1B2C3D.js").write_text("// new")
    await alice.page.wait_for_function(UPDATED)
    for each in (alice, tab):
        async with each.page.expect_event("load"):
            await each.button("Reload").click()
        await each.is_in("Lobby")


async def test_a_server_that_cannot_be_reached_is_explained(person: Arrive) -> None:
    alice = await person("alice")
    await alice.page.route_web_socket("**/socket.io/**", lambda socket: socket.close())
    await alice.page.route("**/socket.io/**", lambda route: route.abort())
    await alice.page.evaluate(
        "indexedDB.databases().then(all => all.forEach(({name}) => indexedDB.deleteDatabase(name)))"
    )
    await alice.page.goto("about:blank")
    await alice.page.goto(alice.url)
    await expect(alice.page.get_by_role("heading", name="Can't reach the server")).to_be_visible()
    await alice.page.unroute_all()
    await alice.button("Try now").click()


async def test_an_unknown_room_links_back_and_an_open_one_can_be_joined(person: Arrive) -> None:
    alice = await person("alice")
    async with connect(alice.url, "bob") as bob:
        await bob.run("room.create", name="garden", topic="Tomatoes")
    await alice.page.goto(f"{alice.url}/r/garden")
    await expect(alice.page.get_by_text("It's open and has 1 member. Tomatoes")).to_be_visible()
    await alice.button("Join #garden").click()
    await alice.is_in("garden")
    await alice.page.goto(f"{alice.url}/r/gone")
    await expect(alice.page.get_by_role("heading", name="No open room is called #gone")).to_be_visible()
    await expect(alice.button("Join #gone")).to_have_count(0)
    await alice.page.get_by_role("link", name="Go to Lobby").click()
    await alice.is_in("Lobby")


async def test_a_browser_without_storage_shows_a_notice(person: Arrive) -> None:
    alice = await person("alice", joined=False)
    await alice.page.add_init_script(NO_STORAGE)
    await alice.page.reload()
    await alice.join()
    await expect(alice.page.get_by_role("status", name="Notices")).to_contain_text("Storage is blocked")
    await alice.say("Still works")
    await alice.sees("Still works")
