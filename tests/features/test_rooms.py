"""Rooms and their members: creating, finding, joining, inviting, removing, leaving."""

from __future__ import annotations

import pytest

from chatrooms.errors import Unavailable
from tests.people import Refused, connect
from tests.servers import running


async def test_the_creator_of_a_room_owns_it_and_can_change_its_title_but_not_its_name(alice):
    room = (await alice.run("room.create", name="Design", topic="shapes"))["room"]
    assert (room["name"], room["title"], room["topic"], room["access"]) == ("#design", "design", "shapes", "open")
    revised = (await alice.run("room.update", room="#design", title="Design & research", access="private"))["room"]
    assert (revised["name"], revised["title"], revised["access"]) == ("#design", "Design & research", "private")
    assert (await alice.run("room.update", room="#design", title=""))["room"]["title"] == "design"
    members = (await alice.run("room.members", room="#design"))["members"]
    assert [(m["username"], m["role"]) for m in members] == [("alice", "owner")]


async def test_the_list_shows_open_rooms_to_join_and_their_number_of_members(alice, bob):
    await alice.run("room.create", name="#open", title="Gardening", topic="tomatoes")
    await alice.run("room.create", name="#secret", access="private")
    await alice.run("room.create", name="#old")
    await alice.run("room.archive", room="#old")
    listed = (await bob.run("room.list"))["rooms"]
    assert [(room["name"], room["members"]) for room in listed] == [("#open", 1)]
    for query, found in (("garden", 1), ("TOMATO", 1), ("open", 1), ("secret", 0), ("%", 0), ("_", 0)):
        assert len((await bob.run("room.list", query=query))["rooms"]) == found, query
    await bob.run("room.join", room="#open")
    assert (await bob.run("room.list"))["rooms"] == []


async def test_a_new_member_receives_the_room_on_all_tabs(person, alice, bob):
    tab = await person("bob", token=bob.token)
    await alice.run("room.create", name="#den")
    await alice.say("#den", "before")
    await bob.run("room.join", room="#den")
    await alice.say("#den", "after")
    for each in (bob, tab):
        await each.hears_text("after")
        assert each.texts("#den") == ["after"]
        assert [(m["room"], m["gone"]) for m in each.rows("memberships")] == [("#den", False)]
    timeline = [m["text"] for m in (await bob.run("history", room="#den"))["messages"]]
    assert timeline == ["before", "bob joined.", "after"]


async def test_an_invited_person_receives_a_private_room_at_once(alice, bob):
    await alice.run("room.create", name="#den", access="private")
    await alice.run("room.invite", room="#den", username="Bob")
    await alice.say("#den", "welcome")
    await bob.hears_text("welcome")
    with pytest.raises(Refused, match="not_found"):
        await alice.run("room.invite", room="#den", username="zebedee")


async def test_a_former_member_receives_nothing_and_can_only_rejoin_an_open_room(alice, bob):
    for name, access in (("#open", "open"), ("#shut", "private")):
        await alice.run("room.create", name=name, access=access)
        await alice.run("room.invite", room=name, username="bob")
        await bob.run("room.leave", room=name)
        await alice.say(name, "without bob")
    await bob.settled()
    assert bob.texts() == []
    await bob.run("room.join", room="#open")
    with pytest.raises(Refused, match="not_found"):
        await bob.run("room.join", room="#shut")


async def test_when_the_last_owner_leaves_the_room_passes_to_the_longest_standing_member(alice, bob, carol):
    await alice.run("room.create", name="#den")
    await carol.run("room.join", room="#den")
    await bob.run("room.join", room="#den")
    await alice.run("room.leave", room="#den")
    await carol.run("room.update", room="#den", title="Carol's")
    with pytest.raises(Refused, match="forbidden"):
        await bob.run("room.update", room="#den", title="Bob's")
    for each in (bob, carol):
        await each.run("room.leave", room="#den")


async def test_only_an_owner_can_remove_an_owner_and_only_members_can_be_removed(alice, bob):
    await alice.run("room.create", name="#den")
    await bob.run("room.join", room="#den")
    with pytest.raises(Refused, match="forbidden"):
        await bob.run("room.remove", room="#den", username="alice")
    for name in ("carol", "zebedee"):
        with pytest.raises(Refused, match="not_found"):
            await alice.run("room.remove", room="#den", username=name)


async def test_members_are_sorted_by_name_and_found_by_part_of_it(person, alice):
    await alice.run("room.create", name="#den")
    for name in ("bob", "carol", "carolina"):
        await person(name)
        await alice.run("room.invite", room="#den", username=name)
    page = await alice.run("room.members", room="#den", after="alice")
    assert ([m["username"] for m in page["members"]], page["more"]) == (["bob", "carol", "carolina"], False)
    found = await alice.run("room.members", room="#den", query="CARO")
    assert [m["username"] for m in found["members"]] == ["carol", "carolina"]


async def test_creating_rooms_is_rate_limited(tmp_path):
    async with running(tmp_path, rate_create="4/hour") as server, connect(server.url, "alice") as alice:
        for number in range(2):
            await alice.run("room.create", name=f"#room{number}")
        with pytest.raises(Refused, match="rate_limited"):
            await alice.run("room.create", name="#one-too-many")


async def test_a_removed_member_receives_nothing_even_if_their_sockets_could_not_be_moved(
    person, alice, mallory, own_server, monkeypatch
):
    await alice.run("room.create", name="#staff", access="private")
    await alice.run("room.invite", room="#staff", username="mallory")
    broadcast = own_server.chat._broadcast

    async def fail(_query):
        raise Unavailable

    with monkeypatch.context() as away:
        away.setattr(broadcast.alignment._reader, "lookup", fail)
        assert (await alice.run("room.remove", room="#staff", username="mallory"))["member"]["gone"]
    assert not own_server.chat.sockets_in("mallory")
    await alice.say("#staff", "secret")
    again = await person("mallory", token=mallory.token)
    await again.settled()
    assert [*mallory.texts("#staff"), *again.texts("#staff")] == []


async def test_a_room_passes_to_another_member_when_its_owner_removes_themselves(alice, bob):
    await alice.run("room.create", name="#den", access="private")
    await alice.run("room.invite", room="#den", username="bob")
    await alice.run("room.remove", room="#den", username="alice")
    assert (await bob.run("room.update", room="#den", title="Bob's"))["room"]["title"] == "Bob's"


async def test_an_archived_room_is_read_only_until_it_is_unarchived(alice, bob):
    await alice.run("room.create", name="#den")
    await bob.run("room.join", room="#den")
    archived = (await alice.run("room.archive", room="#den"))["room"]
    with pytest.raises(Refused) as refused:
        await bob.say("#den", "too late")
    assert refused.value.code == "archived"
    room = (await alice.run("room.unarchive", room="#den"))["room"]
    assert room == {**archived, "archived": False, "rev": archived["rev"] + 1}
    await bob.hears(lambda _, data: room in data.get("rooms", ()))
    assert (await bob.say("#den", "on we go"))["room"] == "#den"
    assert (await alice.run("room.unarchive", room="#den"))["room"]["rev"] == room["rev"]
