"""Replying in threads: the first reply makes the room, and the message above says what is in it."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import update

from chatrooms.features.threads import stored
from chatrooms.pipeline import alignment
from tests.direct import Direct, code
from tests.features.threads.waiting import hears_thread, thread_of
from tests.people import Refused, connect


async def test_the_first_reply_makes_the_room_and_everyone_in_the_parent_sees_that_there_is_one(alice, bob, carol):
    above = await alice.say("#lobby", "Lunch?")
    thread = thread_of(above)
    opened = await bob.run("thread.open", id=above["id"])
    reply = await bob.say(thread, "Yes")
    assert (opened["room"], opened["rev"], opened["messages"], opened["message"]) == (thread, 0, [], above)
    assert (reply["room"], reply["seq"], reply["number"]) == (thread, 1, 1)
    first = await bob.hears(lambda _, data: data.get("room") == thread)
    assert first["rev"] == 1 and first["messages"] == [reply]
    assert [(row["name"], row["access"]) for row in first["rooms"]] == [(thread, "thread")]
    row = await hears_thread(carol, 1)
    assert row == above | {"rev": row["rev"], "thread": {"replies": 1, "last_at": reply["at"], "people": ["bob"]}}
    assert (await carol.run("history", room="#lobby"))["messages"][-1] == row
    assert thread not in {data.get("room") for _, data in carol.heard}


async def test_a_thread_in_a_conversation_or_in_ones_own_room_is_like_one_in_a_room(alice, bob):
    for room, text in (("bob", "Between us"), ("alice", "A note")):
        above = await alice.say(room, text)
        reply = await alice.say(thread_of(above), "More")
        assert reply["room"] == f"{above['room']}/{above['seq']}"
        opened = await alice.run("thread.open", id=above["id"])
        assert opened["messages"] == [reply] and opened["rev"] == 1
    assert (await bob.run("history", room="alice+bob"))["messages"][-1]["text"] == "Between us"


async def test_a_thread_that_is_open_is_received_live_until_it_is_closed(own_server, alice, bob, carol):
    above = await alice.say("#lobby", "Lunch?")
    thread = thread_of(above)
    await bob.say(thread, "first")
    async with connect(own_server.url, "carol", token=carol.token) as tab:
        opened = await tab.run("thread.open", id=above["id"])
        assert [message["text"] for message in opened["messages"]] == ["first"]
        await bob.say(thread, "second")
        await bob.run("typing", room=thread)
        live = await tab.hears_text("second")
        assert live["rev"] == opened["rev"] + 1
        await tab.hears(lambda event, data: event == "signal" and data["type"] == "typing" and data["room"] == thread)
        await tab.run("thread.close", id=above["id"])
        await bob.say(thread, "third")
        await tab.settled()
        assert tab.texts(thread) == ["second"]
    assert carol.texts(thread) == [] and await carol.run("thread.close", id=above["id"]) == {}


async def test_a_socket_leaves_the_thread_that_it_opened_first_for_one_too_many_unless_it_is_followed(
    alice, bob, monkeypatch
):
    monkeypatch.setattr(alignment, "MAX_OPEN", 2)
    said = [await alice.say("#lobby", text) for text in ("followed", "first", "second", "third", "fourth")]
    await bob.run("thread.follow", id=said[0]["id"])
    for above in (*said, said[3]):
        await bob.run("thread.open", id=above["id"])
    for above in said:
        await alice.say(thread_of(above), f"in {above['text']}")
    await bob.settled()
    received = [text for text in bob.texts() if text.startswith("in ")]
    assert received == ["in followed", "in third", "in fourth"]


async def test_a_socket_receives_no_thread_whose_opening_failed(own_server, alice, bob, monkeypatch):
    async def fail(*_):
        raise OSError("the database is away")

    monkeypatch.setattr(alignment, "MAX_OPEN", 1)
    first, second = [await alice.say("#lobby", text) for text in ("first", "second")]
    await bob.run("thread.open", id=first["id"])
    with monkeypatch.context() as away:
        away.setattr(own_server.chat._broadcast.alignment, "align", fail)
        with pytest.raises(Refused, match="internal"):
            await bob.run("thread.open", id=second["id"])
    for above in (first, second):
        await alice.say(thread_of(above), "Yes")
    await bob.settled()
    assert "Yes" not in bob.texts()


async def test_the_summary_names_the_first_five_and_forgets_what_is_deleted(person):
    alice, *others = [await person(name) for name in ("alice", "bob", "carol", "dave", "erin", "frank", "grace")]
    above = await alice.say("#lobby", "Lunch?")
    thread = thread_of(above)
    replies = [await other.say(thread, "Yes") for other in (*others, others[0])]
    row = await hears_thread(alice, 7)
    assert row["thread"] == {
        "replies": 7,
        "last_at": replies[-1]["at"],
        "people": ["bob", "carol", "dave", "erin", "frank"],
    }
    alice.heard.clear()  # there were five replies before, too
    await others[1].run("message.delete", id=replies[1]["id"])
    await others[0].run("message.delete", id=replies[-1]["id"])
    row = await hears_thread(alice, 5)
    assert row["thread"]["last_at"] == replies[-2]["at"]
    assert row["thread"]["people"] == ["bob", "dave", "erin", "frank", "grace"]


async def test_a_thread_without_replies_is_none(alice, bob):
    above = await alice.say("#lobby", "Lunch?")
    reply = await bob.say(thread_of(above), "Yes")
    await hears_thread(alice, 1)
    await bob.run("message.delete", id=reply["id"])
    await alice.hears(
        lambda _, data: any(row["rev"] > row["seq"] + 1 and not row["thread"] for row in data.get("messages", ()))
    )
    opened = await alice.run("thread.open", id=above["id"])
    assert [message["deleted"] for message in opened["messages"]] == [True] and opened["message"]["thread"] is None


async def test_a_reply_is_sent_to_the_room_too_by_a_message_that_refers_to_it(alice, bob, carol):
    above = await alice.say("#lobby", "Lunch?")
    reply = await bob.say(thread_of(above), "Yes, @carol")
    await bob.say("#lobby", "Yes, @carol", reply_to=reply["id"])
    live = await carol.hears_text("Yes, @carol")
    assert live["echo"] == {"id": reply["id"], "room": reply["room"], "seq": reply["seq"]}
    assert live["quoted"] is None and live["reply_to"] == reply["id"]
    assert (await carol.run("history", room="#lobby"))["messages"][-1] == live
    await bob.say("#lobby", "@carol again")
    again = await carol.hears_text("@carol again")
    await carol.hears(lambda _, data: any(row["message"] == again["id"] for row in data.get("inbox", ())))
    about = [item["message"] for item in (await carol.run("inbox.list"))["items"]]
    assert about == [again["id"], reply["id"]], "once for both"


async def test_there_is_no_thread_under_what_is_no_message(alice, bob):
    await alice.run("room.create", name="#den")
    await bob.run("room.join", room="#den")
    above = await alice.say("#den", "Lunch?")
    reply = await bob.say(thread_of(above), "Yes")
    gone = await alice.say("#den", "Oops")
    await alice.run("message.delete", id=gone["id"])
    event = next(row for row in (await alice.run("history", room="#den"))["messages"] if row["kind"] == "joined")
    nothing = {"id": "0198c0de-0000-7000-8000-00000000dead", "room": "#den", "seq": 999}
    for message, refused in ((event, "invalid"), (reply, "invalid"), (gone, "not_found"), (nothing, "not_found")):
        for command in ("thread.open", "thread.follow"):
            with pytest.raises(Refused, match=refused):
                await alice.run(command, id=message["id"])
        for command, more in (("message.post", {"text": "x"}), ("history", {}), ("typing", {})):
            with pytest.raises(Refused, match=refused):
                await alice.run(command, room=thread_of(message), **more)


def test_a_name_that_no_thread_has_is_invalid():
    direct = Direct()
    direct.join("alice")
    for seq in ("", "0", "01", "x", "1.5", "-1", "99999999999", "2147483648", "1/2"):
        assert code(direct, "alice", "message.post", room=f"#lobby/{seq}", text="x") == "invalid", seq


def test_a_job_that_was_given_up_does_not_end_the_news_of_a_thread():
    direct = Direct()
    direct.join("alice")
    above = direct.run("alice", "message.post", {"room": "#lobby", "text": "Hello"})[0]["message"]

    def changes_after(minutes: int) -> list[int]:
        direct.now = lambda: f"2026-01-01T00:{minutes:02}:00.000Z"
        direct.run("alice", "message.post", {"room": f"#lobby/{above['seq']}", "text": "x"})
        changed = [row for change in asyncio.run(direct.run_jobs()) for row in change.get("messages", ())]
        return [row["thread"]["replies"] for row in changed if row["id"] == above["id"]]

    assert changes_after(1) == [1]
    with direct.engine.begin() as db:
        db.execute(update(stored.threads).values(waiting=True, quiet_until="2026-01-01T00:01:00.000Z"))
    assert [changes_after(minutes) for minutes in (2, 9)] == [[], [3]]


async def test_deleting_the_message_above_ends_its_thread_but_loses_no_reply(alice, bob):
    above = await alice.say("#lobby", "Lunch?")
    thread = thread_of(above)
    reply = await bob.say(thread, "Yes")
    await hears_thread(alice, 1)
    gone = (await alice.run("message.delete", id=above["id"]))["message"]
    assert gone["text"] is None and gone["thread"]["replies"] == 1
    for command, more in (("message.post", {"text": "x"}), ("typing", {})):
        with pytest.raises(Refused, match="conflict"):
            await bob.run(command, room=thread, **more)
    assert (await bob.run("thread.open", id=above["id"]))["messages"] == [reply]
    assert await bob.say(thread, "Yes", id=reply["id"]) == reply, "a retry is answered"
    assert (await bob.run("message.delete", id=reply["id"]))["message"]["deleted"]
    assert (await alice.run("history", room="#lobby"))["messages"][-1] == gone


async def test_only_messages_of_the_room_or_of_its_threads_can_be_replied_to(alice, bob):
    above, other = await alice.say("#lobby", "Lunch?"), await alice.say("bob", "Dinner?")
    reply = await bob.say(thread_of(above), "Yes")
    elsewhere = await bob.say(thread_of(other), "No")
    assert (await bob.say(thread_of(above), "Really", reply_to=reply["id"]))["quoted"]["text"] == "Yes"
    for room, to in ((thread_of(above), above), (thread_of(above), elsewhere), ("#lobby", elsewhere)):
        with pytest.raises(Refused, match="invalid"):
            await bob.say(room, "x", reply_to=to["id"])


async def test_what_works_in_a_room_works_in_a_thread_except_pins(alice, bob):
    above = await alice.say("#lobby", "Lunch?")
    thread = thread_of(above)
    reply = await bob.say(thread, "Yes")
    assert (await alice.run("reaction.add", id=reply["id"], emoji="👍"))["message"]["reactions"][0]["count"] == 1
    assert (await bob.run("message.edit", id=reply["id"], text="No"))["message"]["text"] == "No"
    assert (await alice.run("bookmark.add", id=reply["id"]))["bookmark"]["room"] == thread
    assert (await alice.run("bookmark.list"))["messages"][0]["room"] == thread
    assert (await alice.run("read.mark", room=thread, seq=reply["seq"]))["read"]["number"] == 1
    for command, given in (("message.pin", {"id": reply["id"]}), ("room.mute", {"room": thread})):
        with pytest.raises(Refused, match="invalid"):
            await alice.run(command, **given)
