"""People and their profiles."""

from __future__ import annotations

import asyncio

import pytest
import socketio.exceptions

from tests.direct import Direct
from tests.doors import post
from tests.people import Refused, connect
from tests.servers import running


async def test_a_changed_profile_reaches_all_tabs_of_the_person_and_anyone_who_asks(person, alice, bob):
    tab = await person("alice", token=alice.token)
    await alice.run("user.update", name="Alice L.", about="Through the looking-glass")
    await tab.hears(lambda _, data: any(user["name"] == "Alice L." for user in data.get("users", ())))
    user = (await bob.run("user.get", username="ALICE"))["user"]
    assert (user["username"], user["name"], user["about"]) == ("alice", "Alice L.", "Through the looking-glass")


def test_others_learn_from_a_profile_nothing_of_what_happens_to_its_person():
    direct = Direct()
    for name in ("alice", "bob", "carol"):
        direct.join(name)

    def seen(who="bob"):
        got = direct.run(who, "user.get", {"username": "alice"})[0]["user"]
        assert direct.run(who, "user.list", {"usernames": ["alice"]})[0]["users"] == [got]
        return got["rev"]

    revs = [seen()]
    for name in ("Alice", "Lis"):
        for other in ("bob", "carol"):
            direct.run("alice", "user.block", {"username": other})
            direct.run("alice", "user.unblock", {"username": other})
        own = direct.run("alice", "user.update", {"name": name})[0]["user"]
        changes = direct.run("alice", "sync", {"revs": {"alice": own["rev"] - 1}})[0]["changes"]
        assert [change["users"] for change in changes if change["room"] == "alice"] == [[own]], (
            "the person gets their own by the rev of their room"
        )
        revs.append(seen())
    assert revs == [1, 2, 3] and own["rev"] > revs[-1]


async def test_an_empty_profile_update_is_rejected(alice):
    with pytest.raises(Refused, match="invalid"):
        await alice.run("user.update")


async def test_a_profile_field_that_is_too_long_says_how_long_it_can_be(alice):
    with pytest.raises(Refused, match="At most 250 characters are allowed"):
        await alice.run("user.update", about="x" * 251)


async def test_people_are_listed_by_username_and_found_by_either_name(person, alice):
    for name in ("bob", "carol"):
        await person(name)
    await alice.run("user.update", name="Zoë")
    everybody = (await alice.run("user.list"))["users"]
    assert [user["username"] for user in everybody] == ["alice", "bob", "carol"]
    assert [user["username"] for user in (await alice.run("user.list", after="bob"))["users"]] == ["carol"]
    for query, found in (("car", ["carol"]), ("zoë", ["alice"]), ("%", []), ("nobody", [])):
        assert [user["username"] for user in (await alice.run("user.list", query=query))["users"]] == found, query


async def test_an_unknown_username_is_not_found(alice):
    with pytest.raises(Refused, match="not_found"):
        await alice.run("user.get", username="zebedee")


async def test_the_system_user_cannot_be_found(alice):
    assert all(user["username"] != "system" for user in (await alice.run("user.list", query="system"))["users"])


async def test_a_changed_profile_is_signalled_to_the_persons_watchers(alice, bob, carol):
    await bob.run("presence.watch", usernames=["alice"])
    await alice.run("user.update", name="Alice L.")
    for each in (bob, carol):
        await each.settled()
    assert [signal["data"]["name"] for signal in bob.signals("profile")] == ["Alice L."]
    assert carol.signals("profile") == []


async def test_several_profiles_can_be_fetched_at_once(person, alice):
    await person("bob")
    found = await alice.run("user.list", usernames=["bob", "alice", "zebedee"])
    assert [user["username"] for user in found["users"]] == ["alice", "bob"]


TAKEN = ("bob", "B0B", "The Boss", "the b\N{GREEK SMALL LETTER OMICRON}ss", "The\u2009Boss\u200b", "Ｂｏｂ")


@pytest.mark.parametrize("name", TAKEN)
async def test_a_display_name_cannot_look_like_anothers_name(alice, bob, name):
    await bob.run("user.update", name="The Boss")
    with pytest.raises(Refused) as refused:
        await alice.run("user.update", name=name)
    assert (refused.value.code, refused.value.details["field"]) == ("name_taken", "name")
    assert (await alice.run("user.me"))["user"]["name"] == ""


@pytest.mark.parametrize("name", ["Admin", "system", "Chatrooms", "every one"])
async def test_a_display_name_cannot_look_like_a_reserved_word(alice, name):
    with pytest.raises(Refused) as refused:
        await alice.run("user.update", name=name)
    assert (refused.value.code, refused.value.details["field"]) == ("invalid", "name")


async def test_your_own_names_are_yours(alice, bob):
    for name in ("Alice", "ALICE", "The Boss", "the boss", "The Boss", ""):
        assert (await alice.run("user.update", name=name))["user"]["name"] == name
    assert (await bob.run("user.update", name="The Boss"))["user"]["name"] == "The Boss", "alice gave it up"


async def test_a_name_that_looks_like_a_display_name_cannot_be_claimed(own_server, alice):
    await alice.run("user.update", name="Carol")
    for name in ("carol", "car\N{CYRILLIC SMALL LETTER O}l"):
        with pytest.raises(socketio.exceptions.ConnectionError):
            async with connect(own_server.url, name):
                pass
        _, answer, _ = await post(own_server.url, "/api/session.join", {"username": name})
        assert answer["error"]["code"] == "name_taken"
    await alice.run("user.update", name="")
    async with connect(own_server.url, "carol") as carol:
        assert (await carol.run("user.me"))["user"]["username"] == "carol"


async def test_two_people_cannot_take_one_name_at_once(tmp_path, either_database):
    async with (
        running(tmp_path, database=either_database) as server,
        connect(server.url, "alice") as alice,
        connect(server.url, "bob") as bob,
    ):
        answers = await asyncio.gather(
            *(person.run("user.update", name="The Boss") for person in (alice, bob)), return_exceptions=True
        )
    assert sorted(type(answer).__name__ for answer in answers) == ["Refused", "dict"]


def test_names_are_compared_by_index():
    direct = Direct()
    direct.join("alice")
    with direct.plans() as plans:
        direct.run("alice", "user.update", {"name": "The Boss"})
    steps = [step for query, step in plans if "users.look" in query]
    assert any("SEARCH users" in step for step in steps), plans
    assert not [step for step in steps if step.startswith("SCAN")]
