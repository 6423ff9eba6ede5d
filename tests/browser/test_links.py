"""Links to messages, and invalid addresses."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from playwright.async_api import Browser, expect
from starlette.applications import Starlette
from starlette.routing import Mount

from chatrooms import Chatrooms, Settings
from tests.browser.between import Between
from tests.browser.conftest import Arrive
from tests.browser.lobby import fill_lobby, scroll_to_the_start
from tests.browser.visitor import Visitor
from tests.people import connect
from tests.servers import QUICK, RunningServer, serving

CLIPBOARD = {"permissions": ["clipboard-read", "clipboard-write"]}


async def link_of(visitor: Visitor, text: str) -> str:
    await visitor.choose(text, "Copy link")
    await expect(visitor.page.get_by_role("status", name="Notices")).to_contain_text("Link copied.")
    return await visitor.page.evaluate("navigator.clipboard.readText()")


async def test_a_link_opens_an_old_message_with_those_around_it(person: Arrive, own_server: RunningServer) -> None:
    await fill_lobby(own_server, 400)
    alice = await person("alice", **CLIPBOARD)
    await alice.sees("line 400.")
    await scroll_to_the_start(alice)
    link = await link_of(alice, "line 30.")
    assert re.fullmatch(rf"{own_server.url}/r/lobby/\d+", link)
    bob = await person("bob")
    await bob.page.goto(link)
    await expect(bob.message("line 30.")).to_be_in_viewport()
    await expect(bob.message("line 30.")).to_be_focused()
    await bob.sees("line 29.", "line 31.")
    await expect(bob.message("line 400.")).to_have_count(0)
    await bob.button("Jump to latest").click()
    await expect(bob.message("line 400.")).to_be_in_viewport()


async def test_a_link_in_a_message_opens_in_place_and_in_a_new_tab_for_the_same_person(person: Arrive) -> None:
    alice = await person("alice", **CLIPBOARD)
    await alice.stores("The first word")
    link = await link_of(alice, "The first word")
    await alice.go_to("Notes to self")
    await alice.stores(f"see {link}")
    await alice.page.evaluate("window.stayed = true")
    shown = alice.message("see").get_by_role("link")
    async with alice.context.expect_page() as opened:
        await shown.click(button="middle")
    tab = Visitor("alice", await opened.value, link)
    await expect(tab.message("The first word")).to_be_focused()
    await shown.click()
    await expect(alice.message("The first word")).to_be_focused()
    assert await alice.page.evaluate("window.stayed")
    await alice.page.go_back()
    await alice.is_in("Notes to self")


async def test_a_link_to_a_note_to_self_is_useless_to_others(person: Arrive) -> None:
    alice, bob = await person("alice", **CLIPBOARD), await person("bob")
    await alice.go_to("Notes to self")
    await alice.say("Where I hid the key")
    await alice.sees("Where I hid the key")
    await alice.has_everything()
    link = await link_of(alice, "Where I hid the key")
    await alice.go_to("Lobby")
    await alice.page.goto(link)
    await alice.is_in("Notes to self")
    await expect(alice.message("Where I hid the key")).to_be_focused()
    await bob.page.goto(link)
    await bob.is_in("Notes to self")
    await expect(bob.page.get_by_role("status", name="Notices")).to_contain_text("no longer available")
    await expect(bob.log.get_by_role("article")).to_have_count(0)


async def test_the_history_can_be_read_from_an_old_message_to_the_latest(
    person: Arrive, own_server: RunningServer
) -> None:
    await fill_lobby(own_server, 200)
    alice = await person("alice")
    await alice.sees("line 200.")
    await scroll_to_the_start(alice)
    seq = await alice.message("line 20.").get_attribute("data-seq")
    bob = await person("bob")
    await bob.page.goto(f"{own_server.url}/r/lobby/{seq}")
    await expect(bob.message("line 20.")).to_be_in_viewport()
    await bob.log.hover()
    for number in (60, 110, 160, 200):
        while not await bob.message(f"line {number}.").count():
            await bob.page.mouse.wheel(0, 2_000)
    numbers = await bob.log.get_by_role("article").filter(has_text="line ").all_inner_texts()
    read = [int(text.rsplit("line ")[-1].strip(" .\n")) for text in numbers]
    assert read == list(range(read[0], 201))


async def test_a_link_works_under_the_path_of_a_host_application(browser: Browser, tmp_path: Path) -> None:
    chat = Chatrooms(Settings(data=tmp_path, **QUICK))
    async with chat.lifespan(), serving(Starlette(routes=[Mount("/chat", chat)])) as url:
        context = await browser.new_context(**CLIPBOARD)
        alice = await Visitor.open(context, f"{url}/chat/", "alice")
        await alice.join()
        await alice.say("Find me")
        link = await link_of(alice, "Find me")
        assert link.startswith(f"{url}/chat/r/lobby/")
        await alice.page.goto(link)
        await expect(alice.message("Find me")).to_be_focused()
        await context.close()


async def test_an_address_that_leads_nowhere_still_shows_a_room(person: Arrive) -> None:
    alice = await person("alice")
    for address in ("#/r/alice+alice", "#/r/+", "#/p/+", "#/p/bob+", "#/r/%ff", "#/x/y"):
        await alice.page.goto("about:blank")
        await alice.page.goto(alice.url + address)
        await expect(alice.page.get_by_role("heading", level=1)).to_be_visible()
        await alice.go_to("Lobby")


async def test_posting_from_a_linked_message_scrolls_to_the_end(person: Arrive, own_server: RunningServer) -> None:
    await fill_lobby(own_server, 60)
    alice = await person("alice")
    await alice.page.goto(f"{alice.url}/r/lobby/20")
    await expect(alice.message("line 20.")).to_be_in_viewport()
    await alice.stores("Where was I?")
    await expect(alice.page).to_have_url(re.compile(r"#/r/lobby$"))
    await alice.page.reload()
    await expect(alice.message("Where was I?")).to_be_in_viewport()


TOP = "it => it.getBoundingClientRect().top"


async def test_who_jumps_to_the_latest_while_what_is_unread_loads_stays_there(
    person: Arrive, own_server: RunningServer
) -> None:
    alice = await person("alice")
    await alice.page.goto("about:blank")
    async with connect(own_server.url, "bob") as bob:
        await asyncio.gather(*(bob.say("#lobby", f"line {number}.") for number in range(300)))
        await bob.say("#lobby", "The last of all")
        between = Between()
        between.holds, between.about = True, "around"
        await between.stand(alice.page)
        await alice.page.goto(own_server.url)
        await between.is_holding.wait()
        await alice.page.get_by_role("button", name="Jump to latest").click()
        await expect(alice.message("The last of all")).to_be_in_viewport()
        between.let_go()
        await bob.say("#lobby", "One more")
        await expect(alice.message("One more")).to_be_in_viewport()


async def test_back_from_a_quote_returns_to_where_one_was(person: Arrive, own_server: RunningServer) -> None:
    alice = await person("alice")
    await alice.page.goto("about:blank")
    async with connect(own_server.url, "bob") as bob:
        first = await bob.say("#lobby", "The first of all")
        await asyncio.gather(*(bob.say("#lobby", f"line {number}.") for number in range(300)))
        await bob.say("#lobby", "About that", reply_to=first["id"])
        await asyncio.gather(*(bob.say("#lobby", f"later {number}.") for number in range(30)))
        await bob.say("#lobby", "The last of all")
    await alice.page.goto(own_server.url)
    jump = alice.page.get_by_role("button", name="Jump to latest")
    await jump.click()
    await expect(alice.message("The last of all")).to_be_in_viewport()
    await alice.log.focus()
    await alice.message("About that").scroll_into_view_if_needed()
    quote = alice.message("About that").get_by_role("link")
    top = await quote.evaluate(TOP)
    await quote.click()
    await expect(alice.message("The first of all").first).to_be_focused()
    await alice.page.go_back()
    await expect(quote).to_be_in_viewport()
    assert abs(await quote.evaluate(TOP) - top) <= 1
    await jump.click()
    await expect(alice.message("The last of all")).to_be_in_viewport()
    await alice.page.evaluate("address => void (location.hash = address)", f"#/r/lobby/{first['seq']}")
    await expect(alice.message("The first of all").first).to_be_focused()
    await alice.page.go_back()
    await expect(alice.message("The last of all")).to_be_in_viewport()
