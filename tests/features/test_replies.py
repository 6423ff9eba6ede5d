"""Replies: what each message replies to is a part of it, and concerns that message's author."""

from __future__ import annotations

import asyncio

import pytest

from chatrooms.client import Client
from chatrooms.features import replies
from tests.people import PATIENCE, Refused

pytestmark = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def database(request) -> str:
    return "" if request.param == "sqlite" else request.getfixturevalue("created_database")


def quoting(message, text):
    return {"id": message["id"], "seq": message["seq"], "author": message["author"], "text": text}


async def test_a_reply_quotes_its_message_live_in_history_and_in_sync(person):
    alice, bob = await person("alice"), await person("bob")
    first = await alice.say("#lobby", "Lunch at noon?")
    reply = await bob.say("#lobby", "Yes", reply_to=first["id"])
    live = await alice.hears_text("Yes")
    history = (await alice.run("history", room="#lobby"))["messages"]
    sync = await alice.run("sync", revs={})
    synced = next(change for change in sync["changes"] if change["room"] == "#lobby")["messages"]
    assert reply["quoted"] == quoting(first, "Lunch at noon?") and first["quoted"] is None
    assert history == synced == [first, live] == [first, reply]


async def test_posting_a_reply_again_returns_it_with_its_quote(person):
    alice = await person("alice")
    first = await alice.say("#lobby", "x")
    id = "0198c0de-0000-7000-8000-000000000001"
    reply = await alice.say("#lobby", "y", reply_to=first["id"], id=id)
    assert await alice.say("#lobby", "y", reply_to=first["id"], id=id) == reply
    assert reply["quoted"] == quoting(first, "x")


async def test_a_long_message_is_quoted_by_its_beginning(person):
    alice = await person("alice")
    first = await alice.say("#lobby", "😀" * 1000)
    reply = await alice.say("#lobby", "y", reply_to=first["id"])
    assert reply["quoted"]["text"] == "😀" * replies.EXCERPT


async def test_an_edited_message_is_quoted_as_it_is_when_the_reply_is_read(person):
    alice = await person("alice")
    first = await alice.say("#lobby", "x")
    await alice.say("#lobby", "y", reply_to=first["id"])
    await alice.run("message.edit", id=first["id"], text="z")
    assert (await alice.run("history", room="#lobby"))["messages"][-1]["quoted"] == quoting(first, "z")


async def test_editing_or_pinning_a_reply_keeps_its_quote_and_deleting_it_drops_it(person):
    alice = await person("alice")
    first = await alice.say("#lobby", "x")
    reply = await alice.say("#lobby", "y", reply_to=first["id"])
    for command, more in (("message.edit", {"text": "z"}), ("message.pin", {})):
        changed = (await alice.run(command, id=reply["id"], **more))["message"]
        assert changed["quoted"] == quoting(first, "x")
    assert (await alice.run("message.delete", id=reply["id"]))["message"]["quoted"] is None


async def test_a_change_of_the_message_alone_is_sent_and_clients_take_the_quote_from_it(person, own_server):
    alice, bob = await person("alice"), await person("bob")
    first = await alice.say("#lobby", "a secret")
    async with Client(own_server.url, username="carol") as carol:
        await carol.join("#lobby")
        reply = await bob.say("#lobby", "What?", reply_to=first["id"])
        await bob.say("#lobby", "x" * 400)
        for command, text in (("message.edit", "another"), ("message.edit", "y" * 400), ("message.delete", None)):
            more = {"text": text} if text else {}
            rev = (await alice.run(command, id=first["id"], **more))["message"]["rev"]
            await until_rev(carol, "#lobby", rev)
            quoted = quoting(first, text and text[: replies.EXCERPT])
            assert carol.rooms["#lobby"].messages[reply["seq"]]["quoted"] == quoted
            fresh = (await bob.run("history", room="#lobby"))["messages"]
            assert [row for row in fresh if row["id"] == reply["id"]] == [reply | {"quoted": quoted}]
    await bob.settled()
    assert [row["id"] for row in bob.rows("messages")].count(reply["id"]) == 1


async def until_rev(client, room, rev):
    """Wait until a client has a room's changes up to a rev."""
    async with asyncio.timeout(PATIENCE):
        while client.rooms[room].rev < rev:
            await asyncio.sleep(0.01)


async def test_a_reply_to_a_deleted_message_says_so(person):
    alice = await person("alice")
    first = await alice.say("#lobby", "x")
    await alice.run("message.delete", id=first["id"])
    assert (await alice.say("#lobby", "y", reply_to=first["id"]))["quoted"] == quoting(first, None)


async def test_only_messages_of_the_same_room_can_be_replied_to(person):
    alice = await person("alice")
    note = await alice.say("alice", "mine")
    for id in (note["id"], "0198c0de-0000-7000-8000-00000000dead"):
        with pytest.raises(Refused, match="invalid"):
            await alice.say("#lobby", "y", reply_to=id)


async def test_a_reply_is_in_the_inbox_of_who_is_replied_to(person):
    alice, bob, carol = [await person(name) for name in ("alice", "bob", "carol")]
    first = await alice.say("#lobby", "Lunch at noon?")
    reply = await bob.say("#lobby", "Yes, with @carol", reply_to=first["id"])
    both = await bob.say("#lobby", "@alice, and dinner?", reply_to=first["id"])
    await alice.say("#lobby", "To myself", reply_to=first["id"])
    for each in (alice, carol):
        await each.hears(lambda _, data: bool(data.get("inbox")))
    await alice.hears(lambda _, data: any(row["message"] == both["id"] for row in data.get("inbox", ())))
    items = (await alice.run("inbox.list"))["items"]
    assert [(item["kind"], item["message"], item["by"]) for item in items] == [
        ("mention", both["id"], "bob"),
        ("reply", reply["id"], "bob"),
    ]
    assert [item["kind"] for item in (await carol.run("inbox.list"))["items"]] == ["mention"]
    await bob.run("message.delete", id=reply["id"])
    await alice.hears(lambda _, data: any(row["gone"] for row in data.get("inbox", ())))


async def test_a_reply_does_not_reach_an_author_who_left(person):
    alice, bob, carol = [await person(name) for name in ("alice", "bob", "carol")]
    await carol.run("room.create", name="#den", access="open")
    await alice.run("room.join", room="#den")
    await bob.run("room.join", room="#den")
    first = await alice.say("#den", "Bye")
    await alice.run("room.leave", room="#den")
    await bob.say("#den", "See you", reply_to=first["id"])
    await bob.say("#den", "@carol, who is next?")
    await carol.hears(lambda _, data: bool(data.get("inbox")))
    assert (await alice.run("inbox.list"))["items"] == []


async def test_an_author_who_was_removed_gets_only_what_they_stored(person):
    alice, bob = await person("alice"), await person("bob")
    await alice.run("room.create", name="#secret", access="private")
    await alice.run("room.invite", room="#secret", username="bob")
    first = await alice.say("#secret", "Hello")
    id = "0198c0de-0000-7000-8000-0000000000bb"
    await bob.say("#secret", "Hi", reply_to=first["id"], id=id)
    await alice.run("room.remove", room="#secret", username="bob")
    await alice.run("message.edit", id=first["id"], text="only for us")
    await alice.run("message.pin", id=id)
    again = await bob.say("#secret", "Hi", reply_to=first["id"], id=id)
    assert again["text"] == "Hi" and again["quoted"] is None and again["pinned_at"] is None
