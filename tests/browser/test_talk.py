"""Chatting in the browser."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.conftest import Arrive
from tests.browser.visitor import Visitor
from tests.people import connect


async def test_two_people_talk_in_the_lobby(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    await alice.say("Good morning")
    await bob.sees("Good morning")
    await bob.say("Morning, alice")
    await alice.sees("Good morning", "Morning, alice")


async def test_a_taken_name_is_reported_under_the_field(person: Arrive) -> None:
    await person("alice")
    other = await person("alice", joined=False)
    field = other.page.get_by_role("textbox", name="Your name")
    await field.fill("alice")
    await other.button("Join").click()
    await expect(field).to_have_attribute("aria-invalid", "true")
    await expect(field).to_be_visible()
    other.complaints.clear()  # Chromium reports every response that is not a success.


async def test_two_windows_of_one_browser_can_be_two_people(person: Arrive) -> None:
    alice = await person("alice")
    bob = await alice.beside("bob")
    await bob.say("I am bob")
    await alice.sees("I am bob")
    await alice.say("And I am alice")
    await bob.sees("And I am alice")
    for each in (alice, bob):
        await each.page.reload()
        await each.sees("I am bob", "And I am alice")
        await expect(each.button(f"Account of {each.name}")).to_be_visible()


async def test_a_window_can_use_another_name(person: Arrive) -> None:
    alice = await person("alice")
    bob = await alice.beside("bob")
    await bob.say("I am bob")
    await alice.sees("I am bob")
    await bob.button("Account of bob").click()
    await bob.button("Use another name in this tab").click()
    await bob.button("Continue as bob").click()
    await bob.is_in("Lobby")


async def test_a_new_window_opens_for_the_last_person(person: Arrive) -> None:
    alice = await person("alice")
    await alice.make_room("garden")
    room = await Visitor.open(alice.context, alice.page.url, "alice")
    await room.is_in("garden")
    await alice.page.close()
    await room.page.close()


async def test_a_room_can_be_created_and_people_invited(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    await alice.make_room("design")
    await alice.invite("bob")
    await bob.go_to("design")
    await bob.say("Thanks for having me")
    await alice.sees("Thanks for having me")


async def test_an_open_room_can_be_found_and_joined(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    await alice.make_room("garden")
    await alice.say("Tomatoes are ripe")
    await bob.button("Browse rooms").click()
    await bob.button("Join garden").click()
    await bob.is_in("garden")
    await bob.sees("Tomatoes are ripe")


async def test_a_private_conversation_reaches_only_its_people(person: Arrive) -> None:
    alice, bob, carol = await person("alice"), await person("bob"), await person("carol")
    await alice.talk_to("bob")
    await alice.say("Between us")
    await bob.has_unread("alice", 1)
    await bob.go_to("alice")
    await bob.sees("Between us")
    await bob.say("Not a word to carol")
    await alice.sees("Not a word to carol")
    await expect(carol.room("alice")).to_have_count(0)
    await expect(carol.message("Between us")).to_have_count(0)


async def test_notes_to_self_stay(person: Arrive) -> None:
    alice = await person("alice")
    await alice.go_to("Notes to self")
    await alice.say("Buy bread")
    tab = await alice.another_tab()
    await tab.go_to("Notes to self")
    await tab.sees("Buy bread")


async def test_unread_messages_are_counted_until_seen(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    await alice.make_room("design")
    await alice.invite("bob")
    await bob.room("design").wait_for()
    await alice.say("One")
    await alice.say("Two")
    await bob.has_unread("design", 2)
    await bob.go_to("design")
    await bob.go_to("Lobby")
    await bob.has_unread("design", 0)


async def test_all_tabs_agree_on_what_is_read(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    await alice.talk_to("bob")
    tab = await bob.another_tab()
    await alice.say("Hello")
    await bob.has_unread("alice", 1)
    await tab.has_unread("alice", 1)
    await tab.go_to("alice")
    await bob.has_unread("alice", 0)


async def test_a_second_tab_shows_messages_of_the_first(person: Arrive) -> None:
    alice = await person("alice")
    tab = await alice.another_tab()
    await alice.say("From the first")
    await tab.sees("From the first")
    await tab.say("From the second")
    await alice.sees("From the first", "From the second")


async def test_typing_is_shown_until_the_message_is_there(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    typing = bob.page.get_by_role("status", name="Typing")
    await alice.composer.press_sequentially("Hel")
    await expect(typing).to_have_text("alice is typing…")
    await alice.say("Hello")
    await bob.sees("Hello")
    await expect(typing).to_have_text("")


async def test_a_person_who_deletes_what_they_wrote_is_not_typing_any_more(person: Arrive) -> None:
    alice = await person("alice")
    async with connect(alice.url, "bob") as bob:
        await alice.composer.press_sequentially("Hel")
        await alice.composer.fill("")
        await bob.hears(lambda event, data: event == "signal" and data["data"] == {"stopped": True})


async def test_presence_follows_people(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    await alice.show_members(2)
    dot = alice.member("bob").get_by_role("img")
    await expect(dot).to_have_accessible_name("online")
    await bob.page.close()
    await expect(dot).to_have_accessible_name("offline")


async def test_your_own_message_can_be_edited_and_deleted(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    await alice.stores("Helo")
    await alice.composer.press("ArrowUp")
    editor = alice.page.get_by_role("textbox", name="Edit message")
    await editor.fill("Hello there")
    await editor.press("Enter")
    await bob.sees("Hello there")
    await expect(bob.message("edited")).to_have_count(1)
    await alice.choose("Hello there", "Delete message")
    await alice.button("Delete").click()
    await bob.sees("message deleted")
    await expect(bob.message("Hello there")).to_have_count(0)


async def test_a_member_removed_from_a_private_room_loses_it_at_once(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    await alice.make_room("secrets", access="Private")
    await alice.invite("bob")
    await bob.go_to("secrets")
    await alice.say("The cake is a lie")
    await bob.sees("The cake is a lie")
    await alice.show_members(2)
    await alice.button("Remove bob").click()
    await alice.button("Remove").click()
    await expect(bob.room("secrets")).to_have_count(0)
    await bob.is_in("Lobby")
    await expect(bob.page.get_by_role("status", name="Notices")).to_contain_text("no longer a member of secrets")
    await expect(bob.page.get_by_text("The cake is a lie")).to_have_count(0)


async def test_the_keyboard_is_enough_from_joining_to_sending(person: Arrive) -> None:
    alice = await person("alice", joined=False)
    await expect(alice.page.get_by_role("textbox", name="Your name")).to_be_focused()
    await alice.page.keyboard.type("alice")
    await alice.page.keyboard.press("Enter")
    await expect(alice.composer).to_be_focused()
    await alice.page.keyboard.type("Line one")
    await alice.page.keyboard.press("Shift+Enter")
    await alice.page.keyboard.type("line two")
    await alice.page.keyboard.press("Enter")
    await alice.sees("Line one")
    assert "Line one\nline two" in await alice.message("Line one").inner_text()
