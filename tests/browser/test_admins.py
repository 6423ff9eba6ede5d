"""The first owner of a server, and the page on which admins manage people, rooms and invitations."""

from __future__ import annotations

import re

from playwright.async_api import expect

from chatrooms.app import APPLICATION
from chatrooms.features import users
from tests.appointing import appoint
from tests.browser.conftest import Arrive
from tests.browser.visitor import Visitor
from tests.doors import post
from tests.features.files import picture, upload
from tests.people import connect
from tests.servers import RunningServer

STRONG = "umbrella cactus 42"
LATER = "() => { const { now } = performance; performance.now = () => now.call(performance) + 60_000; }"


async def open_admin(visitor: Visitor) -> None:
    await visitor.button(f"Account of {visitor.name}").click()
    await visitor.button("Manage this server").click()
    await expect(visitor.page.get_by_role("heading", name="Manage")).to_be_visible()
    await expect(visitor.page).to_have_title(re.compile("Manage · "))


async def test_the_printed_link_makes_the_first_owner_and_names_the_server(
    person: Arrive, own_server: RunningServer
) -> None:
    code = (await own_server.chat.owned()).code
    olga = await person("olga", joined=False)
    await olga.page.goto(f"{olga.url}/#/setup/{code}")
    await olga.page.get_by_label("Name of the server").fill("Acme Corp")
    await olga.page.get_by_label("Your name").fill("olga")
    await olga.page.get_by_label("Your password").fill(STRONG)
    assert code not in olga.page.url
    await olga.button("Become the owner").click()
    await olga.is_in("Lobby")
    await olga.has_everything()
    await open_admin(olga)
    await expect(olga.page.get_by_role("heading", name="Manage Acme Corp")).to_be_visible()
    await olga.page.goto("about:blank")
    await olga.page.goto(f"{olga.url}/#/setup/{code}")
    await expect(olga.page.get_by_role("alert")).to_contain_text("This link was used, or it has expired.")
    olga.complaints.clear()  # about the refusal
    await olga.button("Continue without it").click()
    await olga.is_in("Lobby")


async def test_a_link_for_somebody_far_down_the_list_stays_to_be_copied(
    person: Arrive, own_server: RunningServer
) -> None:
    chat = own_server.chat
    for name in (*(f"a{number:03}" for number in range(105)), "zoe"):
        await chat._pipeline.change(lambda act, name=name: users.find_or_add(act, name), APPLICATION, name, "#lobby")
    olga = await person("olga")
    await appoint(chat, "olga", "owner")
    await open_admin(olga)
    await olga.button("Show more").click()
    await olga.button("Manage zoe").click()
    await chat._pipeline.change(lambda act: users.find_or_add(act, "aaa"), APPLICATION, "aaa", "#lobby")
    await olga.button("Create a link").click()
    address = olga.dialog.locator(".address code")
    await expect(address).to_contain_text("#/link/")
    for name in ("aaa", "zoe"):  # the list was loaded again, as far as it was shown
        await expect(olga.page.get_by_role("button", name=f"Manage {name}", include_hidden=True)).to_have_count(1)
    await expect(address).to_be_visible()


async def make_moderator(olga: Visitor, name: str) -> None:
    """Give a role as an owner with a password, which is asked for only where the role gives power."""
    await olga.button(f"Manage {name}").click()
    mine = olga.dialog.get_by_role("group", name="Role on this server").get_by_label("Your password")
    await olga.dialog.get_by_role("radio", name="Moderator").check()
    await mine.fill("wrong")
    await olga.dialog.get_by_role("radio", name="Guest").check()
    await expect(mine).to_have_count(0)
    await olga.dialog.get_by_role("radio", name="Moderator").check()
    await olga.button("Change role").click()
    await expect(olga.dialog.get_by_text("This is not your password.")).to_be_visible()
    await mine.fill(STRONG)
    await olga.button("Change role").click()
    await expect(olga.dialog.get_by_text(f"@{name} · Moderator")).to_be_visible()


async def test_an_owner_gives_roles_suspends_and_restores(person: Arrive, own_server: RunningServer) -> None:
    olga, bob, carol = await person("olga"), await person("bob"), await person("carol")
    await appoint(own_server.chat, "olga", "owner")
    async with connect(own_server.url, "olga", token=await olga.token()) as tab:
        await tab.run("password.set", password=STRONG)
    await open_admin(olga)
    await make_moderator(olga, "carol")
    await olga.button("Close").click()
    await olga.button("Manage bob").click()
    await olga.dialog.get_by_text("How they sign in, and where they're signed in").click()
    await expect(olga.dialog.get_by_text("Only a link signs them in")).to_be_visible()
    await expect(olga.dialog.get_by_text("Joined here")).to_be_visible()
    await olga.dialog.get_by_label("Reason").fill("Posted advertisements.")
    await olga.button("Suspend").click()
    await expect(olga.button("Restore")).to_be_visible()
    why = "Your account is suspended: Posted advertisements."
    await expect(bob.page.get_by_role("alert")).to_have_text(why)
    await expect(bob.page.get_by_role("heading", name="Join Chatrooms")).to_be_visible()
    await bob.page.reload()
    await expect(bob.page.get_by_role("alert")).to_have_count(0)
    await bob.page.get_by_role("textbox", name="Your name").fill("bob")
    await bob.button("Join").click()
    await expect(bob.page.get_by_role("alert")).to_have_text(why)
    bob.complaints.clear()  # about the refusal
    await open_admin(carol)
    await carol.button("Manage bob").click()
    await expect(carol.dialog.get_by_text("By olga")).to_be_visible()
    await carol.button("Restore").click()
    await expect(carol.dialog.get_by_role("alert")).to_contain_text("Somebody with a higher role")
    await olga.button("Restore").click()
    await expect(olga.button("Suspend")).to_be_visible()
    await olga.button("Create a link").click()
    await olga.dialog.get_by_role("form", name="Help them sign in").get_by_label("Your password").fill(STRONG)
    await olga.button("Create a link").click()
    await expect(olga.dialog.get_by_role("img", name="QR code of the link")).to_be_visible()
    await olga.dialog.get_by_label("Reason").fill("Posted more.")
    await olga.page.evaluate("() => void (location.hash = '#/r/lobby')")
    await expect(olga.button("Keep writing")).to_be_focused()
    await expect(olga.dialog.get_by_label("Reason")).to_have_value("Posted more.")
    await olga.button("Discard").click()
    await olga.is_in("Lobby")
    await expect(carol.page.get_by_role("navigation", name="Parts of this page")).to_have_count(0)


async def test_an_admin_invites_with_a_code_to_scan_and_manages_rooms(
    person: Arrive, own_server: RunningServer
) -> None:
    adam, bob = await person("adam"), await person("bob")
    await bob.make_room("den")
    await appoint(own_server.chat, "adam", "admin")
    await open_admin(adam)
    parts = adam.page.get_by_role("navigation", name="Parts of this page")
    await parts.get_by_role("link", name="Invitations").click()
    await adam.page.get_by_label("Room", exact=True).select_option("den")
    await adam.button("Create an invitation").click()
    await adam.button("Revoke the invitation to #den").click()
    await expect(adam.page.get_by_text("No invitation works at the moment.")).to_be_visible()
    await expect(adam.page.get_by_text("#/invite/")).to_have_count(0)
    await adam.button("Create an invitation").click()
    await expect(adam.page.get_by_role("img", name="QR code of the invitation")).to_be_visible()
    link = await adam.page.get_by_text(re.compile(r"#/invite/[\w-]{43}$")).text_content()
    erin = await person("erin", joined=False)
    await erin.page.goto(str(link))
    await erin.page.get_by_role("textbox", name="Your name").fill("erin")
    await erin.button("Join").click()
    await erin.is_in("den")
    await parts.get_by_role("link", name="Rooms").click()
    await adam.button("Owners of den").click()
    await adam.button("Choose erin").click()
    await expect(adam.dialog.get_by_role("list", name="Owners").get_by_role("listitem")).to_have_count(2)
    await adam.button("Close").click()
    await adam.button("Archive den").click()
    await expect(adam.button("Unarchive den")).to_be_visible()
    await expect(erin.page.get_by_text("adam made you an owner.")).to_be_visible()


async def test_where_people_are_approved_one_asks_waits_and_comes_in(person: Arrive, own_server: RunningServer) -> None:
    adam = await person("adam")
    await appoint(own_server.chat, "adam", "admin")
    await open_admin(adam)
    parts = adam.page.get_by_role("navigation", name="Parts of this page")
    await parts.get_by_role("link", name="Server").click()
    await adam.page.get_by_role("radio", name="People you approve").check()
    second = await adam.another_tab()
    await expect(second.button("Account of adam")).to_be_visible()
    erin = await person("erin", joined=False)
    await erin.page.get_by_role("textbox", name="Your name").fill("erin")
    await erin.button("Continue").click()
    await erin.page.get_by_label("Who are you?").fill("Erin from the workshop")
    await erin.button("Ask to join").click()
    await expect(erin.page.get_by_role("heading", name="You asked to join")).to_be_visible()
    await expect(second.button("Account of adam, 1 person waits to join")).to_be_visible()
    await second.page.reload()
    await expect(second.button("Account of adam, 1 person waits to join")).to_be_visible()
    await erin.page.reload()
    await expect(erin.page.get_by_role("heading", name="You asked to join")).to_be_visible()
    await parts.get_by_role("link", name="People").click()
    await expect(adam.page.get_by_role("list", name="Waiting to join")).to_contain_text("Erin from the workshop")
    await post(own_server.url, "/api/session.apply", {"username": "mallory", "about": "Me", "claim": "m" * 43})
    await expect(adam.button("Approve mallory")).to_be_visible()
    await adam.button("Approve erin").click()
    await expect(adam.button("Approve mallory")).to_be_focused()
    await expect(adam.button("Manage erin")).to_be_visible()
    await adam.button("Decline mallory").click()
    await expect(adam.page.get_by_role("heading", name="Manage Chatrooms")).to_be_focused()
    await expect(second.button("Account of adam")).to_be_visible()
    await erin.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # it looks at once then
    await erin.is_in("Lobby")
    erin.complaints.clear()  # about the refusal


async def test_an_admin_makes_a_group_and_a_mention_of_it_reaches_its_people(
    person: Arrive, own_server: RunningServer
) -> None:
    adam, bob, carol = await person("adam"), await person("bob"), await person("carol")
    await appoint(own_server.chat, "adam", "admin")
    await open_admin(adam)
    parts = adam.page.get_by_role("navigation", name="Parts of this page")
    await parts.get_by_role("link", name="Groups").click()
    await adam.page.get_by_label("Name of a new group").fill("carol")
    await adam.button("Create the group").click()
    await expect(adam.page.get_by_role("alert")).to_have_text("That name is already taken.")
    await adam.page.get_by_label("Name of a new group").fill("Makers")
    await adam.button("Create the group").click()
    await adam.dialog.get_by_label("Add people").fill("bob")
    await adam.button("Add bob").click()
    await expect(adam.dialog.get_by_role("list", name="Members").get_by_role("listitem")).to_have_count(1)
    await adam.button("Close").click()
    await expect(adam.page.get_by_role("list", name="Groups")).to_contain_text("1 person")
    await bob.go_to("Notes to self")
    await carol.composer.press_sequentially("@mak")
    await carol.page.get_by_role("option", name="Group of 1 person").click()
    await carol.say(f"{await carol.composer.input_value()}look at this")
    await bob.is_called("Lobby", 1)
    await bob.go_to("Lobby")
    await bob.message("look at this").get_by_role("button", name="@makers").click()
    await expect(bob.dialog.get_by_role("list", name="People of the group")).to_contain_text("bob")


async def test_a_member_gets_no_way_to_the_page_and_nothing_on_it(person: Arrive) -> None:
    bob = await person("bob")
    await bob.button("Account of bob").click()
    await expect(bob.button("Settings")).to_be_visible()
    await expect(bob.button("Manage this server")).to_have_count(0)
    await bob.page.goto(f"{bob.url}/#/admin")
    await expect(bob.page.get_by_text("Only moderators, admins and owners of this server")).to_be_visible()
    page = bob.page.get_by_role("region", name="Manage this server")
    await expect(page.get_by_role("list")).to_have_count(0)


async def test_people_far_down_the_list_are_offered_though_those_before_are_members(
    person: Arrive, own_server: RunningServer
) -> None:
    chat = own_server.chat
    names = [f"a{number:03}" for number in range(230)]
    for name in (*names, "zoe"):
        await chat._pipeline.change(lambda act, name=name: users.find_or_add(act, name), APPLICATION, name, "#lobby")
    olga = await person("olga")
    await appoint(chat, "olga", "owner")
    makers = (await chat.run("group.create", {"name": "makers"}))["group"]["id"]
    for start in range(0, len(names), 100):
        await chat.run("group.update", {"id": makers, "add": names[start : start + 100]})
    await open_admin(olga)
    await olga.page.get_by_role("link", name="Groups").click()
    await olga.page.get_by_role("list", name="Groups").get_by_role("button").first.click()
    found = olga.dialog.get_by_role("list", name="People found")
    await expect(found.get_by_role("button", name="Add zoe")).to_be_visible()
    await found.get_by_role("button", name="Add olga").click()
    await found.get_by_role("button", name="Add zoe").click()
    await expect(olga.dialog.get_by_text("Everyone is already a member.")).to_be_visible()


async def test_an_invitation_is_for_any_room_and_its_code_goes_with_another_one(
    person: Arrive, own_server: RunningServer
) -> None:
    olga = await person("olga")
    await appoint(own_server.chat, "olga", "owner")
    async with connect(own_server.url, "olga", token=await olga.token()) as tab:
        for number in range(104):
            await tab.run("room.create", name=f"#r{number:03}", title=f"Room {number:03}")
    await open_admin(olga)
    await olga.page.get_by_role("link", name="Invitations").click()
    room = olga.page.get_by_label("Room", exact=True)
    await room.select_option("Room 103")
    await olga.button("Create an invitation").click()
    code = olga.page.get_by_role("img", name="QR code of the invitation")
    await expect(code).to_be_visible()
    await room.select_option("Room 102")
    await expect(code).to_have_count(0)


async def test_emoji_of_the_server_are_there_for_everybody_when_they_are_used(
    person: Arrive, own_server: RunningServer
) -> None:
    alice, bob = await person("alice"), await person("bob")
    await alice.has_everything()
    await alice.page.evaluate(
        "() => (performance.now = (real => () => real() + 60_000)(performance.now.bind(performance)))"
    )
    await appoint(own_server.chat, "bob", "admin")
    async with connect(own_server.url, "bob", token=await bob.token()) as tab:
        await tab.run("emoji.add", name="party", file=await upload(tab, picture(64, 64), "party.png"))
        await tab.say("#lobby", "Hooray :party:")
    await expect(alice.message("Hooray").get_by_role("img", name=":party:")).to_be_visible()
