"""Posting, editing and deleting messages, and pages of history."""

from __future__ import annotations

import asyncio

import pytest

from tests.people import Refused


async def test_a_message_carries_all_that_the_contract_promises(alice):
    first = await alice.say("#lobby", "**hello** <b>you</b>")
    second = await alice.say("#lobby", "an answer", reply_to=first["id"])
    assert set(first) >= {"id", "room", "seq", "rev", "author", "text", "at", "edited_at", "deleted", "reply_to"}
    assert first["text"] == "**hello** <b>you</b>" and first["author"] == "alice"
    assert first["seq"] == first["rev"] and second["seq"] == first["seq"] + 1
    assert (first["number"], second["number"]) == (1, 2)
    assert second["reply_to"] == first["id"]
    assert first["at"].endswith("Z") and len(first["at"]) == len("2026-11-22T20:46:00.000Z")


async def test_many_people_at_once_see_one_order_without_gaps(person):
    people = [await person(f"user{number}") for number in range(5)]
    await asyncio.gather(*(each.say("#lobby", f"{each.name}-{n}") for n in range(20) for each in people))
    for each in people:
        await each.settled()
    orders = [[(m["seq"], m["text"]) for m in each.rows("messages")] for each in people]
    assert all(order == orders[0] for order in orders)
    seqs = [seq for seq, _ in orders[0]]
    assert seqs == list(range(seqs[0], seqs[0] + 100))


async def test_an_edit_keeps_the_place_and_reaches_everyone(alice, bob):
    message = await alice.say("bob", "teh")
    edited = (await alice.run("message.edit", id=message["id"], text="the"))["message"]
    assert (edited["seq"], edited["text"]) == (message["seq"], "the")
    assert edited["edited_at"] and edited["rev"] > message["rev"]
    await bob.hears_text("the")


async def test_a_message_can_wait_until_its_author_has_seen_what_others_posted(alice, bob):
    first = await alice.say("#lobby", "Shall we?")
    unseen = await bob.say("#lobby", "No, wait")
    deleted = await bob.say("#lobby", "oops")
    await bob.run("message.delete", id=deleted["id"])
    mine = await alice.say("#lobby", "I meant tomorrow", if_seq=unseen["seq"])
    id = "0198c0de-0000-7000-8000-0000000000aa"
    with pytest.raises(Refused, match="conflict") as refused:
        await alice.say("#lobby", "So it is settled", if_seq=first["seq"], id=id)
    assert refused.value.details == {"field": "if_seq", "since": [unseen]}
    sent = await alice.say("#lobby", "So it is settled", if_seq=mine["seq"], id=id)
    await bob.say("#lobby", "Later")
    assert await alice.say("#lobby", "So it is settled", if_seq=mine["seq"], id=id) == sent
    texts = [m["text"] for m in (await bob.run("history", room="#lobby"))["messages"]]
    assert texts.count("So it is settled") == 1


async def test_what_was_posted_since_stays_hidden_from_strangers(alice, bob):
    await bob.run("room.create", name="#vault", access="private")
    await bob.say("#vault", "secret")
    with pytest.raises(Refused, match="not_found"):
        await alice.say("#vault", "x", if_seq=0)
    assert await alice.say("alice+bob", "Hello", if_seq=0)


async def test_a_deleted_message_cannot_be_edited(alice):
    message = await alice.say("#lobby", "oops")
    await alice.run("message.delete", id=message["id"])
    with pytest.raises(Refused, match="not_found"):
        await alice.run("message.edit", id=message["id"], text="back again")


async def test_an_owner_can_delete_other_peoples_messages_but_not_edit_them(alice, bob):
    await alice.run("room.create", name="#den")
    await bob.run("room.join", room="#den")
    message = await bob.say("#den", "rude")
    with pytest.raises(Refused, match="forbidden"):
        await alice.run("message.edit", id=message["id"], text="polite")
    assert (await alice.run("message.delete", id=message["id"]))["message"]["deleted"]


async def test_an_archived_room_can_be_read_but_not_posted_to(alice):
    await alice.run("room.create", name="#old")
    await alice.say("#old", "kept")
    await alice.run("room.archive", room="#old")
    with pytest.raises(Refused, match="archived"):
        await alice.say("#old", "too late")
    kept = (await alice.run("history", room="#old"))["messages"]
    assert [m["text"] for m in kept] == ["kept", "alice archived the room."]


async def test_a_conversation_of_three_reaches_all_three(alice, bob, carol):
    message = await alice.say("carol+alice+bob", "we three")
    assert message["room"] == "alice+bob+carol"
    for each in (bob, carol):
        await each.hears_text("we three")
    with pytest.raises(Refused, match="not_found"):
        await alice.say("bob+carol", "not my conversation")


async def test_two_people_who_start_at_the_same_moment_share_one_conversation(alice, bob):
    await asyncio.gather(alice.say("bob", "hi"), bob.say("alice", "hello"), alice.say("bob", "there"))
    found = (await alice.run("history", room="alice+bob"))["messages"]
    assert sorted(m["text"] for m in found) == ["hello", "hi", "there"]
    assert len({m["seq"] for m in found}) == 3


async def test_the_whole_history_can_be_paged_in_both_directions(alice):
    for number in range(25):
        await alice.say("#lobby", f"{number}")
    page = await alice.run("history", room="#lobby", limit=10)
    back = page["messages"]
    while page["more"]:
        page = await alice.run("history", room="#lobby", before=back[0]["seq"], limit=10)
        back = page["messages"] + back
    assert [m["text"] for m in back] == [f"{number}" for number in range(25)]
    page = await alice.run("history", room="#lobby", after=0, limit=10)
    forth = page["messages"]
    while page["more"]:
        page = await alice.run("history", room="#lobby", after=forth[-1]["seq"], limit=10)
        forth += page["messages"]
    assert forth == back


async def test_a_page_around_a_message_has_those_before_and_after_it(alice):
    said = [await alice.say("#lobby", f"{number}") for number in range(20)]
    page = await alice.run("history", room="#lobby", around=said[10]["seq"], limit=6)
    assert [m["text"] for m in page["messages"]] == ["7", "8", "9", "10", "11", "12"]
    assert page["more_before"] and page["more_after"]
    edge = await alice.run("history", room="#lobby", around=said[19]["seq"], limit=6)
    assert [m["text"] for m in edge["messages"]] == ["16", "17", "18", "19"]
    assert edge["more_before"] and not edge["more_after"]


async def test_a_conversation_that_has_not_begun_is_an_empty_page(alice, bob):
    assert (await alice.run("history", room="alice+bob"))["messages"] == []
    with pytest.raises(Refused, match="not_found"):
        await alice.run("history", room="alice+zebedee")
