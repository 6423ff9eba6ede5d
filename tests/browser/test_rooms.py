"""Rooms and members: naming, updating, inviting, removing, archiving; group conversations."""

from __future__ import annotations

import re
from contextlib import AsyncExitStack

from playwright.async_api import expect
from sqlalchemy import select

from chatrooms.storage.tables import rooms
from tests.appointing import appoint
from tests.browser.conftest import Arrive
from tests.people import connect
from tests.servers import RunningServer

CROWD = [f"guest-{letter}" for letter in "abcdefghijklmnopqrst"]


async def test_a_room_is_named_as_typed_with_hyphens(person: Arrive) -> None:
    alice = await person("alice")
    await alice.button("New room").click()
    name = alice.dialog.get_by_role("textbox", name="Name")
    await name.fill("!Book  Club?")
    await expect(name).to_have_value("!Book  Club?")
    await expect(alice.dialog.get_by_text("Its permanent name will be #book-club")).to_be_visible()
    await alice.button("Create room").click()
    await alice.is_in("!Book Club?")
    await expect(alice.page.get_by_text("/r/book-club")).to_be_visible()
    await alice.log.get_by_role("button", name="Invite people").click()
    await expect(alice.dialog.get_by_role("heading", name="Invite to !Book Club?")).to_be_visible()


async def test_the_name_of_an_open_room_leads_there_and_is_completed_before_one_has_joined(
    person: Arrive, own_server: RunningServer
) -> None:
    async with connect(own_server.url, "bob") as bob:
        await bob.run("room.create", name="#support", title="Help desk")
        await bob.run("room.create", name="#board", access="private")
        alice = await person("alice")
        await bob.say("#lobby", "Ask in #support, not in #board or #nowhere.")
        names = alice.message("Ask in").locator("p a")
        await expect(names).to_have_text(["#support"])
        await alice.page.reload()
        await expect(names).to_have_text(["#support"])
        await bob.run("room.create", name="#new-one")
        await bob.say("#lobby", "Come to #new-one.")
        await expect(alice.message("Come to").locator("p a")).to_have_text(["#new-one"])
        await alice.composer.fill("")
        await alice.composer.press_sequentially("#hel")
        await expect(alice.page.get_by_role("option")).to_have_text(re.compile(r"Help desk.*#support \(not joined\)"))
        await alice.page.keyboard.press("Enter")
        await expect(alice.composer).to_have_value("#support ")
        await names.click()
        await alice.button("Join #support").click()
        await alice.is_in("Help desk")
        await alice.go_to("Lobby")
        await expect(names).to_have_text(["#support"])


async def test_the_error_of_a_name_is_shown_until_it_is_changed(person: Arrive) -> None:
    alice = await person("alice")
    await alice.button("New room").click()
    name = alice.dialog.get_by_role("textbox", name="Name")
    await name.fill("lobby")
    await alice.button("Create room").click()
    await expect(alice.dialog.get_by_role("alert")).to_be_visible()
    await alice.button("Create room").click()
    await expect(alice.dialog.get_by_role("alert")).to_be_visible()
    await name.fill("lobby-2")
    await expect(alice.dialog.get_by_role("alert")).to_have_count(0)


async def test_the_title_and_access_of_a_room_can_be_changed(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    await alice.make_room("den")
    for title, shown in (("The den", "The den"), ("", "den")):
        await alice.button("Room menu").click()
        await alice.button("Edit room").click()
        await alice.dialog.get_by_role("textbox", name="Title").fill(title)
        await alice.dialog.get_by_role("radio", name="Private").check()
        await alice.button("Save").click()
        await alice.is_in(shown)
    await bob.button("Browse rooms").click()
    await expect(bob.dialog.get_by_text("You've joined every open room.")).to_be_visible()


async def test_saving_a_room_keeps_what_another_owner_changed_since_its_dialog_opened(
    person: Arrive, own_server: RunningServer
) -> None:
    alice = await person("alice")
    await alice.make_room("den")
    await alice.button("Room menu").click()
    await alice.button("Edit room").click()
    async with connect(own_server.url, "olga") as olga:
        await appoint(own_server.chat, "olga", "owner")
        await olga.run("room.join", room="#den")
        await olga.run("room.update", room="#den", title="Staff only", access="private", slow=60)
        await alice.dialog.get_by_role("textbox", name="Topic").fill("News")
        await alice.button("Save").click()
        await expect(alice.dialog).to_have_count(0)
        await alice.is_in("Staff only")
    columns = rooms.c.title, rooms.c.topic, rooms.c.access, rooms.c.slow
    found = select(*columns).where(rooms.c.name == "#den")
    stored = await own_server.chat._pipeline.lookup(lambda db: tuple(db.execute(found).one()))
    assert stored == ("Staff only", "News", "private", 60)


async def test_an_archived_room_offers_only_what_is_possible(person: Arrive) -> None:
    alice = await person("alice")
    await alice.make_room("old")
    await alice.button("Room menu").click()
    await alice.button("Archive room").click()
    await alice.dialog.get_by_role("button", name="Archive room").click()
    await expect(alice.page.get_by_text("This room is archived")).to_be_visible()
    await alice.button("Room menu").click()
    await expect(alice.button("Leave room")).to_be_visible()
    for offer in ("Invite people", "Edit room", "Archive room"):
        await expect(alice.button(offer)).to_have_count(0)


async def test_inviting_and_removing_by_keyboard_keeps_the_focus(person: Arrive) -> None:
    alice, _ = await person("alice"), await person("bob")
    await alice.make_room("den", access="Private")
    await alice.show_members(1)
    members = alice.page.get_by_role("complementary", name="Members")
    await members.get_by_role("button", name="Invite people").click()
    search = alice.dialog.get_by_role("searchbox", name="Who do you want to invite?")
    await alice.button("Invite bob").focus()
    await alice.page.keyboard.press("Enter")
    await expect(alice.dialog.get_by_role("status")).to_contain_text("bob is now a member.")
    await expect(alice.dialog.get_by_text("Everyone is already a member.")).to_be_visible()
    await expect(search).to_be_focused()
    await alice.page.keyboard.press("Escape")
    await expect(alice.dialog).to_have_count(0)
    await alice.button("Remove bob").press("Enter")
    await alice.dialog.get_by_role("button", name="Remove").press("Enter")
    await expect(alice.member("bob")).to_have_count(0)
    await expect(alice.page.get_by_role("complementary", name="Members")).to_be_focused()


async def test_enter_picks_who_was_typed_and_no_one_who_was_listed_before(person: Arrive, own_server) -> None:
    alice = await person("alice")
    async with connect(own_server.url, "aaron"), connect(own_server.url, "zoe"):
        await alice.button("New conversation").click()
        people = alice.dialog.get_by_role("list", name="People found")
        await expect(people.get_by_role("listitem")).to_have_count(2)
        await alice.page.keyboard.type("zoe")
        await alice.page.keyboard.press("Enter")
        await alice.is_in("zoe")


async def test_a_member_can_be_found_among_many(person: Arrive, own_server: RunningServer) -> None:
    async with AsyncExitStack() as crowd:
        for name in CROWD:
            await crowd.enter_async_context(connect(own_server.url, name))
        alice = await person("alice", viewport={"width": 1200, "height": 500})
        await alice.show_members(len(CROWD) + 1)
        members = alice.page.get_by_role("complementary", name="Members")
        await members.get_by_role("listitem").first.wait_for()
        await members.evaluate("panel => panel.scrollTo(0, panel.scrollHeight)")
        await alice.member(CROWD[-1]).scroll_into_view_if_needed()
        await expect(alice.button("Close members")).to_be_in_viewport(ratio=1)
        find = alice.page.get_by_role("searchbox", name="Find a member")
        await find.fill("guest-k")
        await expect(alice.member("guest-k")).to_be_visible()
        await expect(alice.member("guest-b")).to_have_count(0)
        await find.fill("nobody")
        await expect(alice.page.get_by_text("No matches.")).to_be_visible()


async def test_a_conversation_with_several_people_can_be_started(person: Arrive) -> None:
    alice, bob, carol = [await person(name) for name in ("alice", "bob", "carol")]
    await alice.button("New conversation").click()
    for name in ("Add bob", "Add carol"):
        await alice.button(name).click()
    await alice.button("Remove carol").click()
    await alice.button("Add carol").click()
    await alice.button("Message 2 people").click()
    await alice.is_in("bob, carol")
    await alice.say("The three of us")
    for each in (bob, carol):
        await each.room("alice").click()
        await each.sees("The three of us")
    await alice.button("Room menu").click()
    await alice.button("Profile of carol").click()
    await expect(alice.dialog.get_by_text("@carol")).to_be_visible()


async def test_the_address_of_an_unknown_person_says_so(person: Arrive) -> None:
    alice = await person("alice")
    await alice.page.goto(f"{alice.url}#/p/nobodyhere")
    await expect(alice.page.get_by_role("heading", name="No one here is called @nobodyhere")).to_be_visible()


async def test_many_invitations_leave_room_for_the_conversation(person: Arrive, own_server: RunningServer) -> None:
    alice = await person("alice", viewport={"width": 320, "height": 568})
    notices = alice.page.get_by_role("status", name="Notices")
    async with connect(own_server.url, "boss") as boss:
        for number in range(9):
            await boss.run("room.create", name=f"#team-{number}")
            await boss.run("room.invite", room=f"#team-{number}", username="alice")
        await expect(notices.get_by_role("paragraph")).to_have_count(1)
        await expect(notices).to_contain_text("You were invited to 9 rooms: team-0, team-1, and 7 more.")
        await expect(alice.composer).to_be_in_viewport(ratio=1)
        await notices.get_by_role("button", name="Dismiss").click()
        await expect(notices).to_be_empty()
        await boss.run("room.remove", room="#team-0", username="alice")
        await expect(notices).to_contain_text("You're no longer a member of team-0.")
        await boss.run("room.invite", room="#team-0", username="alice")
        await expect(notices).to_contain_text("boss invited you to team-0")
        await expect(notices).not_to_contain_text("no longer")


async def test_the_last_member_of_a_private_room_is_told_that_no_one_can_open_it_again(person: Arrive) -> None:
    alice = await person("alice")
    await alice.make_room("my cool room!", access="Private")
    await alice.say("/leave")
    await expect(alice.dialog).to_contain_text("you're its only member: no one will be able to open it again.")
    await alice.button("Archive it instead").click()
    await expect(alice.dialog).to_contain_text("It disappears from everyone's list.")
    await alice.button("Cancel").click()
    await alice.say("/leave")
    await alice.dialog.get_by_role("button", name="Leave room").click()
    notices = alice.page.get_by_role("status", name="Notices").get_by_role("paragraph")
    await expect(notices).to_have_text("You left my cool room!")
