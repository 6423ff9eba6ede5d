"""How to open each view, for screenshots and for tests of all views."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from playwright.async_api import expect

from tests.browser.preloads import STATIC
from tests.browser.visitor import Visitor
from tests.people import Person, connect

TALK = [
    ("bob", "Morning! The new room list is live, have a look when you get a minute."),
    ("alice", "Just did. It opens so much faster now, nice work ✨"),
    ("alice", "One thing: on my phone the topic wraps onto a second line. Is that meant to be?"),
    ("bob", "No, that is a slip. Here is the rule that went missing:"),
    ("bob", "```css\n.topic {\n  overflow: hidden;\n  text-overflow: ellipsis;\n}\n```"),
    ("carol", "I can take that one, I have the file open anyway."),
    ("bob", "Thank you @carol! For lunch, who is in?\n\n- **Noodles** at twelve\n- Salad bar, any time"),
    ("alice", "Noodles. I will book for four, so that @bob can come straight from the station."),
    ("carol", "🍜"),
]
REACTIONS = [
    (0, "👍", ["alice", "carol"]),
    (0, "🎉", ["carol"]),
    (7, "🍜", ["bob", "carol"]),
    (7, "❤️", ["alice", "bob"]),
]
"""To which message of `TALK`, with what, by whom."""
THREAD = [
    ("bob", "It is not. Which phone is it?"),
    ("alice", "The small one, 320 pixels wide."),
    ("carol", "@alice, here it is the same."),
]
"""Replies to the third message of `TALK`."""
DAVE = "dave" * 12
"""The claim of a stranger."""
ASKED = "3f1c5b0e-0000-4000-8000-00000000da7e"
View = Callable[[Visitor], Awaitable[None]]


async def furnish(alice: Person, bob: Person, carol: Person) -> None:
    """Create rooms, names and messages."""
    people = {"alice": alice, "bob": bob, "carol": carol}
    for name, full in (("alice", "Alice Moreau"), ("bob", "Bob Okafor"), ("carol", "Carol Lindqvist")):
        await people[name].run("user.update", name=full)
    await bob.run("user.update", about="Draws maps, fixes bicycles.")
    for room, topic in (("design", "What it looks like and why"), ("book-club", "This month: Middlemarch")):
        await alice.run("room.create", name=room, topic=topic)
        for other in ("bob", "carol"):
            await alice.run("room.invite", room=f"#{room}", username=other)
    await carol.run("room.create", name="garden", topic="Tomatoes and patience")
    for command in ("room.leave", "room.join"):
        await bob.run(command, room="#design")
    said = [await people[author].say("#lobby", text) for author, text in TALK]
    for number, emoji, reacting in REACTIONS:
        for name in reacting:
            await people[name].run("reaction.add", id=said[number]["id"], emoji=emoji)
    thread = f"#lobby/{said[2]['seq']}"
    for name, text in THREAD:
        await people[name].say(thread, text)
    last = await bob.say("#lobby", "Perfect. See you there.", reply_to=said[-2]["id"])
    for message in (said[5], said[0]):
        await alice.run("bookmark.add", id=message["id"])
    await alice.run("read.mark", room="#lobby", seq=last["seq"])
    await bob.say("alice", "Do you have the slides for this afternoon?")
    await carol.say("#book-club", "Chapter four, at last!")
    await carol.say("#design", "@alice, can you have a look at the colours of the header? @bob is away until Monday.")
    await bob.say("#book-club", "It is worth it. @alice too?")
    await alice.run("room.update", room="#design", topic="What it looks like, and why")
    for text in ("Colours: `tokens.css`", "Type: 14 px"):
        await carol.run("message.pin", id=(await carol.say("#design", text))["id"])
    await alice.run("room.mute", room="#book-club")


async def come_in(alice: Visitor) -> None:
    """Open the lobby and wait for all names, states and colours."""
    await alice.join()
    await alice.sees("See you there.")
    await alice.has_everything()
    await expect(alice.page.get_by_role("link", name="Bob Okafor @bob, online", include_hidden=True)).to_have_count(1)
    await expect(alice.log.locator(".hljs-attribute").first).to_be_visible()
    await expect(alice.log.get_by_role("button", name="@carol")).to_be_visible()
    await alice.page.mouse.move(1, 1)


async def lobby(_alice: Visitor) -> None:
    """Stay in the lobby."""


async def rooms(alice: Visitor) -> None:
    """Open the list of rooms, which is a separate page on a narrow screen."""
    back = alice.page.get_by_role("link", name="All rooms")
    if await back.is_visible():
        await back.click()


async def members(alice: Visitor) -> None:
    await alice.page.get_by_role("button", name=re.compile(r"^\d+ members$")).click()
    await expect(alice.member("Bob")).to_be_visible()


async def message(alice: Visitor) -> None:
    await alice.message("Just did.").hover()
    await alice.message("Just did.").focus()
    await expect(alice.message("Just did.").get_by_role("button", name="More", exact=True)).to_be_attached()


async def message_menu(alice: Visitor) -> None:
    await alice.open_menu("One thing: on my phone")
    await expect(alice.menu.get_by_role("menuitem", name="Delete message")).to_be_visible()


async def reacting(alice: Visitor) -> None:
    await alice.choose("Just did.", "Add reaction")
    await expect(alice.button("thumbs up").first).to_be_visible()


async def reacted(alice: Visitor) -> None:
    await alice.choose("Noodles. I will", "Who reacted")
    await expect(alice.dialog.get_by_text("Carol Lindqvist")).to_be_visible()


async def switcher(alice: Visitor) -> None:
    await alice.page.keyboard.press("ControlOrMeta+k")
    await expect(alice.page.get_by_role("option").first).to_be_visible()


async def keys(alice: Visitor) -> None:
    await alice.page.keyboard.press("ControlOrMeta+/")
    await expect(alice.dialog).to_be_visible()


async def completion(alice: Visitor) -> None:
    await alice.composer.press_sequentially("@")
    await expect(alice.page.get_by_role("option").first).to_be_visible()


async def emoji(alice: Visitor) -> None:
    await alice.button("Emoji").click()
    await alice.page.get_by_role("searchbox", name="Find an emoji").fill("cat")
    await expect(alice.button("cat face")).to_be_visible()


async def person(alice: Visitor) -> None:
    await alice.message("Perfect.").get_by_role("button", name="Bob Okafor").click()
    await expect(alice.dialog.get_by_text("Draws maps")).to_be_visible()


async def from_account(alice: Visitor, choice: str) -> None:
    await rooms(alice)
    await alice.button("Account of Alice Moreau").click()
    await alice.button(choice).click()
    await expect(alice.dialog).to_be_visible()


async def settings(alice: Visitor) -> None:
    await from_account(alice, "Settings")


async def devices(alice: Visitor) -> None:
    """Show the devices, with a link for another one and the form for a password."""
    await from_account(alice, "Devices and password")
    await alice.button("Show a link and QR code").click()
    await alice.button("Set a password").click()
    await expect(alice.dialog.get_by_role("img", name="QR code of the link")).to_be_visible()


async def invite_link(alice: Visitor) -> None:
    """Show a link that invites to a room."""
    await invite(alice)
    await alice.button("Create a link").click()
    await alice.dialog.get_by_role("button", name="Copy").scroll_into_view_if_needed()


async def profile(alice: Visitor) -> None:
    await from_account(alice, "Edit profile")


async def level(alice: Visitor) -> None:
    await alice.button("Room menu").click()
    await alice.button("Notifications").click()
    await expect(alice.dialog).to_be_visible()


async def replying(alice: Visitor) -> None:
    await alice.choose("Noodles", "Reply")
    await expect(alice.page.get_by_role("group", name="Reply")).to_be_visible()


async def thread(alice: Visitor) -> None:
    await alice.message("One thing").get_by_role("link", name=re.compile("3 replies")).click()
    replies = alice.page.get_by_role("region", name="Thread").get_by_role("article")
    await expect(replies.filter(has_text="here it is the same")).to_be_visible()


async def threads(alice: Visitor) -> None:
    await rooms(alice)
    await alice.page.get_by_role("link", name=re.compile("^Threads")).click()
    await expect(alice.page.get_by_role("list", name="Threads that you follow").get_by_role("link")).to_be_visible()


async def inbox(alice: Visitor) -> None:
    await rooms(alice)
    await alice.page.get_by_role("link", name=re.compile("^Inbox")).click()
    await expect(alice.page.get_by_text("@Alice Moreau, can you")).to_be_visible()


async def bookmarks(alice: Visitor) -> None:
    await rooms(alice)
    await alice.page.get_by_role("link", name="Bookmarks").click()
    await expect(alice.page.get_by_role("list", name="Bookmarked messages").get_by_role("listitem")).to_have_count(2)


async def mute(alice: Visitor) -> None:
    await of_room(alice, "Mute")


async def browse(alice: Visitor) -> None:
    await rooms(alice)
    await alice.button("Browse rooms").click()
    await expect(alice.button("Join garden")).to_be_visible()


async def new_room(alice: Visitor) -> None:
    await rooms(alice)
    await alice.button("New room").click()
    await expect(alice.dialog).to_be_visible()


async def new_conversation(alice: Visitor) -> None:
    await rooms(alice)
    await alice.button("New conversation").click()
    await alice.button("Add Bob Okafor").click()
    await expect(alice.button("Message Bob Okafor")).to_be_visible()


async def of_room(alice: Visitor, choice: str) -> None:
    await rooms(alice)
    await alice.go_to("design")
    await alice.button("Room menu").click()
    await alice.page.locator("#room-menu").get_by_role("button", name=choice, exact=True).click()
    await expect(alice.dialog).to_be_visible()


async def edit_room(alice: Visitor) -> None:
    await of_room(alice, "Edit room")


async def invite(alice: Visitor) -> None:
    await of_room(alice, "Invite people")
    await expect(alice.dialog.locator(".skeleton-row")).to_have_count(0)


async def archive(alice: Visitor) -> None:
    await of_room(alice, "Archive room")


async def sign_out(alice: Visitor) -> None:
    await from_account(alice, "Sign out")


async def editing(alice: Visitor) -> None:
    await alice.composer.press("ArrowUp")
    await expect(alice.page.get_by_role("textbox", name="Edit message")).to_be_visible()


async def conversation(alice: Visitor) -> None:
    await rooms(alice)
    await alice.go_to("Bob Okafor")
    await alice.sees("Do you have the slides")


async def notes(alice: Visitor) -> None:
    await rooms(alice)
    await alice.go_to("Notes to self")


async def events(alice: Visitor) -> None:
    await rooms(alice)
    await alice.go_to("design")
    await alice.log.get_by_role("button", name="Show all").first.click()
    await expect(alice.log.get_by_role("list", name="What happened")).to_be_visible()


async def search_box(alice: Visitor) -> None:
    await alice.page.goto(f"{alice.url}/#/search/carol%20from%3A")
    await alice.page.get_by_role("combobox", name="Search messages").click()
    await expect(alice.page.get_by_role("option").first).to_be_visible()


async def search_hints(alice: Visitor) -> None:
    await rooms(alice)
    await alice.page.get_by_role("link", name="Search messages").click()
    await expect(alice.page.get_by_text("Words find messages")).to_be_visible()


async def searching(alice: Visitor) -> None:
    await alice.page.goto(f"{alice.url}/#/search/have%20on%3Atoday")
    await alice.page.get_by_role("button", name="Surroundings").first.click()
    await expect(alice.page.get_by_role("list", name="Surroundings")).to_be_visible()


async def not_here(alice: Visitor) -> None:
    await alice.page.goto(f"{alice.url}/r/nowhere")
    await expect(alice.page.get_by_role("heading", name="No open room is called #nowhere")).to_be_visible()


async def too_long(alice: Visitor) -> None:
    await alice.composer.fill("Much too long. " * 700)
    await expect(alice.button("Send")).to_be_disabled()


async def managing(alice: Visitor, part: str = "") -> None:
    """Open a part of the page for admins; alice owns the server."""
    await alice.page.goto(f"{alice.url}/#/admin{part}")
    await expect(alice.page.get_by_role("heading", name="Manage Chatrooms")).to_be_visible()


async def manage_people(alice: Visitor) -> None:
    await managing(alice)
    await expect(alice.button("Manage Bob Okafor")).to_be_visible()


async def manage_person(alice: Visitor) -> None:
    await manage_people(alice)
    await alice.button("Manage Carol Lindqvist").click()
    await alice.button("Create a link").click()
    await expect(alice.dialog.get_by_role("img", name="QR code of the link")).to_be_visible()


async def manage_rooms(alice: Visitor) -> None:
    await managing(alice, "/rooms")
    await expect(alice.button("Archive garden")).to_be_visible()


async def manage_invitations(alice: Visitor) -> None:
    await managing(alice, "/invitations")
    await alice.button("Create an invitation").click()
    await expect(alice.page.get_by_role("img", name="QR code of the invitation")).to_be_visible()
    await expect(alice.button("Revoke the invitation to #lobby").first).to_be_visible()


async def manage_groups(alice: Visitor) -> None:
    async with connect(alice.url, "alice", token=await alice.token()) as other:
        groups = (await other.run("group.list"))["groups"]
        if not groups:
            await other.run("group.create", name="makers", members=["bob", "carol"])
            await other.run("group.create", name="readers", members=["alice"])
    await managing(alice, "/groups")
    await expect(alice.button("Manage @makers")).to_be_visible()


async def manage_group(alice: Visitor) -> None:
    await manage_groups(alice)
    await alice.button("Manage @makers").click()
    await expect(alice.dialog.get_by_role("button", name="Remove Bob Okafor")).to_be_visible()


async def manage_emoji(alice: Visitor) -> None:
    async with connect(alice.url, "alice", token=await alice.token()) as other:
        known = (await other.run("emoji.list"))["emoji"]
    await managing(alice, "/emoji")
    if not known:
        await alice.page.get_by_label("Name of a new emoji").fill("our_logo")
        await alice.page.get_by_label("Picture").set_input_files(STATIC / "icon-192.png")
        await alice.button("Add emoji").click()
    await expect(alice.page.get_by_role("list", name="Emoji").get_by_role("img", name=":our_logo:")).to_be_visible()


async def manage_server(alice: Visitor) -> None:
    await managing(alice, "/server")
    await expect(alice.page.get_by_role("radio", name="Anybody")).to_be_checked()


async def why_not(alice: Visitor) -> None:
    """Open what a person can do on the server."""
    await manage_people(alice)
    await alice.button("Manage Carol Lindqvist").click()
    await alice.dialog.get_by_text("What they can and can't do on this server").click()
    await expect(alice.dialog.get_by_text("Only admins and owners of this server can give roles.")).to_be_visible()


async def request(alice: Visitor) -> None:
    """Open a conversation that a stranger began."""
    async with connect(alice.url, "dave", auth={"username": "dave", "claim": DAVE}) as dave:
        await dave.say(
            "alice", "Hello Alice, I found your talk about maps. May I ask you something about it?", id=ASKED
        )
    await alice.page.goto(f"{alice.url}/#/p/dave")
    await expect(alice.button("Accept")).to_be_visible()


VIEWS: dict[str, View] = {
    view.__name__.replace("_", "-"): view
    for view in (
        lobby, rooms, members, message, message_menu, reacting, reacted, switcher, keys, completion, emoji,
        person, settings, devices, invite_link, profile, level, browse, replying, thread, threads, inbox,
        bookmarks, mute, new_room, new_conversation, edit_room, invite, archive, sign_out, conversation, notes,
        events, searching, search_box, search_hints, not_here, editing, too_long,
        manage_people, manage_person, manage_rooms, manage_invitations, manage_groups, manage_group,
        manage_emoji, manage_server, why_not, request,
    )
}  # fmt: skip
