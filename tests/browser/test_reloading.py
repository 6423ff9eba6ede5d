"""Reloading, paging, going offline and hostile text: nothing is lost, duplicated or harmful."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.conftest import Arrive
from tests.browser.lobby import fill_lobby, scroll_to_the_start
from tests.browser.network import cut_off, refuse_posts
from tests.servers import RunningServer

HOSTILE = [
    '<img src=x onerror="document.title = 1">',
    "<script>document.title = 1</script>",
    "[click](javascript:document.title=1)",
    "![x](javascript:document.title=1)",
    "<a href='data:text/html,x'>plain</a>",
    "[ref]: javascript:alert(1)\n[ref]",
    "\u202egnp.exe \u202d",
    "[" * 3_000,
    ">" * 3_000 + " deep",
    "x" * 9_999,
]


async def test_a_reload_in_mid_conversation_loses_and_duplicates_nothing(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    for number in range(5):
        await bob.say(f"before {number}.")
    await alice.sees("before 4.")
    reloading = alice.page.reload(wait_until="commit")
    for number in range(5):
        await bob.say(f"meanwhile {number}.")
    await reloading
    await bob.say("after.")
    await alice.sees(*(f"before {n}." for n in range(5)), *(f"meanwhile {n}." for n in range(5)), "after.")


async def test_history_of_three_hundred_messages_is_paged_back(person: Arrive, own_server: RunningServer) -> None:
    await fill_lobby(own_server, 300)
    alice = await person("alice")
    await alice.sees("line 300.")
    await expect(alice.message("line 1.")).to_have_count(0)
    await scroll_to_the_start(alice)
    await alice.sees("line 1.")
    numbers = await alice.log.get_by_role("article").filter(has_text="line ").all_inner_texts()
    assert [text.rsplit("line ")[-1].strip() for text in numbers] == [f"{n}." for n in range(1, 301)]


async def test_paging_keeps_the_visible_messages_in_place(person: Arrive, own_server: RunningServer) -> None:
    await fill_lobby(own_server, 300)
    alice = await person("alice")
    await alice.sees("line 300.")
    oldest = int((await alice.log.get_by_role("article").first.inner_text()).split()[-1].rstrip("."))
    eye = alice.message(f"line {oldest + 5}.")
    before = await eye.evaluate(
        "element => (element.scrollIntoView({block: 'center'}), element.getBoundingClientRect().y)"
    )
    await expect(alice.message(f"line {oldest - 20}.")).to_have_count(1)
    after = await eye.evaluate("element => element.getBoundingClientRect().y")
    assert abs(before - after) < 2


async def test_posting_from_far_back_scrolls_to_the_latest(person: Arrive, own_server: RunningServer) -> None:
    await fill_lobby(own_server, 450)
    alice = await person("alice")
    await alice.sees("line 450.")
    await scroll_to_the_start(alice)
    await alice.sees("line 1.")
    assert await alice.log.get_by_role("article").count() <= 300
    await expect(alice.message("line 450.")).to_have_count(0)
    await alice.say("Back to now")
    await alice.sees("line 450.", "Back to now")
    await expect(alice.message("Back to now")).to_be_in_viewport()


async def test_a_reader_of_old_messages_is_offered_the_latest(person: Arrive, own_server: RunningServer) -> None:
    await fill_lobby(own_server, 60)
    alice, bob = await person("alice"), await person("bob")
    await alice.sees("line 60.")
    await alice.message("line 20.").scroll_into_view_if_needed()
    await bob.say("Something new")
    jump = alice.button("Jump to latest, 1 new")
    await expect(jump).to_be_visible()
    await jump.click()
    await expect(alice.message("Something new")).to_be_in_viewport()
    await expect(jump).to_have_count(0)


async def test_hostile_text_is_only_text(person: Arrive) -> None:
    alice, bob = await person("alice"), await person("bob")
    for text in HOSTILE:
        await alice.say(text)
    await alice.say("the end.")
    await bob.sees("the end.")
    await expect(bob.log.get_by_role("article")).to_have_count(len(HOSTILE) + 1)
    await expect(bob.log.get_by_role("link")).to_have_count(0)
    await expect(bob.log.get_by_role("article").get_by_role("img")).to_have_count(0)
    await expect(bob.page).to_have_title("Lobby · Chatrooms")
    width = await bob.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1]
    assert await bob.log.evaluate("log => log.scrollWidth <= log.clientWidth")


async def test_markdown_and_safe_links_are_shown(person: Arrive) -> None:
    alice = await person("alice")
    await alice.say("**bold** and `code` at https://example.org/a?b=1")
    await expect(alice.log.get_by_role("strong").filter(has_text="bold")).to_be_visible()
    await expect(alice.log.get_by_role("article").get_by_role("code")).to_have_text("code")
    link = alice.log.get_by_role("link")
    await expect(link).to_have_attribute("href", "https://example.org/a?b=1")
    await expect(link).to_have_attribute("rel", "noopener noreferrer")


async def test_messages_written_offline_are_sent_when_back_online(person: Arrive, own_server: RunningServer) -> None:
    alice, bob = await person("alice"), await person("bob")
    await cut_off(alice, own_server)
    await alice.say("Written in a tunnel")
    await alice.sees("Written in a tunnel")
    await expect(alice.message("Written in a tunnel")).to_contain_text("Sending")
    await bob.say("Still here")
    await bob.sees("Still here")
    await expect(alice.page.get_by_role("status", name="Connection")).to_contain_text("You're offline")
    await alice.context.set_offline(False)
    await bob.sees("Written in a tunnel")
    await alice.sees("Written in a tunnel", "Still here")
    await expect(alice.message("Written in a tunnel")).not_to_contain_text("Sending")
    await expect(alice.page.get_by_role("status", name="Connection")).to_be_empty()


async def test_unsent_messages_survive_a_reload(person: Arrive, own_server: RunningServer) -> None:
    alice, bob = await person("alice"), await person("bob")
    await alice.page.route("**/socket.io/**", lambda route: route.abort())
    await alice.page.route_web_socket("**/socket.io/**", lambda socket: socket.close())
    await alice.page.reload()
    await alice.is_in("Lobby")
    await alice.say("Do not lose me")
    await alice.sees("Do not lose me")
    await alice.page.unroute_all()
    tab = await alice.another_tab()
    await tab.sees("Do not lose me")
    await bob.sees("Do not lose me")


async def test_a_refused_message_says_why_and_can_be_retried_or_deleted(
    person: Arrive, own_server: RunningServer
) -> None:
    alice = await person("alice", joined=False)
    refusing = await refuse_posts(alice)
    await alice.page.reload()
    await alice.join()
    await alice.say("First try")
    await expect(alice.message("First try").get_by_role("alert")).to_contain_text("Not now.")
    await alice.message("First try").get_by_role("button", name="Delete").click()
    await expect(alice.message("First try")).to_have_count(0)
    await alice.say("Second try")
    await expect(alice.message("Second try").get_by_role("alert")).to_contain_text("Not now.")
    await cut_off(alice, own_server)
    await expect(alice.page.get_by_role("status", name="Connection")).to_contain_text("You're offline")
    await expect(alice.page.get_by_role("status", name="Connection")).not_to_contain_text("to be sent")
    await alice.context.set_offline(False)
    await expect(alice.page.get_by_role("status", name="Connection")).to_be_empty()
    refusing.clear()
    await alice.message("Second try").get_by_role("button", name="Retry").click()
    await expect(alice.message("Second try").get_by_role("alert")).to_have_count(0)
    await alice.sees("Second try")


async def test_a_draft_is_kept_for_each_room(person: Arrive) -> None:
    alice = await person("alice")
    await alice.composer.fill("half a sentence")
    await alice.go_to("Notes to self")
    await expect(alice.composer).to_have_value("")
    await alice.page.reload()
    await alice.go_to("Lobby")
    await expect(alice.composer).to_have_value("half a sentence")


async def test_a_narrow_screen_shows_one_thing_at_a_time(person: Arrive) -> None:
    alice = await person("alice", viewport={"width": 320, "height": 560})
    await alice.say("x" * 200)
    await expect(alice.page.get_by_role("navigation")).to_be_hidden()
    await alice.page.get_by_role("link", name="All rooms").click()
    await expect(alice.log).to_be_hidden()
    await alice.go_to("Notes to self")
    assert await alice.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
