"""What people who are connected to different nodes receive of each other."""

from __future__ import annotations

import asyncio

import pytest

from chatrooms.errors import RateLimited
from chatrooms.pipeline.chat import NOBODY
from chatrooms.pipeline.rates import Limit
from chatrooms.storage import facts
from tests.appointing import appoint
from tests.identity.test_passkeys import add
from tests.identity.test_required_factor import reason
from tests.people import PATIENCE, Refused


def is_state(username: str, state: str):
    return lambda event, data: event == "signal" and data["from"] == username and data["data"].get("state") == state


def is_change(room: str, table: str):
    return lambda event, data: event == "change" and data["room"] == room and table in data


async def test_people_on_two_nodes_share_rooms_conversations_and_signals(on):
    alice, bob = await on(0, "alice"), await on(1, "bob")
    await alice.say("#lobby", "hello")
    await bob.hears_text("hello")
    await bob.say("#lobby", "hello yourself")
    await alice.hears_text("hello yourself")
    await bob.run("typing", room="#lobby")
    await alice.hears(lambda event, data: event == "signal" and data["type"] == "typing")
    await alice.say("bob", "between us")
    await bob.hears(is_change("bob", "memberships"))
    await bob.hears_text("between us")
    await bob.say("alice+bob", "and back")
    await alice.hears_text("and back")
    revs = [data["rev"] for event, data in bob.heard if event == "change" and data["room"] == "#lobby"]
    assert revs == sorted(set(revs))
    assert not any("since" in data for _, data in bob.heard)


async def test_a_room_that_someone_is_invited_to_and_removed_from_on_another_node(on):
    alice, bob = await on(0, "alice"), await on(1, "bob")
    await alice.run("room.create", name="#secret", access="private")
    await alice.run("room.invite", room="#secret", username="bob")
    await bob.hears(is_change("bob", "memberships"))
    await alice.say("#secret", "welcome")
    await bob.hears_text("welcome")
    await alice.run("room.remove", room="#secret", username="bob")
    await alice.say("#secret", "he is gone")
    await alice.say("bob", "sorry")
    await bob.hears_text("sorry")
    assert "he is gone" not in bob.texts()
    with pytest.raises(Refused, match="not_found"):
        await bob.say("#secret", "let me in")


async def test_who_is_online_on_any_node(on):
    alice = await on(0, "alice")
    await alice.run("presence.watch", usernames=["bob", "carol"])
    bob, carol = await on(1, "bob"), await on(1, "carol")
    also = await on(0, "carol", token=carol.token)
    for name in ("bob", "carol"):
        await alice.hears(is_state(name, "online"))
    await also.client.disconnect()
    await bob.client.disconnect()
    await alice.hears(is_state("bob", "offline"))
    assert (await alice.run("presence.watch", usernames=["bob", "carol"]))["states"] == {
        "bob": "offline",
        "carol": "online",
    }
    await carol.client.disconnect()
    await alice.hears(is_state("carol", "offline"))
    assert [signal["data"]["state"] for signal in alice.signals("presence")].count("offline") == 2


async def test_a_session_that_ends_on_one_node_ends_on_the_other(on):
    alice = await on(0, "alice")
    tab = await on(1, "alice", token=alice.token)
    session = next(each for each in (await alice.run("session.list"))["sessions"] if each["current"])
    assert session
    await alice.run("session.revoke", id=session["id"])
    await tab.disconnected()


async def test_a_second_factor_that_an_owner_requires_at_one_node_is_required_at_the_other(nodes, on):
    olga, alice = await on(0, "olga"), await on(1, "alice")
    await appoint(nodes[0].chat, "olga", "owner")
    await add(olga)
    await olga.run("server.update", second_factor="everybody")
    await alice.disconnected()
    assert await reason(nodes[1].url, username="alice", token=alice.token) == "second_factor_required"


async def test_joins_from_an_address_count_at_all_nodes(nodes):
    network = "192.0.2.1"
    first, second = (node.chat._pipeline._rates for node in nodes)
    first.limits["join"], second.limits["join"] = Limit("1000000/hour"), Limit("2/hour")
    async with asyncio.timeout(PATIENCE):
        while not second.limits["join"].wait(f"address {network}"):
            first.spend_by_address("join", network)  # again, because the bus may lose messages
            await asyncio.sleep(0.01)
    with pytest.raises(RateLimited):
        second.spend_by_address("join", network)


async def test_the_host_application_reaches_the_sockets_of_all_nodes(nodes, on):
    alice = await on(1, "alice")
    await nodes[0].chat.emit("vote", {"yes": 3}, to=["#lobby"])
    assert await alice.hears(lambda event, _: event == "vote") == {"yes": 3}
    await nodes[0].chat.signal("alice", "ring", {"from": "the application"})
    assert (await alice.hears(lambda event, _: event == "signal"))["type"] == "ring"
    await nodes[0].chat.disconnect("alice")
    await alice.disconnected()


async def test_a_thread_that_is_open_at_another_node(on):
    alice, bob = await on(0, "alice"), await on(1, "bob")
    above = await alice.say("#lobby", "what do you think?")
    opened = await bob.run("thread.open", id=above["id"])
    await alice.say(opened["room"], "nobody?")
    await bob.hears_text("nobody?")
    await alice.hears(is_change("alice", "follows"))
    await bob.say(opened["room"], "I do")
    await alice.hears_text("I do")
    await bob.hears(lambda _, data: any(row.get("thread") for row in data.get("messages", ())))


async def test_a_profile_and_a_name_of_the_server_that_change(nodes, on):
    alice, bob = await on(0, "alice"), await on(1, "bob")
    await bob.run("presence.watch", usernames=["alice"])
    await alice.run("user.update", name="Alice A.")
    profile = await bob.hears(lambda event, data: event == "signal" and data["type"] == "profile")
    assert profile["data"]["name"] == "Alice A."
    await nodes[0].chat._pipeline.change(lambda act: facts.rename(act.db, "Ours"), NOBODY)
    await nodes[1].chat._pipeline.renew()
    assert nodes[1].chat.name == "Ours"
