"""Bookmarks: messages that a person wants to find again, on all devices."""

from __future__ import annotations

import pytest

from chatrooms.features import bookmarks
from chatrooms.types import MAX_BYTES, MAX_TEXT
from tests.people import Refused, connect

pytestmark = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def database(request) -> str:
    return "" if request.param == "sqlite" else request.getfixturevalue("created_database")


async def listed(person, **params):
    page = await person.run("bookmark.list", **params)
    return [message["text"] for message in page["messages"]]


async def test_a_bookmark_is_on_all_devices_and_in_sync_but_no_one_else_has_it(own_server, person):
    alice, bob = await person("alice"), await person("bob")
    message = await bob.say("#lobby", "Remember this")
    async with connect(own_server.url, "alice", token=alice.token) as phone:
        known = await alice.run("sync", revs={})
        rev = next(change["rev"] for change in known["changes"] if change["room"] == "alice")
        added = (await alice.run("bookmark.add", id=message["id"]))["bookmark"]
        live = (await phone.hears(lambda _, data: "bookmarks" in data))["bookmarks"]
    own = next(c for c in (await alice.run("sync", revs={"alice": rev}))["changes"] if c["room"] == "alice")
    fresh = next(c for c in (await alice.run("sync", revs={}))["changes"] if c["room"] == "alice")
    assert {k: added[k] for k in ("message", "room", "seq", "gone")} == {
        "message": message["id"],
        "room": "#lobby",
        "seq": message["seq"],
        "gone": False,
    }
    assert live == own["bookmarks"] == fresh["bookmarks"] == [added]
    page = await alice.run("bookmark.list")
    assert page == {"bookmarks": [added], "messages": [message], "more": False}
    await bob.settled()
    assert bob.rows("bookmarks") == [] and await listed(bob) == []


async def test_adding_and_removing_twice_have_no_effect(person):
    alice = await person("alice")
    message = await alice.say("#lobby", "x")
    with pytest.raises(Refused, match="not_found"):
        await alice.run("bookmark.remove", id=message["id"])
    added = await alice.run("bookmark.add", id=message["id"])
    assert await alice.run("bookmark.add", id=message["id"]) == added
    removed = await alice.run("bookmark.remove", id=message["id"])
    assert removed["bookmark"]["gone"] and await alice.run("bookmark.remove", id=message["id"]) == removed
    assert await listed(alice) == []
    again = await alice.run("bookmark.add", id=message["id"])
    assert not again["bookmark"]["gone"] and await listed(alice) == ["x"]


async def test_the_most_recent_bookmark_comes_first_and_long_ones_come_in_pages(person):
    alice = await person("alice")
    texts = [chr(ord("a") + number) * MAX_TEXT for number in range(2 + MAX_BYTES // MAX_TEXT)]
    for text in texts:
        await alice.run("bookmark.add", id=(await alice.say("#lobby", text))["id"])
    page = await alice.run("bookmark.list")
    rest = await alice.run("bookmark.list", after=page["bookmarks"][-1]["rev"])
    assert page["more"] and not rest["more"]
    assert [message["text"] for message in page["messages"] + rest["messages"]] == texts[::-1]


async def test_what_is_deleted_or_in_a_room_that_was_left_is_not_listed(person):
    alice, bob = await person("alice"), await person("bob")
    await bob.run("room.create", name="#den")
    await alice.run("room.join", room="#den")
    said = [await bob.say("#lobby", "gone"), await bob.say("#den", "left"), await bob.say("#lobby", "kept")]
    for message in said:
        await alice.run("bookmark.add", id=message["id"])
    await bob.run("message.delete", id=said[0]["id"])
    await alice.run("room.leave", room="#den")
    assert await listed(alice) == ["kept"]
    assert (await alice.run("bookmark.remove", id=said[1]["id"]))["bookmark"]["gone"]
    for message in said[:2]:
        with pytest.raises(Refused, match="not_found"):
            await alice.run("bookmark.add", id=message["id"])
    await alice.run("room.join", room="#den")
    await alice.run("bookmark.add", id=said[1]["id"])
    assert await listed(alice) == ["left", "kept"]


async def test_a_person_has_a_thousand_bookmarks(person, monkeypatch):
    monkeypatch.setattr(bookmarks, "MAX_BOOKMARKS", 2)
    alice = await person("alice")
    said = [await alice.say("#lobby", text) for text in "abc"]
    for message in said[:2]:
        await alice.run("bookmark.add", id=message["id"])
    with pytest.raises(Refused, match="conflict"):
        await alice.run("bookmark.add", id=said[2]["id"])
    await alice.run("bookmark.remove", id=said[0]["id"])
    await alice.run("bookmark.add", id=said[2]["id"])
    assert await listed(alice) == ["c", "b"]
