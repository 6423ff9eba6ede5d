"""Reacting, and who sees it: live, in history and in sync."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from chatrooms.errors import Conflict, NotFound
from chatrooms.features.reactions import stored
from tests.direct import LOBBY
from tests.features.reactions.later import HEART, OWN, PARTY, THUMB, hears_reactions
from tests.people import Refused, connect
from tests.servers import running


async def test_a_reaction_is_seen_live_in_history_and_in_sync_on_either_database(tmp_path, either_database):
    async with (
        running(tmp_path, database=either_database) as server,
        connect(server.url, "alice") as alice,
        connect(server.url, "bob") as bob,
    ):
        message = await alice.say("#lobby", "soup today")
        assert message["reactions"] == []
        answer = await bob.run("reaction.add", id=message["id"], emoji=THUMB)
        assert answer["message"]["reactions"] == [{"emoji": THUMB, "count": 1, "people": ["bob"]}]
        assert answer["message"]["rev"] == message["rev"] + 1 and answer["mine"] == {}
        live = await hears_reactions(alice, [(THUMB, ["bob"])])
        history = await alice.run("history", room="#lobby")
        sync = await alice.run("sync", revs={})
        synced = next(change for change in sync["changes"] if change["room"] == "#lobby")["messages"]
        assert [live] == history["messages"] == synced and history["mine"] == sync["mine"] == {}
        await alice.run("reaction.add", id=message["id"], emoji=HEART)
        await bob.run("reaction.add", id=message["id"], emoji=HEART)
        await bob.run("reaction.remove", id=message["id"], emoji=THUMB)
        await hears_reactions(bob, [(HEART, ["alice", "bob"])])
        assert (await bob.run("reaction.list", id=message["id"], emoji=HEART))["people"] == ["alice", "bob"]


def test_reacting_twice_and_removing_twice_has_no_effect(direct):
    first, changes = direct.react("bob")
    assert changes and direct.react("bob", THUMB + "\ufe0f") == (first, [])
    direct.wait(2)
    removed, changes = direct.react("bob", how="remove")
    assert changes and removed["message"]["reactions"] == []
    assert direct.react("bob", how="remove") == (removed, [])
    assert direct.react("carol", HEART, how="remove") == (removed, [])


def test_the_oldest_emoji_comes_first_and_keeps_its_place_while_anyone_uses_it(direct):
    for who, what in (("alice", THUMB), ("bob", HEART), ("bob", THUMB)):
        direct.react(who, what)
    direct.react("alice", THUMB, how="remove")
    assert direct.reactions() == [(THUMB, 1, ["bob"]), (HEART, 1, ["bob"])]
    direct.react("bob", THUMB, how="remove")
    direct.react("alice", THUMB)
    assert direct.reactions() == [(HEART, 1, ["bob"]), (THUMB, 1, ["alice"])]


def test_a_message_has_at_most_fifty_kinds(direct):
    emojis = [chr(0x1F600 + number) for number in range(51)]
    for each in emojis[:50]:
        direct.react("alice", each)
    with pytest.raises(Conflict, match="50") as refused:
        direct.react("bob", emojis[50])
    assert refused.value.details["field"] == "emoji"
    assert direct.react("bob", emojis[0])[0]["message"]["reactions"][0]["count"] == 2
    direct.react("alice", emojis[1], how="remove")
    direct.react("bob", emojis[50])
    assert [kind for kind, _, _ in direct.reactions()] == [emojis[0], *emojis[2:51]]


def test_a_deleted_message_loses_its_reactions_and_gets_no_more(direct):
    direct.react("bob")
    direct.react("carol")
    tombstone = direct.run("alice", "message.delete", {"id": direct.posted["id"]})[0]["message"]
    assert tombstone["reactions"] == [] and direct.row()["reactions"] == []
    for command in ("reaction.add", "reaction.remove", "reaction.list"):
        with pytest.raises(NotFound, match="deleted"):
            direct.run("bob", command, {"id": direct.posted["id"], "emoji": THUMB})
    direct.wait(5)
    assert direct.work() == [], "a deleted message never changes again"
    with direct.engine.connect() as db:
        assert [db.scalar(select(func.count()).select_from(table)) for table in (stored.reactions, stored.reacted)] == [
            0,
            0,
        ]


def test_an_edit_keeps_the_reactions(direct):
    direct.react("bob")
    edited = direct.run("alice", "message.edit", {"id": direct.posted["id"], "text": "y"})[0]["message"]
    assert edited["reactions"] == direct.row()["reactions"] == [{"emoji": THUMB, "count": 1, "people": ["bob"]}]


async def test_an_archived_room_keeps_its_reactions_and_gets_no_others(person):
    alice = await person("alice")
    await alice.run("room.create", name="den")
    message = await alice.say("#den", "a")
    await alice.run("reaction.add", id=message["id"], emoji=THUMB)
    await alice.run("reaction.add", id=message["id"], emoji=HEART)
    await alice.run("room.archive", room="#den")
    for command in ("reaction.add", "reaction.remove"):
        with pytest.raises(Refused, match="archived"):
            await alice.run(command, id=message["id"], emoji=THUMB)
    assert (await alice.run("reaction.list", id=message["id"], emoji=THUMB))["people"] == ["alice"]
    await hears_reactions(alice, [(THUMB, ["alice"]), (HEART, ["alice"])])


async def test_people_react_in_conversations_and_to_their_own_notes(person):
    alice, bob = await person("alice"), await person("bob")
    message = await alice.say("bob", "hi")
    await bob.run("reaction.add", id=message["id"], emoji=THUMB)
    await hears_reactions(alice, [(THUMB, ["bob"])])
    note = await alice.say("alice", "milk")
    assert (await alice.run("reaction.add", id=note["id"], emoji=PARTY))["message"]["reactions"][0]["count"] == 1
    with pytest.raises(Refused, match="not_found"):
        await bob.run("reaction.add", id=note["id"], emoji=THUMB)


# How often a message is sent.


def test_the_first_twenty_are_named_and_others_know_their_own(direct):
    names = [f"p{number:02}" for number in range(25)]
    for name in names:
        direct.join(name)
        direct.react(name)
    assert direct.reactions() == [(THUMB, 25, names[:20])]
    id = direct.posted["id"]
    assert direct.react(names[24])[0]["mine"] == {id: [THUMB]}
    for name, mine in ((names[24], {id: [THUMB]}), (names[3], {}), ("bob", {})):
        assert direct.run(name, "history", {"room": LOBBY})[0]["mine"] == mine
        assert direct.run(name, "sync", {"revs": {}})[0]["mine"] == mine
    direct.react(names[0], how="remove")
    assert direct.reactions() == [(THUMB, 24, names[1:21])]
    assert direct.run(names[20], "history", {"room": LOBBY})[0]["mine"] == {}
    assert direct.react(names[24], how="remove")[0]["mine"] == {}


async def test_a_persons_other_connections_learn_of_their_own_reactions(tmp_path, either_database, monkeypatch):
    monkeypatch.setattr(stored, "FIRST", 1)
    async with (
        running(tmp_path, database=either_database) as server,
        connect(server.url, "alice") as alice,
        connect(server.url, "bob") as bob,
        connect(server.url, "bob", token=bob.token) as phone,
    ):
        message = await alice.say("#lobby", "hello")
        about = {"room": "#lobby", "message": message["id"]}
        await alice.run("reaction.add", id=message["id"], emoji=THUMB)
        answer = await bob.run("reaction.add", id=message["id"], emoji=THUMB)
        heard = await phone.hears(lambda event, data: event == "signal" and data["type"] == OWN)
        assert heard == {"room": "bob", "from": "bob", "type": OWN, "data": {**about, "mine": [THUMB]}}
        mine = {message["id"]: [THUMB]}
        history, sync = await phone.run("history", room="#lobby"), await phone.run("sync", revs={})
        assert answer["mine"] == history["mine"] == sync["mine"] == mine
        assert (await alice.run("history", room="#lobby"))["mine"] == {}
        await bob.run("reaction.remove", id=message["id"], emoji=THUMB)
        await phone.hears(lambda _, data: data.get("data") == {**about, "mine": []})
        assert all(signal["from"] == "alice" for signal in alice.signals(OWN))
        with pytest.raises(Refused, match="reserved"):
            await alice.run("signal", to="bob", type=OWN, data={**about, "mine": []})


def test_all_people_come_in_pages_in_the_order_of_reacting(direct):
    names = [f"p{(number * 7) % 205:03}" for number in range(205)]
    for name in names:
        direct.join(name)
        direct.react(name)
    pages, after = [], ""
    for _ in range(3):
        page, _ = direct.run("bob", "reaction.list", {"id": direct.posted["id"], "emoji": THUMB, "after": after})
        pages.append((len(page["people"]), page["more"]))
        assert page["people"] == names[: len(page["people"])]
        after, names = page["people"][-1], names[len(page["people"]) :]
    assert pages == [(100, True), (100, True), (5, False)]
    with pytest.raises(NotFound) as refused:
        direct.run("bob", "reaction.list", {"id": direct.posted["id"], "emoji": THUMB, "after": "carol"})
    assert refused.value.details["field"] == "after"
    nobody = direct.run("bob", "reaction.list", {"id": direct.posted["id"], "emoji": HEART})[0]
    assert nobody == {"people": [], "more": False}
