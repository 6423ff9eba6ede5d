"""The stories that the project started with. *How do I send a message to a specific user?*"""

from __future__ import annotations

import asyncio
import random
from contextlib import AsyncExitStack, nullcontext
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from chatrooms import Chatrooms, Invalid
from chatrooms.settings import Settings
from tests.people import PATIENCE, Refused, connect, leave
from tests.servers import QUICK, serving


@pytest.fixture
def database(either_database: str) -> str:
    """Run every story on both databases."""
    return either_database


async def test_a_private_message_reaches_only_its_two_people_once(alice, bob, carol):
    await alice.say("bob", "Hello Bob")
    await bob.hears_text("Hello Bob")
    for somebody in (alice, bob, carol):
        await somebody.settled()
    assert alice.texts() == bob.texts() == ["Hello Bob"]
    assert carol.texts() == []
    assert not any(data.get("room") == "alice+bob" for _, data in carol.heard)


async def test_a_host_application_greets_each_user_by_name_on_all_their_tabs_only(tmp_path: Path):
    greetings: set[asyncio.Task[None]] = set()
    people = {"user1": "Howdy, User 1!", "user2": "Hey there, User 2"}
    due = asyncio.Event()

    async def by_header(handshake):
        return handshake.auth.get("employee")

    async def greet(username):
        await due.wait()
        await chat.post(username, people[username])

    async def on_connect(username, auth):
        if auth.get("first"):
            task = asyncio.create_task(greet(username))
            greetings.add(task)

    chat = Chatrooms(Settings(data=tmp_path, **QUICK), authenticate=by_header, on_connect=on_connect)
    host = Starlette(routes=[Mount("/chat", chat)], lifespan=chat.lifespan)
    async with serving(host, lifespan="on") as url, AsyncExitStack() as stack:

        async def tab(name, **auth):
            return await stack.enter_async_context(connect(url, name, auth={"employee": name, **auth}, path="chat"))

        tabs = {name: [await tab(name, first=True), await tab(name)] for name in people}
        due.set()
        await asyncio.gather(*greetings)
        for name, greeting in people.items():
            for each in tabs[name]:
                await each.hears_text(greeting)
                await each.settled()
                assert each.texts() == [greeting]


async def test_a_message_to_yourself_reaches_all_your_tabs(person):
    tabs = [await person("alice")]
    tabs += [await person("alice", token=tabs[0].token) for _ in range(2)]
    bob = await person("bob")
    await tabs[0].say("alice", "milk, bread")
    for tab in tabs:
        await tab.hears_text("milk, bread")
        assert tab.texts("alice") == ["milk, bread"]
    await bob.settled()
    assert bob.texts() == []


async def test_a_refresh_in_mid_conversation_loses_and_duplicates_nothing_and_leaves_one_socket(
    person, alice, bob, own_server
):
    await alice.say("bob", "before")
    seen = await bob.hears_text("before")
    await leave(bob)
    await alice.say("bob", "meanwhile")
    again = await person("bob", token=bob.token)
    await alice.say("bob", "after")
    await again.hears_text("after")
    caught = await again.run("sync", revs={"alice+bob": seen["rev"]})
    missed = [m["text"] for change in caught["changes"] for m in change.get("messages", ())]
    assert missed == ["meanwhile", "after"]
    assert again.texts() == ["after"]
    await one_socket_remains(own_server, "bob")


async def one_socket_remains(server, room):
    async with asyncio.timeout(PATIENCE):
        while len(server.chat.sockets_in(room)) != 1:
            await asyncio.sleep(0.01)


async def test_every_open_tab_receives_every_message_once_while_others_come_and_go(person, own_server):
    chance = random.Random(5)
    alice, bob = await person("alice"), await person("bob")
    tabs = [alice]
    missing_or_twice = []
    for number in range(60):
        if len(tabs) > 1 and chance.random() < 0.5:
            await leave(tabs.pop(chance.randrange(1, len(tabs))))
        if len(tabs) < 3 and chance.random() < 0.7:
            tabs.append(await person("alice", token=alice.token))
        await bob.say("alice", f"number {number}")
        for tab in tabs:
            await tab.hears_text(f"number {number}")
            await tab.settled()
            missing_or_twice += [number] if tab.texts().count(f"number {number}") != 1 else []
    assert missing_or_twice == []
    assert alice.texts() == [f"number {number}" for number in range(60)]


async def test_a_room_and_an_exchange_of_signals_do_not_mix(person):
    alice, bob, jim, gilbert = [await person(name) for name in ("alice", "bob", "jim", "gilbert")]
    await alice.run("room.create", name="#project", access="private")
    for name in ("jim", "gilbert"):
        await alice.run("room.invite", room="#project", username=name)
    for number in range(5):
        await alice.say("#project", f"plan {number}")
        await alice.run("signal", to="bob", type="offer", data={"sdp": number})
        await bob.run("signal", to="alice", type="answer", data={"sdp": number})
        await jim.say("#project", f"reply {number}")
    for somebody in (alice, bob, jim, gilbert):
        await somebody.settled()
    assert [signal["data"]["sdp"] for signal in bob.signals("offer")] == list(range(5))
    assert [signal["data"]["sdp"] for signal in alice.signals("answer")] == list(range(5))
    assert bob.texts() == [] and jim.signals("offer") == gilbert.signals("offer") == []
    talk = [text for number in range(5) for text in (f"plan {number}", f"reply {number}")]
    assert alice.texts("#project") == jim.texts("#project") == gilbert.texts("#project") == talk


async def test_username_and_metadata_come_with_the_handshake(tmp_path: Path):
    arrived = asyncio.Queue()

    async def on_connect(username, auth):
        arrived.put_nowait((username, auth))

    chat = Chatrooms(Settings(data=tmp_path, **QUICK), on_connect=on_connect)
    auth = {"username": "Alice", "device": "phone", "tags": ["a", "b"]}
    async with chat.lifespan(), serving(chat) as url, connect(url, "alice", auth=auth) as alice:
        welcome = await alice.hears(lambda event, _: event == "welcome")
        assert welcome["user"]["username"] == "alice"
        assert await arrived.get() == ("alice", auth)


async def test_a_user_named_lobby_receives_nothing_from_the_lobby(person):
    alice, lobby = await person("alice"), await person("lobby")
    await lobby.run("room.leave", room="#lobby")
    await alice.say("#lobby", "for the room")
    await alice.say("lobby", "for the person")
    await lobby.hears_text("for the person")
    await lobby.settled()
    assert lobby.texts() == ["for the person"]


async def test_a_personal_room_cannot_be_entered_by_anyone_else(bob, mallory):
    more = {"room.invite": {"username": "mallory"}, "read.mark": {"seq": 1}}
    for command in ("room.join", "room.invite", "history", "room.members", "typing", "read.mark"):
        with pytest.raises(Refused) as refused:
            await mallory.run(command, room="bob", **more.get(command, {}))
        assert refused.value.code in ("not_found", "invalid"), command


async def test_an_empty_recipient_reaches_no_one(bob, mallory):
    for nowhere in ("", None, [], 0, " ", "#", "+", "~bob", "!id"):
        posted, signalled = {"room": nowhere, "text": "x"}, {"to": nowhere, "type": "x"}
        for command, params in (("message.post", posted), ("signal", signalled)):
            with pytest.raises(Refused) as refused:
                await mallory.run(command, **params)
            assert refused.value.code == "invalid", (command, nowhere)
    await bob.settled()
    assert bob.texts() == [] and bob.signals("x") == []


async def test_the_server_itself_cannot_emit_to_everyone_by_mistake(bob, own_server):
    for nobody in ("", None, [], 0):
        with pytest.raises(Invalid) if nobody is None else nullcontext():
            await own_server.chat.emit("surprise", {}, to=nobody)
    await bob.settled()
    assert all(event != "surprise" for event, _ in bob.heard)


async def test_a_message_to_an_offline_person_waits_and_one_to_an_unknown_person_is_rejected(person, alice, bob):
    with pytest.raises(Refused) as refused:
        await alice.say("zebedee", "anybody there?")
    assert refused.value.code == "not_found" and refused.value.details["field"] == "room"
    await leave(bob)
    await alice.say("bob", "for later")
    again = await person("bob", token=bob.token)
    caught = await again.run("sync", revs={})
    assert [m["text"] for change in caught["changes"] for m in change.get("messages", ())] == ["for later"]


async def test_removal_from_a_private_room_silences_all_tabs_history_sync_and_signals_at_once(person, alice, bob):
    second = await person("bob", token=bob.token)
    await alice.run("room.create", name="#staff", access="private")
    await alice.run("room.invite", room="#staff", username="bob")
    await alice.say("#staff", "welcome")
    for tab in (bob, second):
        await tab.hears_text("welcome")
    await alice.run("room.remove", room="#staff", username="bob")
    await alice.say("#staff", "he is gone")
    await alice.run("signal", to="#staff", type="ring")
    for tab in (bob, second):
        await tab.settled()
        assert tab.texts("#staff") == ["welcome"]
        assert tab.signals("ring") == []
        assert tab.rows("memberships")[-1]["gone"]
        caught = await tab.run("sync", revs={"#staff": 1})
        assert all(change["room"] != "#staff" for change in caught["changes"])
    commands = {
        "history": {},
        "message.post": {"text": "still here"},
        "typing": {},
        "room.members": {},
        "read.mark": {"seq": 1},
        "room.join": {},
        "room.leave": {},
    }
    for command, params in commands.items():
        with pytest.raises(Refused) as refused:
            await bob.run(command, room="#staff", **params)
        assert refused.value.code == "not_found"
    with pytest.raises(Refused, match="not_found"):
        await bob.run("signal", to="#staff", type="ring")
