"""Mentions as a part of each message: who is mentioned is decided by the server, once."""

from __future__ import annotations

import orjson
import pytest

from tests.direct import LOBBY, Direct
from tests.node import STATIC
from tests.people import Refused

PEOPLE = ("alice", "bob", "bob_", "carol")


@pytest.fixture
def direct() -> Direct:
    made = Direct()
    for name in PEOPLE:
        made.join(name)
    return made


def post(direct, text, room=LOBBY, author="alice", **more):
    return direct.run(author, "message.post", {"room": room, "text": text, **more})[0]["message"]


def stored(direct, message, reader="alice"):
    found = direct.run(reader, "history", {"room": message["room"]})[0]["messages"]
    return next(row["mentions"] for row in found if row["id"] == message["id"])


@pytest.mark.parametrize(
    ("text", "mentioned"),
    [
        ("nobody", []),
        ("@bob_ hi", ["bob_"]),
        ("@bob. @carol_", ["bob", "carol"]),
        ("@carol, @bob, @carol and @alice", ["alice", "bob", "carol"]),
        ("@nobody @system @here", []),
        ("`@bob`\n> @bob\n\n@carol", ["carol"]),
    ],
)
def test_a_message_mentions_the_people_in_its_room(direct, text, mentioned):
    message = post(direct, text)
    assert list(message["mentions"]) == list(stored(direct, message)) == mentioned


SHARED = orjson.loads((STATIC / "tests" / "mentions.json").read_bytes())
"""Of each text, whom it mentions; the tests of the page read it too."""


@pytest.fixture(scope="module")
def crowd() -> Direct:
    made = Direct()
    for name in (*PEOPLE, "_0_", "小明", "小明明", "สมชาย"):
        made.join(name)
    return made


@pytest.mark.parametrize(("text", "mentioned"), SHARED)
def test_the_server_mentions_whom_the_page_marks(crowd, text, mentioned):
    assert list(post(crowd, text)["mentions"]) == mentioned


def test_only_people_who_belong_to_the_room_are_mentioned(direct):
    direct.run("alice", "room.create", {"name": "#den", "access": "private"})
    assert post(direct, "@bob @carol", "#den")["mentions"] == []
    direct.run("alice", "room.invite", {"room": "#den", "username": "bob"})
    assert post(direct, "@bob @carol", "#den")["mentions"] == ["bob"]
    direct.run("alice", "room.remove", {"room": "#den", "username": "bob"})
    assert post(direct, "@bob @carol", "#den")["mentions"] == []


def test_a_conversation_mentions_its_people_and_a_personal_room_its_owner(direct):
    assert post(direct, "@bob @carol", "bob")["mentions"] == ["bob"]
    assert post(direct, "@alice @bob", "alice+carol")["mentions"] == ["alice"]
    assert direct.run("alice", "history", {"room": "alice+bob"})[0]["messages"][0]["mentions"] == ["bob"]


def test_an_edit_decides_anew_and_a_deletion_forgets(direct):
    message = post(direct, "@bob")
    edit = direct.run("alice", "message.edit", {"id": message["id"], "text": "@carol and @bob_"})
    assert edit[0]["message"]["mentions"] == edit[1][0]["messages"][0]["mentions"] == ["bob_", "carol"]
    assert stored(direct, message) == ["bob_", "carol"]
    direct.run("alice", "message.edit", {"id": message["id"], "text": "no one"})
    assert list(stored(direct, message)) == []
    direct.run("alice", "message.edit", {"id": message["id"], "text": "@bob"})
    deleted = direct.run("alice", "message.delete", {"id": message["id"]})[0]["message"]
    assert list(deleted["mentions"]) == list(stored(direct, message)) == []


def test_posting_the_same_id_again_returns_the_same_mentions(direct):
    id = "00000000-0000-0000-0000-000000000001"
    first = post(direct, "@bob", id=id)
    assert post(direct, "@carol", id=id) == first


def test_a_message_mentions_at_most_fifty_people(direct):
    names = [f"p{number:03}" for number in range(120)]
    for name in names:
        direct.join(name)
    assert post(direct, " ".join(f"@{name}" for name in names))["mentions"] == names[:50]
    unknown = " ".join(f"@nobody{number}" for number in range(200))
    assert list(post(direct, f"{unknown} @bob")["mentions"]) == []


@pytest.fixture
def database(either_database):
    return either_database


async def test_everyone_in_the_room_receives_the_same_mentions(alice, bob, carol):
    message = await alice.say("#lobby", "@bob and @carol")
    assert message["mentions"] == ["bob", "carol"]
    for person in (bob, carol):
        assert (await person.hears_text("@bob and @carol"))["mentions"] == ["bob", "carol"]
    assert (await carol.run("sync", revs={}))["changes"]


async def test_a_name_in_a_private_room_does_not_show_that_a_person_exists(alice, bob, carol, staff):
    assert (await bob.say(staff, "@carol @nobody @alice"))["mentions"] == ["alice"]
    with pytest.raises(Refused):
        await carol.run("history", room=staff)
