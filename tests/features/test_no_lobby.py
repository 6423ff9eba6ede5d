"""A server without a lobby: nobody is added to a room, and a lobby that there was is a room like others."""

from __future__ import annotations

import pytest

from chatrooms import Settings
from chatrooms.cli.database import links
from chatrooms.cli.opening import Unable
from tests.appointing import appoint
from tests.doors import get
from tests.people import Person, Refused, connect
from tests.servers import running


async def rooms_of(person: Person) -> list[str]:
    """Return the shared rooms and conversations that a person belongs to."""
    changes = (await person.run("sync", revs={}))["changes"]
    return [row["room"] for change in changes for row in change.get("memberships", ()) if not row["gone"]]


async def test_nobody_is_in_a_room_until_they_make_or_join_one(tmp_path):
    async with (
        running(tmp_path, lobby="") as server,
        connect(server.url, "alice") as alice,
        connect(server.url, "bob") as bob,
    ):
        welcome = await alice.hears(lambda event, _: event == "welcome")
        assert welcome["server"]["lobby"] == ""
        assert '<meta name="lobby" content="">' in (await get(server.url, "/"))[1]
        assert await rooms_of(alice) == [] == (await bob.run("room.list"))["rooms"]
        with pytest.raises(Refused, match="not_found"):
            await alice.say("#lobby", "x")
        assert [each["username"] for each in (await alice.run("user.list"))["users"]] == ["alice", "bob"]

        await alice.say("alice+bob", "Hello")
        await bob.hears_text("Hello")
        await alice.run("room.create", name="#plans")
        assert (await bob.run("room.list"))["rooms"][0]["members"] == 1
        await alice.run("room.invite", room="#plans", username="bob")
        assert await rooms_of(bob) == ["alice+bob", "#plans"]
        await server.chat.remove_user("bob")
        await server.chat.add_user("bob")
        async with connect(server.url, "carol") as carol:
            assert await rooms_of(carol) == []


async def test_a_lobby_that_there_was_is_a_room_like_others(tmp_path):
    async with running(tmp_path) as server, connect(server.url, "alice") as alice:
        token = alice.token
        await alice.say("#lobby", "Before")
    async with (
        running(tmp_path, lobby="") as server,
        connect(server.url, "alice", token=token) as alice,
        connect(server.url, "bob") as bob,
    ):
        assert await rooms_of(alice) == ["#lobby"]
        assert await rooms_of(bob) == []
        assert [row["text"] for row in (await alice.run("history", room="#lobby"))["messages"]][-1] == "Before"
        await bob.run("room.join", room="#lobby")
        await appoint(server.chat, "alice", "owner")
        await alice.run("room.role", room="#lobby", username="alice", role="owner")
        await alice.run("room.update", room="#lobby", access="private")
        await alice.run("room.leave", room="#lobby")
        assert await rooms_of(alice) == []


async def test_a_link_from_the_console_needs_a_room_to_lead_to(tmp_path):
    async with running(tmp_path, lobby=""):
        settings = Settings(data=tmp_path, lobby="")
        with pytest.raises(Unable, match="no lobby"):
            links.invite(settings, settings.lobby, 1, 1)


@pytest.mark.parametrize("lobby", [" ", "#", "a b"])
def test_a_lobby_is_the_name_of_a_room_or_empty(lobby):
    with pytest.raises(ValueError, match="lobby"):
        Settings(lobby=lobby)
