"""Files and pictures in the browser: chosen, dropped or pasted, uploaded, shown, opened and found again."""

from __future__ import annotations

import asyncio
import base64

from playwright.async_api import expect

from tests.browser.axe import complaints
from tests.browser.conftest import Arrive
from tests.browser.visitor import Visitor
from tests.features.files import picture

PUT = """
async ([kind, name, type, content]) => {
  const data = new DataTransfer();
  const bytes = Uint8Array.from(atob(content), (sign) => sign.charCodeAt(0));
  data.items.add(new File([bytes], name, { type }));
  const about = { bubbles: true, cancelable: true };
  const event = kind === "drop"
    ? new DragEvent("drop", { ...about, dataTransfer: data })
    : new ClipboardEvent("paste", { ...about, clipboardData: data });
  document.body.dispatchEvent(event);
}
"""
PREVENTED = """
(dialog) => !dialog.dispatchEvent(
  new KeyboardEvent("keydown", { key: "ArrowLeft", altKey: true, bubbles: true, cancelable: true }))
"""
MOVES = """
() => new Promise((done) => {
  let shift = 0;
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) shift += entry.value; })
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(shift), 300);
})
"""


def file(name: str, content: bytes, type: str = "") -> dict:
    return {"name": name, "mimeType": type, "buffer": content}


async def choose(visitor: Visitor, *files: dict) -> None:
    await visitor.page.get_by_label("Attach files").set_input_files(list(files))


async def put(visitor: Visitor, how: str, name: str, content: bytes, type: str = "image/png") -> None:
    await visitor.page.evaluate(PUT, [how, name, type, base64.b64encode(content).decode()])


def tray(visitor: Visitor):
    return visitor.page.get_by_role("list", name="Attached files").get_by_role("listitem")


async def send(visitor: Visitor) -> None:
    await expect(visitor.button("Send")).to_be_enabled()
    await visitor.button("Send").click()
    await expect(tray(visitor)).to_have_count(0)


async def test_files_with_a_caption_reach_others_and_pictures_open(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    await choose(
        alice,
        file("red.png", picture(900, 600), "image/png"),
        file("blue.jpg", picture(300, 300, "JPEG"), "image/jpeg"),
        file("notes.txt", b"hello", "text/plain"),
    )
    await expect(tray(alice)).to_have_count(3)
    await alice.composer.fill("Our holiday")
    await send(alice)
    message = bob.message("Our holiday")
    await expect(message.get_by_role("button", name="Picture red.png").get_by_role("img")).to_have_js_property(
        "naturalWidth", 800
    )
    row = message.get_by_role("link", name="notes.txt")
    await expect(row).to_contain_text("TXT, 5 B")
    async with bob.page.expect_download() as coming:
        await row.click()
    download = await coming.value
    assert download.suggested_filename == "notes.txt"
    assert await asyncio.to_thread((await download.path()).read_bytes) == b"hello"
    await message.get_by_role("button", name="Picture red.png").click()
    shown = bob.page.get_by_role("dialog", name="Picture red.png")
    await expect(shown.get_by_role("img")).to_have_js_property("naturalWidth", 900)
    await expect(shown).to_contain_text("1 of 2")
    await bob.page.keyboard.press("ArrowRight")
    await expect(bob.page.get_by_role("dialog", name="Picture blue.jpg")).to_contain_text("2 of 2")
    await bob.page.keyboard.press("ArrowRight")
    await expect(shown).to_be_visible()
    await bob.page.keyboard.press("Escape")
    await expect(shown).to_be_hidden()
    await expect(message.get_by_role("button", name="Picture red.png")).to_be_focused()


async def test_a_picture_that_cannot_be_shown_says_so_until_it_can(person: Arrive) -> None:
    alice = await person("alice")
    await choose(alice, file("red.png", picture(900, 600)), file("thin.png", picture(20, 600)))
    await send(alice)
    await alice.page.route("**/files/**", lambda route: route.fulfill(status=404))
    await alice.page.reload()
    thin = alice.log.get_by_role("button", name="Picture thin.png can't be shown")
    await expect(thin).to_be_visible()
    await thin.click()
    shown = alice.page.get_by_role("dialog", name="Picture thin.png")
    await expect(shown.get_by_text("This picture can't be shown")).to_be_in_viewport(ratio=1)
    await alice.page.unroute("**/files/**")
    await alice.context.set_offline(True)
    await expect(alice.page.get_by_text("You're offline.")).to_be_visible()
    await alice.context.set_offline(False)
    await expect(shown.get_by_role("img")).to_have_js_property("naturalHeight", 600)
    await alice.page.keyboard.press("Escape")
    await expect(alice.log.get_by_role("img", name="Picture red.png")).to_have_js_property("naturalWidth", 800)
    await expect(alice.log.get_by_text("can't be shown")).to_have_count(0)
    alice.complaints.clear()  # Chromium reports failed requests.


async def test_the_keyboard_reaches_everything_in_the_gallery(person: Arrive) -> None:
    alice = await person("alice")
    await choose(alice, *(file(f"{name}.png", picture()) for name in ("first", "second", "third")))
    await send(alice)
    await alice.log.get_by_role("button", name="Picture second.png").press("Enter")
    await expect(alice.button("Close")).to_be_focused()
    await alice.page.keyboard.press("Tab")
    await expect(alice.button("Previous picture")).to_be_focused()
    await alice.page.keyboard.press("Enter")
    await expect(alice.dialog).to_have_accessible_name("Picture first.png")
    await expect(alice.button("Previous picture")).to_be_focused()
    await alice.page.keyboard.press("Tab")
    await alice.page.keyboard.press("Enter")
    await alice.page.keyboard.press("ArrowRight")
    await expect(alice.dialog).to_contain_text("3 of 3")
    assert not await alice.dialog.evaluate(PREVENTED), "Alt+Left leads back in the browser"
    await expect(alice.dialog).to_contain_text("3 of 3")
    await alice.page.keyboard.press("Escape")
    await expect(alice.log.get_by_role("button", name="Picture second.png")).to_be_focused()


async def test_one_finger_leads_on_in_the_gallery_and_two_zoom(person: Arrive) -> None:
    alice = await person("alice", has_touch=True)
    await choose(alice, *(file(f"{name}.png", picture()) for name in ("first", "second", "third")))
    await send(alice)
    await alice.log.get_by_role("button", name="Picture first.png").click()
    await expect(alice.button("Close")).to_be_focused()
    session = await alice.context.new_cdp_session(alice.page)
    swipe = [("Start", (600,)), ("Move", (300,)), ("End", ())]
    pinch = [("Start", (400, 500)), ("Move", (200, 700)), ("End", ())]
    for gesture, expected in ((swipe, "2 of 3"), (pinch, "2 of 3")):
        for kind, columns in gesture:
            points = [{"x": x, "y": 300, "id": number} for number, x in enumerate(columns)]
            await session.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})
        await expect(alice.dialog).to_contain_text(expected)


async def test_files_are_dropped_and_pasted_and_need_no_text(person: Arrive) -> None:
    alice = await person("alice")
    await alice.has_everything()
    await put(alice, "drop", "dropped.png", picture())
    await expect(tray(alice)).to_have_count(1)
    await put(alice, "paste", "pasted.png", picture())
    await expect(tray(alice)).to_have_count(2)
    await alice.button("Remove dropped.png").click()
    await expect(tray(alice)).to_have_count(1)
    await send(alice)
    await expect(alice.log.get_by_role("button", name="Picture pasted.png")).to_be_visible()
    assert "blank message" not in await alice.log.inner_text()


async def test_what_cannot_be_uploaded_says_why(person: Arrive, own_server) -> None:
    alice = await person("alice")
    await choose(alice, file("empty.txt", b""))
    await expect(tray(alice)).to_contain_text("The file is empty.")
    await expect(alice.button("Send")).to_be_disabled()
    await alice.button("Remove empty.txt").click()
    own_server.chat.settings.__dict__["file_quota"] = 0
    await choose(alice, file("notes.txt", b"hello"))
    await expect(tray(alice)).to_contain_text("You have only 0 of 0 MB left for files.")
    own_server.chat.settings.__dict__["file_quota"] = 1
    await alice.button("Retry").click()
    await send(alice)
    await expect(alice.log.get_by_role("link", name="notes.txt")).to_be_visible()


async def test_an_upload_waits_for_the_connection_and_survives_a_reload(person: Arrive, own_server) -> None:
    alice = await person("alice")
    blocked = True

    async def hold(route):
        await (route.abort() if blocked else route.continue_())

    await alice.page.route("**/uploads/**", hold)
    async with alice.page.expect_request("**/uploads/**"):
        await choose(alice, file("notes.txt", b"hello"))
    await expect(tray(alice)).to_contain_text("0% of 5 B")
    await alice.page.reload()
    await expect(tray(alice)).to_contain_text("notes.txt")
    blocked = False
    await send(alice)
    await expect(alice.log.get_by_role("link", name="notes.txt")).to_be_visible()
    await alice.page.reload()
    await expect(alice.log.get_by_role("link", name="notes.txt")).to_be_visible()
    await expect(tray(alice)).to_have_count(0)


async def test_a_message_waits_for_its_file_and_goes_by_itself_even_after_a_reload(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    blocked = True

    async def hold(route):
        await (route.abort() if blocked else route.continue_())

    await alice.page.route("**/uploads/**", hold)
    await choose(alice, file("notes.txt", b"hello"))
    await alice.composer.fill("The notes")
    await alice.composer.press("Enter")
    await expect(alice.composer).to_have_value("")
    await expect(tray(alice)).to_have_count(0)
    await expect(alice.message("The notes")).to_contain_text("Sending once the upload is finished…")
    await alice.say("And this goes first")
    await bob.sees("And this goes first")
    await alice.page.reload()
    await expect(alice.message("The notes")).to_contain_text("Sending once the upload is finished…")
    await expect(tray(alice)).to_have_count(0)
    blocked = False
    await alice.page.reload()
    await expect(bob.message("The notes").get_by_role("link", name="notes.txt")).to_be_visible()


async def test_attached_files_stay_in_their_tab_and_in_order_until_it_is_closed(person: Arrive) -> None:
    alice = await person("alice")
    names = ["c.txt", "a.txt", "b.txt"]
    await choose(alice, *(file(name, b"hello") for name in names))
    tab = await alice.another_tab()
    await tab.is_in("Lobby")
    await tab.page.wait_for_timeout(2_500)
    for _ in range(2):
        await alice.page.reload()
        await expect(tray(alice)).to_contain_text(names)
        await expect(tray(tab)).to_have_count(0)
    await tab.say("Without files")
    await tab.sees("Without files")
    await expect(tray(alice)).to_have_count(3)
    await alice.page.close()
    await tab.page.wait_for_timeout(2_500)
    await expect(tray(tab)).to_have_count(0)
    await tab.page.reload()
    await expect(tray(tab)).to_contain_text(names)
    await send(tab)
    await expect(tab.log.get_by_role("link", name="c.txt")).to_be_visible()


async def test_a_message_waits_for_its_file_and_goes_from_another_tab_when_its_own_is_closed(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    tab = await alice.another_tab()
    await tab.is_in("Lobby")
    await alice.page.route("**/uploads/**", lambda route: route.abort())
    await choose(alice, file("notes.txt", b"hello"))
    await alice.composer.fill("The notes")
    await alice.composer.press("Enter")
    await expect(tab.message("The notes")).to_contain_text("Sending once the upload is finished…")
    await alice.page.close()
    await expect(bob.message("The notes").get_by_role("link", name="notes.txt")).to_be_visible()


async def test_a_message_whose_file_is_refused_says_why_and_offers_no_retry(person: Arrive) -> None:
    alice = await person("alice")
    waiting = asyncio.Event()

    async def hold(route):
        await waiting.wait()
        await route.continue_()

    await alice.page.route("**/uploads/**", hold)
    await choose(alice, file("broken.png", picture()[:60], "image/png"))
    await expect(tray(alice)).to_contain_text("broken.png")
    await alice.composer.fill("Our holiday")
    await alice.composer.press("Enter")
    await expect(alice.message("Our holiday")).to_contain_text("Sending once")
    waiting.set()
    message = alice.message("Our holiday")
    await expect(message).to_contain_text("Not sent: broken.png: This picture is damaged")
    await expect(message.get_by_role("button", name="Retry")).to_have_count(0)
    await message.get_by_role("button", name="Delete").click()
    await expect(message).to_have_count(0)
    await choose(alice, file("broken.png", picture()[:60], "image/png"))
    await expect(tray(alice)).to_contain_text("This picture is damaged")
    await expect(alice.button("Retry")).to_have_count(0)
    await alice.composer.press("Enter")
    await expect(alice.page.get_by_role("alert")).to_have_text("broken.png couldn't be uploaded. Remove it first.")
    alice.complaints.clear()  # about the refusals


async def test_pictures_take_their_space_before_they_are_loaded(person: Arrive) -> None:
    alice = await person("alice")
    for number in range(3):
        await choose(alice, file(f"{number}.png", picture(800, 500), "image/png"))
        await send(alice)
    await expect(alice.log.get_by_role("img")).to_have_count(3)
    await alice.page.reload()
    await expect(alice.log.get_by_role("img", name="2.png")).to_have_js_property("complete", True)
    assert await alice.page.evaluate(MOVES) < 0.02


async def test_the_files_of_a_room_are_listed(person: Arrive) -> None:
    alice = await person("alice")
    for name in ("one.txt", "two.png"):
        await choose(alice, file(name, picture() if name.endswith("png") else b"hello"))
        await send(alice)
    await expect(alice.log.get_by_role("button", name="Picture two.png")).to_be_visible()
    await alice.button("Room menu").click()
    await alice.button("Files").click()
    listed = alice.page.get_by_role("list", name="Files").get_by_role("listitem")
    await expect(listed).to_have_count(2)
    await expect(listed.first).to_contain_text("two.png")
    await listed.last.get_by_role("button").click()
    await expect(alice.dialog).to_be_hidden()


async def test_files_are_accessible(person: Arrive) -> None:
    alice = await person("alice", bypass_csp=True, reduced_motion="reduce")
    await choose(alice, file("red.png", picture(900, 600), "image/png"), file("notes.txt", b"hello"))
    await expect(alice.button("Send")).to_be_enabled()
    assert await complaints(alice.page) == []
    await send(alice)
    await alice.log.get_by_role("button", name="Picture red.png").click()
    assert await complaints(alice.page) == []
