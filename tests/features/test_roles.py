"""Roles on the server: who gives which, what they change in rooms, and that an owner remains."""

from __future__ import annotations

from typing import Any

import pytest

from chatrooms.errors import Conflict, Refusal
from chatrooms.features import roles
from chatrooms.identity import setups, suspending, suspensions
from chatrooms.pipeline.act import APPLICATION, Act, Caller
from chatrooms.storage.rows import User
from tests.appointing import appoint
from tests.direct import Direct, code
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


def appoints(direct: Direct, who: str, username: str, role: str) -> tuple[Any, list[dict[str, Any]]]:
    """Change a role as a person; return the profile and the changes."""

    def work(act: Act) -> User:
        return roles.appoint(act, username, role, roles.require_appointer(act.db, act.me, username, role))

    return direct.commit(Caller(who), work)


def gives(direct: Direct, who: str, username: str, role: str) -> str:
    """Change a role as a person; return the code of its refusal, or ``fine``."""
    try:
        appoints(direct, who, username, role)
    except Refusal as refusal:
        return refusal.code
    return "fine"


def role_of(direct: Direct, username: str) -> str:
    return direct.run("alice", "user.get", {"username": username})[0]["user"]["role"]


def test_a_new_role_is_in_the_profile_and_reaches_all_devices_of_the_person(direct):
    user, changes = appoints(direct, "olga", "alice", "moderator")
    assert user["role"] == role_of(direct, "alice") == "moderator"
    assert changes == [{"room": "alice", "rev": user["rev"], "users": [user]}]


def test_the_same_role_again_changes_nothing(direct):
    user, changes = appoints(direct, "olga", "alice", "member")
    assert (user["role"], changes) == ("member", [])


def test_the_last_owner_stays_the_owner_and_one_of_two_need_not(direct):
    assert gives(direct, "olga", "olga", "member") == "conflict"
    assert gives(direct, "olga", "adam", "owner") == "fine"
    assert gives(direct, "olga", "olga", "member") == "fine"
    assert gives(direct, "adam", "adam", "admin") == "conflict"
    assert [role_of(direct, name) for name in ("olga", "adam")] == ["member", "owner"]


def test_admins_give_the_roles_below_theirs_to_people_below_them(direct):
    assert gives(direct, "adam", "alice", "moderator") == "fine"
    assert gives(direct, "adam", "alice", "admin") == "forbidden"
    assert gives(direct, "adam", "olga", "member") == "forbidden"
    assert gives(direct, "adam", "adam", "owner") == "forbidden"
    for name in ("mona", "alice", "gus"):
        assert gives(direct, name, "gus", "owner") == "forbidden"


@pytest.mark.parametrize("username", ["nobody", "system"])
def test_only_people_have_roles(direct, username):
    assert gives(direct, "olga", username, "owner") == "not_found"


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


RANKS = ("guest", "member", "moderator", "admin", "owner")
TWO = {"olga": "owner", "otto": "owner", "adam": "admin", "anna": "admin", "mona": "moderator", "max": "moderator"}
TWO |= {"alice": "member", "gus": "guest"}


@pytest.fixture
def crowd(direct):
    """Two people of each of the higher roles, who all are members of an open room of peter's."""
    for name, role in (TWO | {"peter": "member"}).items():
        if name not in PEOPLE:
            direct.join(name)
            direct.appoint(name, role)
    direct.run("peter", "room.create", {"name": "#den"})
    for name in TWO:
        direct.run(name, "room.join", {"room": "#den"})
    return direct


@pytest.mark.parametrize("room", ["#den", "#lobby"])
@pytest.mark.parametrize("who", TWO)
def test_a_role_on_the_server_removes_only_people_with_a_lower_one(crowd, room, who):
    for username, role in TWO.items():
        may = RANKS.index(TWO[who]) > max(RANKS.index(role), RANKS.index("member"))
        assert code(crowd, who, "room.remove", room=room, username=username) == ("fine" if may else "forbidden")
        crowd.run(username, "room.join", {"room": room})


def test_a_moderator_of_the_lobby_removes_no_one_with_a_higher_role_on_the_server(crowd):
    crowd.run("olga", "room.role", {"room": "#lobby", "username": "alice", "role": "moderator"})
    for username in ("olga", "adam", "mona"):
        assert code(crowd, "alice", "room.remove", room="#lobby", username=username) == "forbidden"
    assert code(crowd, "alice", "room.remove", room="#lobby", username="gus") == "fine"


@pytest.mark.parametrize("username", ["adam", "olga"])
def test_those_whom_a_room_removes_see_it_in_the_list_and_come_back(crowd, username):
    assert code(crowd, "peter", "room.remove", room="#den", username=username) == "fine"
    listed = crowd.run(username, "server.rooms", {})[0]["rooms"]
    assert "#den" in [row["room"]["name"] for row in listed]
    assert code(crowd, username, "room.join", room="#den") == "fine"


@pytest.mark.parametrize(("who", "to", "expected"), [("adam", "olga", "forbidden"), ("adam", "anna", "forbidden")])
def test_a_role_on_the_server_takes_no_role_in_a_room_from_people_whose_role_is_not_lower(crowd, who, to, expected):
    crowd.run("peter", "room.role", {"room": "#den", "username": to, "role": "owner"})
    for role in ("member", "moderator"):
        assert code(crowd, who, "room.role", room="#den", username=to, role=role) == expected
    crowd.run("peter", "room.role", {"room": "#den", "username": "mona", "role": "owner"})
    assert code(crowd, who, "room.role", room="#den", username="mona", role="member") == "fine"
    assert code(crowd, "peter", "room.role", room="#den", username=to, role="member") == "fine"


def test_who_can_join_is_up_to_owners_and_the_lobby_stays_open(crowd):
    crowd.run("peter", "room.role", {"room": "#den", "username": "alice", "role": "moderator"})
    for who in ("mona", "alice"):
        assert code(crowd, who, "room.update", room="#den", access="private") == "forbidden"
        assert code(crowd, who, "room.update", room="#den", access="open", title="The den") == "fine"
    for who, expected in (("mona", "forbidden"), ("adam", "invalid"), ("olga", "invalid")):
        assert code(crowd, who, "room.update", room="#lobby", access="private") == expected
    for who in ("adam", "peter"):
        assert code(crowd, who, "room.update", room="#den", access="private") == "fine"
        assert code(crowd, "mona", "room.update", room="#den", access="open") == "forbidden"
        assert code(crowd, "peter", "room.update", room="#den", access="open") == "fine"


def test_the_application_removes_everyone_from_every_room(crowd):
    for room in ("#den", "#lobby"):
        for username in ("olga", "adam"):
            result, _ = crowd.run_as(APPLICATION, "room.remove", {"room": room, "username": username})
            assert result["member"]["gone"]


def test_an_owner_who_is_suspended_is_not_another_owner(direct):
    direct.appoint("adam", "owner")
    with direct.engine.begin() as db:
        suspending.store(db, "olga", "system", "x")
    assert gives(direct, "adam", "adam", "member") == "conflict"
    with direct.engine.begin() as db:
        with pytest.raises(Conflict):
            suspending.store(db, "adam", "system", "x")
        suspensions.drop(db, "olga")
    assert gives(direct, "adam", "adam", "member") == "fine"


def test_a_server_whose_owners_are_all_suspended_can_be_set_up(direct):
    with direct.engine.begin() as db:
        link = setups.make(db)
        assert not setups.works(db, link)
        suspensions.store(db, "olga", "system", "x")
        assert setups.works(db, link)


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
