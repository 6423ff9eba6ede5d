"""People and their profiles."""

from __future__ import annotations

import pytest

from tests.people import Refused


async def test_a_changed_profile_reaches_all_tabs_of_the_person_and_anyone_who_asks(person, alice, bob):
    tab = await person("alice", token=alice.token)
    await alice.run("user.update", name="Alice L.", about="Through the looking-glass")
    await tab.hears(lambda _, data: any(user["name"] == "Alice L." for user in data.get("users", ())))
    user = (await bob.run("user.get", username="ALICE"))["user"]
    assert (user["username"], user["name"], user["about"]) == ("alice", "Alice L.", "Through the looking-glass")


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
