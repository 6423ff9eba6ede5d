"""Roles in a room: its owners give them, and one owner remains."""

from __future__ import annotations

import pytest

from chatrooms.errors import Refusal
from tests.direct import Direct


@pytest.fixture
def direct():
    direct = Direct()
    for name in ("alice", "bob", "carol", "olga"):
        direct.join(name)
    direct.appoint("olga", "owner")
    direct.run("alice", "room.create", {"name": "#den"})
    for name in ("bob", "carol"):
        direct.run(name, "room.join", {"room": "#den"})
    yield direct
    direct.engine.dispose()


def code(direct: Direct, who: str, room: str, username: str, role: str) -> str:
    try:
        direct.run(who, "room.role", {"room": room, "username": username, "role": role})
    except Refusal as refusal:
        return refusal.code
    return "fine"


def roles(direct: Direct, room: str = "#den") -> dict[str, str]:
    members = direct.run("bob", "room.members", {"room": room})[0]["members"]
    return {member["username"]: member["role"] for member in members}


def test_an_owner_shares_the_room_and_leaves_it_to_the_other(direct):
    before = direct.run("bob", "room.members", {"room": "#den"})[0]["members"][1]
    result, changes = direct.run("alice", "room.role", {"room": "#den", "username": "bob", "role": "owner"})
    assert result["member"]["since"] == before["since"] and result["member"]["role"] == "owner"
    assert {change["room"] for change in changes} == {"#den", "bob"}
    event = next(change["messages"][0] for change in changes if change["room"] == "#den")
    assert (event["kind"], event["text"]) == ("role", "alice made bob an owner.")
    assert event["data"] == {"username": "bob", "role": "owner"}
    assert code(direct, "bob", "#den", "alice", "member") == "fine"
    assert roles(direct) == {"alice": "member", "bob": "owner", "carol": "member"}


def test_the_last_owner_of_a_room_stays_one(direct):
    assert code(direct, "alice", "#den", "alice", "moderator") == "conflict"
    assert code(direct, "olga", "#den", "alice", "member") == "conflict"
    assert roles(direct)["alice"] == "owner"


def test_an_owner_who_is_suspended_is_not_the_one_that_a_room_needs(direct):
    assert code(direct, "alice", "#den", "bob", "owner") == "fine"
    direct.run("olga", "user.suspend", {"username": "bob", "reason": "x"})
    assert code(direct, "alice", "#den", "alice", "member") == "conflict"
    direct.run("alice", "room.leave", {"room": "#den"})
    members = direct.run("carol", "room.members", {"room": "#den"})[0]["members"]
    assert {each["username"]: each["role"] for each in members} == {"bob": "owner", "carol": "owner"}


def test_a_room_goes_to_somebody_who_is_suspended_only_if_nobody_else_is_left(direct):
    direct.run("olga", "user.suspend", {"username": "bob", "reason": "x"})
    direct.run("alice", "room.leave", {"room": "#den"})
    members = direct.run("carol", "room.members", {"room": "#den"})[0]["members"]
    assert {each["username"]: each["role"] for each in members} == {"bob": "member", "carol": "owner"}
    direct.run("carol", "room.leave", {"room": "#den"})
    assert roles(direct) == {"bob": "owner"}


def test_moderators_and_members_give_no_roles(direct):
    assert code(direct, "alice", "#den", "bob", "moderator") == "fine"
    assert code(direct, "bob", "#den", "carol", "moderator") == "forbidden"
    assert code(direct, "carol", "#den", "carol", "owner") == "forbidden"


def test_only_members_have_a_role_in_a_room(direct):
    assert code(direct, "alice", "#den", "olga", "moderator") == "not_found"
    direct.run("carol", "room.leave", {"room": "#den"})
    assert code(direct, "alice", "#den", "carol", "moderator") == "not_found"


def test_the_lobby_has_the_owners_of_the_server_and_moderators_of_its_own(direct):
    assert code(direct, "olga", "#lobby", "bob", "owner") == "invalid"
    assert code(direct, "olga", "#lobby", "bob", "moderator") == "fine"
    assert code(direct, "bob", "#lobby", "alice", "moderator") == "forbidden"
    assert roles(direct, "#lobby")["bob"] == "moderator"
