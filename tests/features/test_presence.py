"""Who is online: derived from rooms, never stored."""

from __future__ import annotations

import pytest

from tests.people import connect, leave
from tests.servers import running


def states(person):
    return [(signal["from"], signal["data"]["state"]) for signal in person.signals("presence")]


async def test_a_watcher_sees_people_come_online_and_go_offline(person, alice):
    first = await alice.run("presence.watch", usernames=["bob", "carol"])
    assert first["states"] == {"bob": "offline", "carol": "offline"}
    bob = await person("bob")
    await alice.hears(lambda event, data: event == "signal" and data["data"].get("state") == "online")
    await leave(bob)
    await alice.hears(lambda event, data: event == "signal" and data["data"].get("state") == "offline")
    assert states(alice) == [("bob", "online"), ("bob", "offline")]
    assert alice.signals("presence")[0]["room"] == "~bob"


async def test_a_refresh_or_a_second_tab_does_not_flicker(tmp_path):
    async with running(tmp_path, presence_grace=60) as server, connect(server.url, "alice") as alice:
        async with connect(server.url, "bob") as bob:
            watched = await alice.run("presence.watch", usernames=["bob"])
            assert watched["states"] == {"bob": "online"}
        async with connect(server.url, "bob", token=bob.token), connect(server.url, "bob", token=bob.token):
            await alice.settled()
        assert (await alice.run("presence.watch", usernames=["bob"]))["states"] == {"bob": "online"}
        assert states(alice) == []


async def test_an_unwatched_person_is_no_longer_signalled(person, alice):
    await alice.run("presence.watch", usernames=["bob", "carol"])
    await alice.run("presence.watch", usernames=["carol"])
    await person("bob")
    await person("carol")
    await alice.hears(lambda event, data: event == "signal" and data["from"] == "carol")
    assert states(alice) == [("carol", "online")]


@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_a_lost_connection_leaves_all_its_rooms(tmp_path, transport):
    short = {"ping_interval": 0.3, "ping_timeout": 1.0}
    async with running(tmp_path, **short) as server, connect(server.url, "watcher") as watcher:
        async with connect(server.url, "alice", transport=transport) as alice:
            await alice.run("presence.watch", usernames=["bob"])
            await watcher.run("presence.watch", usernames=["alice"])
            assert all(server.chat.sockets_in(room) for room in ("alice", "~bob"))
        await watcher.hears(lambda event, data: event == "signal" and data["data"].get("state") == "offline")
        assert not any(server.chat.sockets_in(room) for room in ("alice", "~bob"))
