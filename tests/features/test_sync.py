"""Catching up: all changes since the given revs, for members only; old state plus changes equals fresh state."""

from __future__ import annotations

import pytest

from chatrooms.features.sync import sizes
from chatrooms.types import MAX_TEXT
from tests.direct import Direct, code
from tests.people import Refused, leave


@pytest.fixture
def database(either_database: str) -> str:
    """Run each test with SQLite and with PostgreSQL."""
    return either_database


async def caught(person, **revs):
    answer = await person.run("sync", revs={room.replace("_", "#"): rev for room, rev in revs.items()})
    return {change["room"]: change for change in answer["changes"]}, answer


async def test_the_first_sync_returns_your_own_room_and_all_your_rooms(person):
    alice, bob = await person("alice"), await person("bob")
    await bob.run("room.create", name="#others")
    await alice.say("bob", "hi")
    rooms, answer = await caught(alice)
    assert next(iter(rooms)) == "alice"
    assert set(rooms) == {"alice", "#lobby", "alice+bob"}
    assert not answer["reset"] and not answer["more"]
    assert [m["room"] for m in rooms["alice"]["memberships"]] == ["#lobby", "alice+bob"]
    assert [m["text"] for m in rooms["alice+bob"]["messages"]] == ["hi"]


async def test_known_rows_are_not_sent_again(person):
    alice = await person("alice")
    first = await alice.say("#lobby", "one")
    await alice.say("#lobby", "two")
    rooms, _ = await caught(alice, _lobby=first["rev"], alice=(await caught(alice))[0]["alice"]["rev"])
    assert set(rooms) == {"#lobby"}
    assert [m["text"] for m in rooms["#lobby"]["messages"]] == ["two"]
    assert "rooms" not in rooms["#lobby"] and "members" not in rooms["#lobby"]


async def test_five_missed_edits_arrive_as_one_row(person):
    alice = await person("alice")
    message = await alice.say("#lobby", "draft")
    for number in range(5):
        await alice.run("message.edit", id=message["id"], text=f"draft {number}")
    rooms, _ = await caught(alice, _lobby=message["rev"])
    assert [(m["text"], m["seq"]) for m in rooms["#lobby"]["messages"]] == [("draft 4", message["seq"])]
    assert rooms["#lobby"]["rev"] == message["rev"] + 5


async def test_a_deletion_arrives_as_a_tombstone_without_text(person):
    alice = await person("alice")
    message = await alice.say("#lobby", "regretted")
    await alice.run("message.delete", id=message["id"])
    rooms, _ = await caught(alice, _lobby=message["rev"])
    (tombstone,) = rooms["#lobby"]["messages"]
    assert tombstone["deleted"] and tombstone["text"] is None
    assert (tombstone["id"], tombstone["seq"], tombstone["author"]) == (message["id"], message["seq"], "alice")


async def test_a_client_too_far_behind_resets_the_room(person, monkeypatch):
    monkeypatch.setattr(sizes, "LIMIT", 5)
    alice = await person("alice")
    first = await alice.say("#lobby", "first")
    for number in range(6):
        await alice.say("#lobby", f"{number}")
    rooms, answer = await caught(alice, _lobby=first["rev"])
    assert answer["reset"] == ["#lobby"]
    assert "messages" not in rooms["#lobby"] and "members" not in rooms["#lobby"]
    assert rooms["#lobby"]["rooms"][0]["posted"] == 7
    assert rooms["#lobby"]["rev"] == first["rev"] + 6


async def test_a_client_ahead_of_a_restored_database_is_reset(person):
    alice = await person("alice")
    await alice.say("#lobby", "hello")
    rooms, answer = await caught(alice, _lobby=1000)
    assert answer["reset"] == ["#lobby"] and rooms["#lobby"]["rev"] < 1000


async def test_many_rooms_arrive_in_several_responses(person, monkeypatch):
    monkeypatch.setattr(sizes, "MAX_ROWS", 4)
    alice = await person("alice")
    for number in range(6):
        await alice.run("room.create", name=f"#room{number}")
    revs, answers = {}, 0
    while True:
        answer = await alice.run("sync", revs=revs)
        revs |= {change["room"]: change["rev"] for change in answer["changes"]}
        answers += 1
        if not answer["more"]:
            break
    assert answers > 1
    assert set(revs) == {"alice", "#lobby", *(f"#room{number}" for number in range(6))}


async def test_a_former_room_appears_only_as_an_ended_membership(person):
    alice, bob = await person("alice"), await person("bob")
    await alice.run("room.create", name="#staff", access="private")
    await alice.run("room.invite", room="#staff", username="bob")
    before, _ = await caught(bob)
    await leave(bob)
    await alice.run("room.remove", room="#staff", username="bob")
    await alice.say("#staff", "secret")
    again = await person("bob", token=bob.token)
    revs = {room: change["rev"] for room, change in before.items()}
    answer = await again.run("sync", revs=revs)
    (mine,) = [change for change in answer["changes"] if change["room"] == "bob"]
    assert [(m["room"], m["gone"]) for m in mine["memberships"]] == [("#staff", True)]
    assert all(change["room"] != "#staff" for change in answer["changes"])


async def test_live_changes_have_no_gaps_and_lead_to_the_state_of_a_fresh_client(person):
    alice, bob = await person("alice"), await person("bob")
    await alice.run("room.create", name="#den")
    await bob.run("room.join", room="#den")
    message = await alice.say("#den", "one")
    await bob.say("#den", "two")
    await alice.run("message.edit", id=message["id"], text="one and a half")
    await alice.run("room.update", room="#den", title="The den")
    await bob.run("room.leave", room="#den")
    await bob.run("room.join", room="#den")
    await alice.run("message.delete", id=message["id"])
    await alice.settled()
    live = [data for event, data in alice.heard if event == "change" and data["room"] == "#den"]
    assert [change["rev"] for change in live] == list(range(1, len(live) + 1))
    fresh = (await caught(alice))[0]["#den"]
    for table, key in (("messages", "id"), ("members", "username")):
        state = {}
        for change in live:
            state |= {row[key]: row for row in change.get(table, ())}
        assert state == {row[key]: row for row in fresh[table]}


async def test_retrying_a_command_keeps_the_rev(person):
    alice, bob = await person("alice"), await person("bob")
    await alice.run("room.create", name="#den", access="private")
    message = await alice.say("#den", "once", id="11111111-1111-4111-8111-111111111111")
    again = await alice.say("#den", "once", id="11111111-1111-4111-8111-111111111111")
    assert again == message
    for _ in range(2):
        await alice.run("room.invite", room="#den", username="bob")
        await alice.run("room.update", room="#den", title="Den")
        await alice.run("message.edit", id=message["id"], text="changed")
        await alice.run("read.mark", room="#den", seq=message["seq"])
    for _ in range(2):
        await alice.run("message.delete", id=message["id"])
    await alice.run("room.archive", room="#den")
    await alice.run("room.archive", room="#den")
    await bob.settled()
    assert (await caught(alice))[0]["#den"]["rev"] == 7
    assert len(bob.rows("memberships")) == 1


async def test_the_id_of_another_persons_message_is_a_conflict(person):
    alice, bob = await person("alice"), await person("bob")
    message = await alice.say("#lobby", "mine")
    for room in ("#lobby", "alice"):
        with pytest.raises(Refused, match="conflict"):
            await bob.say(room, "stolen", id=message["id"])


async def test_a_retry_of_a_stored_message_succeeds_even_after_a_removal(person):
    alice, bob = await person("alice"), await person("bob")
    await alice.run("room.create", name="#staff", access="private")
    await alice.run("room.invite", room="#staff", username="bob")
    message = await bob.say("#staff", "last words", id="11111111-1111-4111-8111-111111111111")
    await alice.run("room.remove", room="#staff", username="bob")
    assert await bob.say("#staff", "last words", id=message["id"]) == message
    with pytest.raises(Refused, match="not_found"):
        await bob.say("#staff", "more words", id="22222222-2222-4222-8222-222222222222")


async def test_long_messages_do_not_lead_to_long_responses(person):
    alice = await person("alice")
    first = await alice.say("#lobby", "first")
    long = "\N{PERSON WITH FOLDED HANDS}" * 10_000
    for _ in range(10):
        await alice.say("#lobby", long)
    rooms, answer = await caught(alice, _lobby=first["rev"])
    assert answer["reset"] == ["#lobby"] and "messages" not in rooms["#lobby"]
    page = await alice.run("history", room="#lobby", limit=100)
    back = page["messages"]
    while page["more"]:
        page = await alice.run("history", room="#lobby", before=back[0]["seq"], limit=100)
        assert 1 <= len(page["messages"]) < 10
        back = page["messages"] + back
    assert [m["text"] for m in back] == ["first"] + [long] * 10


async def test_a_response_stays_small_however_json_escapes_its_texts(person):
    alice = await person("alice")
    for room in ("#one", "#two", "#three", "#four"):
        await alice.run("room.create", name=room)
        for _ in range(6):
            await alice.say(room, '"' * MAX_TEXT)
    late = await person("alice", token=alice.token)
    revs, rounds = {}, []
    while True:
        caught = await late.run("sync", revs=revs)
        words = [m["text"] for change in caught["changes"] for m in change.get("messages", ())]
        rounds.append(sum(2 * len(text) + 2 for text in words))
        revs |= {change["room"]: change["rev"] for change in caught["changes"]}
        if not caught["more"]:
            break
    assert len(rounds) > 1 and max(rounds) <= sizes.MAX_BYTES and sum(rounds) == 24 * (2 * MAX_TEXT + 2)
    page = await late.run("history", room="#one", limit=100)
    assert page["messages"] and page["more"] is False


@pytest.mark.parametrize("name", ["a\0", "a\x1b", "a\x7f"])
def test_names_with_control_characters_are_invalid(name):
    direct = Direct()
    direct.join("alice")
    for params in ({"after": name}, {"until": name}, {"revs": {name: 1}}, {"open": [name]}):
        assert code(direct, "alice", "sync", **{"revs": {}} | params) == "invalid", params
