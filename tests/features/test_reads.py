"""Read positions: how far each person has read in each room."""

from __future__ import annotations

import pytest

from tests.people import Refused


async def test_a_read_position_only_moves_forward_and_reaches_all_tabs(person, alice):
    tab = await person("alice", token=alice.token)
    said = [await alice.say("#lobby", f"{number}") for number in range(4)]
    read = (await alice.run("read.mark", room="#lobby", seq=said[2]["seq"]))["read"]
    assert (read["seq"], read["number"]) == (said[2]["seq"], 3)
    back = (await alice.run("read.mark", room="#lobby", seq=said[0]["seq"]))["read"]
    assert back == read
    ahead = (await alice.run("read.mark", room="#lobby", seq=10_000))["read"]
    assert (ahead["seq"], ahead["number"]) == (said[3]["seq"], 4)
    await tab.settled()
    marks = [row for row in tab.rows("reads") if row["room"] == "#lobby"]
    assert [(row["number"], row["uncounted"]) for row in marks] == [(3, 1), (4, 0)]


async def test_a_read_position_is_private(alice, bob):
    message = await alice.say("#lobby", "hi")
    await alice.run("read.mark", room="#lobby", seq=message["seq"])
    await bob.settled()
    assert {row["username"] for row in bob.rows("reads")} <= {"bob"}


async def positions(person) -> dict[str, tuple[int, int | None]]:
    """The number and the uncounted messages of each read position, as a new client receives them."""
    (own,) = [change for change in (await person.run("sync", revs={}))["changes"] if change["room"] == person.name]
    return {row["room"]: (row["number"], row["uncounted"]) for row in own["reads"]}


async def test_everybody_has_a_position_in_each_room_from_the_moment_they_belong_to_it(alice, bob, carol):
    assert await positions(alice) == {"alice": (0, 0), "#lobby": (0, 0)}
    await bob.run("room.create", name="#staff", access="private")
    await bob.run("room.invite", room="#staff", username="alice")
    await bob.say("alice", "hi")
    assert await positions(alice) == {"alice": (0, 0), "#lobby": (0, 0), "#staff": (0, 0), "alice+bob": (0, 0)}
    assert (await positions(bob))["alice+bob"] == (0, 1), "the author's own message is not unread"
    await bob.run("room.remove", room="#staff", username="alice")
    await bob.say("#staff", "while alice is away")
    await bob.run("room.invite", room="#staff", username="alice")
    assert (await positions(alice))["#staff"] == (1, 0)


async def test_tabs_hear_of_the_position_where_a_conversation_begins(alice, bob):
    await bob.say("alice", "hi")
    for each, own in ((alice, 0), (bob, 1)):
        await each.settled()
        (row,) = [row for row in each.rows("reads") if row["room"] == "alice+bob"]
        (message,) = [row for row in each.rows("messages") if row["room"] == "alice+bob"]
        assert (row["number"], row["uncounted"]) == (0, 0) and message["seq"] > row["room_rev"], own


async def test_sync_counts_anew_in_rooms_that_changed(alice, bob):
    first = await bob.say("#lobby", "one")
    await bob.say("#lobby", "two")
    await alice.say("#lobby", "mine")
    caught = await alice.run("sync", revs={})
    revs = {change["room"]: change["rev"] for change in caught["changes"]}
    assert [(row["room"], row["uncounted"], row["room_rev"]) for row in caught["reads"]] == [
        ("#lobby", 1, revs["#lobby"])
    ]
    assert (await alice.run("sync", revs=revs))["reads"] == []
    await bob.run("message.delete", id=first["id"])
    after = await alice.run("sync", revs=revs)
    assert [row["uncounted"] for row in after["reads"]] == [2]


async def test_messages_from_before_joining_are_not_unread(alice, bob):
    await alice.run("room.create", name="#den")
    said = [await alice.say("#den", f"{number}") for number in range(3)]
    await bob.run("room.join", room="#den")
    await bob.settled()
    den = [row for row in bob.rows("reads") if row["room"] == "#den"]
    assert [(row["seq"], row["number"], row["uncounted"]) for row in den] == [(said[2]["seq"], 3, 0)]


async def test_a_conversation_without_messages_cannot_be_marked_as_read(person, alice):
    await person("bob")
    with pytest.raises(Refused, match="not_found"):
        await alice.run("read.mark", room="alice+bob", seq=1)


async def test_what_was_edited_or_deleted_since_a_person_read_it_is_newer_than_their_position(alice, bob):
    first, second, third = [await alice.say("#lobby", f"{number}") for number in range(3)]

    async def mark(seq: int = third["seq"], **of) -> dict:
        return (await bob.run("read.mark", room="#lobby", seq=seq, **of))["read"]

    read = await mark()
    assert first["text_rev"] is None and read["seen_rev"] >= third["rev"]
    await alice.run("reaction.add", id=first["id"], emoji="👍")
    assert (await mark())["rev"] == read["rev"], "its text is the same"
    edited = (await alice.run("message.edit", id=first["id"], text="changed"))["message"]
    assert edited["text_rev"] == edited["rev"] > read["seen_rev"]
    deleted = (await alice.run("message.delete", id=second["id"]))["message"]
    assert deleted["text_rev"] == deleted["rev"] > edited["text_rev"]
    half = await mark(rev=edited["rev"])
    assert (half["seq"], half["seen_rev"]) == (third["seq"], edited["rev"]), "the deletion was not there yet"
    assert (await mark(rev=10_000_000))["seen_rev"] == deleted["rev"], "nobody has seen what is to come"
    assert (await mark(first["seq"], rev=1))["seen_rev"] == deleted["rev"], "it never goes backwards"
    page = await bob.run("history", room="#lobby")
    assert [row["text_rev"] for row in page["messages"] if row["number"]] == [
        edited["text_rev"],
        deleted["text_rev"],
        None,
    ]


async def test_marking_ones_own_room_as_read_changes_nothing_when_repeated(alice):
    note = await alice.say("alice", "a note")
    first = await alice.run("read.mark", room="alice", seq=note["seq"])
    assert await alice.run("read.mark", room="alice", seq=note["seq"]) == first


async def test_for_a_new_member_nothing_has_changed(alice, bob):
    await alice.run("room.create", name="#den")
    said = await alice.say("#den", "before")
    await alice.run("message.edit", id=said["id"], text="edited before")
    await bob.run("room.join", room="#den")
    await bob.settled()
    (read,) = [row for row in bob.rows("reads") if row["room"] == "#den"]
    (message,) = [row for row in (await bob.run("history", room="#den"))["messages"] if row["number"]]
    assert message["text_rev"] <= read["seen_rev"]
