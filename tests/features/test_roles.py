"""Roles on the server: who gives which, what they change in rooms, and that an owner remains."""

from __future__ import annotations

import pytest

from chatrooms.errors import Refusal
from tests.appointing import appoint
from tests.direct import Direct
from tests.people import connect

PEOPLE = {"olga": "owner", "adam": "admin", "mona": "moderator", "alice": "member", "gus": "guest"}


@pytest.fixture
def direct():
    direct = Direct()
    for name, role in PEOPLE.items():
        direct.join(name)
        direct.appoint(name, role)
    yield direct
    direct.engine.dispose()


def code(direct: Direct, who: str, command: str, **params) -> str:
    try:
        direct.run(who, command, params)
    except Refusal as refusal:
        return refusal.code
    return "fine"


def role_of(direct: Direct, username: str) -> str:
    return direct.run("alice", "user.get", {"username": username})[0]["user"]["role"]


def test_a_new_role_is_in_the_profile_and_reaches_all_devices_of_the_person(direct):
    result, changes = direct.run("olga", "user.role", {"username": "alice", "role": "moderator"})
    assert result["user"]["role"] == role_of(direct, "alice") == "moderator"
    assert changes == [{"room": "alice", "rev": result["user"]["rev"], "users": [result["user"]]}]


def test_the_last_owner_stays_the_owner_and_one_of_two_need_not(direct):
    assert code(direct, "olga", "user.role", username="olga", role="member") == "conflict"
    assert code(direct, "olga", "user.role", username="adam", role="owner") == "fine"
    assert code(direct, "olga", "user.role", username="olga", role="member") == "fine"
    assert code(direct, "adam", "user.role", username="adam", role="admin") == "conflict"
    assert [role_of(direct, name) for name in ("olga", "adam")] == ["member", "owner"]


def test_admins_give_the_roles_below_theirs_to_people_below_them(direct):
    assert code(direct, "adam", "user.role", username="alice", role="moderator") == "fine"
    assert code(direct, "adam", "user.role", username="alice", role="admin") == "forbidden"
    assert code(direct, "adam", "user.role", username="olga", role="member") == "forbidden"
    assert code(direct, "adam", "user.role", username="adam", role="owner") == "forbidden"
    for name in ("mona", "alice", "gus"):
        assert code(direct, name, "user.role", username="gus", role="owner") == "forbidden"


@pytest.mark.parametrize("username", ["nobody", "system"])
def test_only_people_have_roles(direct, username):
    assert code(direct, "olga", "user.role", username=username, role="owner") == "not_found"


def test_guests_create_no_rooms_and_invite_no_one(direct):
    direct.run("alice", "room.create", {"name": "#den"})
    direct.run("gus", "room.join", {"room": "#den"})
    assert code(direct, "gus", "room.create", name="#other") == "forbidden"
    assert code(direct, "gus", "room.invite", room="#den", username="mona") == "forbidden"
    assert code(direct, "gus", "message.post", room="#den", text="hello") == "fine"
    assert code(direct, "alice", "room.invite", room="#den", username="mona") == "fine"


@pytest.mark.parametrize(("who", "may"), [("olga", True), ("adam", True), ("mona", True), ("alice", False)])
def test_open_rooms_and_the_lobby_are_managed_by_role_and_private_ones_by_members_alone(direct, who, may):
    direct.run("gus", "room.join", {"room": "#lobby"})
    direct.appoint("gus", "member")
    direct.run("gus", "room.create", {"name": "#den"})
    direct.run("gus", "room.create", {"name": "#shut", "access": "private"})
    for room in ("#den", "#lobby"):
        expected = "fine" if may else "not_a_member" if room == "#den" else "forbidden"
        assert code(direct, who, "room.update", room=room, title="New") == expected
    assert code(direct, who, "room.update", room="#shut", title="New") == "not_found"
    direct.run("gus", "room.invite", {"room": "#shut", "username": who})
    assert code(direct, who, "room.update", room="#shut", title="New") == ("fine" if may else "forbidden")


@pytest.mark.parametrize(("who", "expected"), [("adam", "fine"), ("mona", "fine"), ("alice", "forbidden")])
def test_messages_in_shared_rooms_are_deleted_by_role_and_in_conversations_by_their_authors(direct, who, expected):
    direct.run("gus", "message.post", {"room": who, "text": "hi"})
    shared, private = (
        direct.run("gus", "message.post", {"room": room, "text": "hi"})[0]["message"] for room in ("#lobby", who)
    )
    assert code(direct, who, "message.delete", id=shared["id"]) == expected
    assert code(direct, who, "message.delete", id=private["id"]) == "forbidden"


def test_only_those_who_count_as_owners_remove_an_owner(direct):
    direct.run("alice", "room.create", {"name": "#den"})
    assert code(direct, "mona", "room.remove", room="#den", username="alice") == "forbidden"
    assert code(direct, "adam", "room.remove", room="#den", username="alice") == "fine"


async def test_watchers_see_a_new_role_at_once(own_server, person):
    alice, bob = await person("alice"), await person("bob")
    await appoint(own_server.chat, "alice", "owner")
    await bob.run("presence.watch", usernames=["bob", "alice"])
    await alice.run("user.role", username="bob", role="moderator")
    await bob.hears(lambda _, data: any(row["role"] == "moderator" for row in data.get("users", ())))
    assert bob.signals("profile")[-1]["data"]["role"] == "moderator"
    async with connect(own_server.url, "bob", token=bob.token) as phone:
        welcome = await phone.hears(lambda event, _: event == "welcome")
        assert welcome["user"]["role"] == "moderator"
