"""Following threads: who does, what they receive, and that it ends with the room that the thread is in."""

from __future__ import annotations

import asyncio

import pytest

from chatrooms.features.threads import following
from tests.direct import LOBBY, Direct
from tests.features.threads.waiting import hears_follow, hears_item, hears_thread, thread_of
from tests.people import Refused, connect


async def followed(person):
    """Return the threads that a person follows, with their unread messages."""
    return {row["room"]: row["unread"] for row in (await person.run("thread.list"))["threads"]}


async def test_its_author_who_replies_and_who_is_mentioned_follow_a_thread(person):
    alice, bob, carol, dave = [await person(name) for name in ("alice", "bob", "carol", "dave")]
    above = await alice.say("#lobby", "Lunch?")
    thread = thread_of(above)
    reply = await bob.say(thread, "Yes, with @carol")
    for each, unread in ((alice, 1), (bob, 0), (carol, 1)):
        follow = await hears_follow(each, thread)
        assert follow["message"] == above["id"]
        read = next(row for row in each.rows("reads") if row["room"] == thread)
        assert 1 - read["number"] - read["uncounted"] == unread
        assert await followed(each) == {thread: unread}
    await bob.settled()
    assert await followed(dave) == {} and dave.rows("follows") == []
    await bob.run("message.edit", id=reply["id"], text="Yes, with @dave")
    await hears_follow(dave, thread)
    assert await followed(dave) == {thread: 1}


async def test_followers_receive_live_what_follows_on_every_device(own_server, alice, bob, carol):
    above = await alice.say("#lobby", "Lunch?")
    thread = thread_of(above)
    await bob.say(thread, "Yes")
    await hears_follow(alice, thread)
    async with connect(own_server.url, "alice", token=alice.token) as phone:
        await bob.say(thread, "At noon")
        for device in (alice, phone):
            assert (await device.hears_text("At noon"))["room"] == thread
    await carol.settled()
    assert carol.texts(thread) == []


async def test_who_chooses_to_follows_before_and_after_the_first_reply(alice, bob, carol):
    above = await alice.say("#lobby", "Lunch?")
    thread = thread_of(above)
    began = await carol.run("thread.follow", id=above["id"])
    assert (began["follow"]["room"], began["read"]["number"]) == (thread, 0)
    assert await carol.run("thread.follow", id=above["id"]) == began
    assert await followed(carol) == {thread: 0}
    await bob.say(thread, "Yes")
    assert (await carol.hears_text("Yes"))["number"] == 1
    assert await followed(carol) == {thread: 1}
    await hears_follow(alice, thread)


async def test_who_stops_follows_again_when_they_reply_but_not_when_others_mention_them(alice, bob):
    above = await alice.say("#lobby", "Lunch?")
    thread = thread_of(above)
    await bob.say(thread, "Yes")
    await hears_follow(alice, thread)
    stopped = await alice.run("thread.unfollow", id=above["id"])
    assert stopped["follow"]["gone"] and await alice.run("thread.unfollow", id=above["id"]) == stopped
    mention = await bob.say(thread, "@alice!")
    await hears_item(alice, "mention", mention)
    assert await followed(alice) == {} and "@alice!" not in alice.texts(thread)
    alice.heard.clear()
    await alice.say(thread, "Sorry")
    await hears_follow(alice, thread)
    assert await followed(alice) == {thread: 2}, "the position is where they read to"


async def test_a_thread_that_was_never_followed_cannot_be_unfollowed(alice, bob):
    above = await alice.say("#lobby", "Lunch?")
    with pytest.raises(Refused, match="not_found"):
        await bob.run("thread.unfollow", id=above["id"])


async def test_the_list_has_the_newest_reply_first_and_can_be_narrowed_to_unread_threads(alice, bob, monkeypatch):
    said = [await alice.say("#lobby", text) for text in ("a", "b", "c", "d")]
    for above in said:
        await bob.run("thread.follow", id=above["id"])
    for above in (said[2], said[0], said[1]):
        await alice.say(thread_of(above), "reply")
    monkeypatch.setattr("chatrooms.features.threads.listing.PAGE", 2)
    await bob.run("read.mark", room=thread_of(said[0]), seq=99)
    pages, after = [], None
    while after is None or pages[-1]["more"]:
        pages.append(await bob.run("thread.list", **({"after": after} if after else {})))
        after = pages[-1]["threads"][-1]["message"]["id"]
    assert [[row["message"]["text"] for row in page["threads"]] for page in pages] == [["b", "a"], ["c", "d"]]
    unread = await bob.run("thread.list", unread=True)
    assert [row["message"]["text"] for row in unread["threads"]] == ["b", "c"] and not unread["more"]


async def test_a_person_follows_so_many_threads_then_no_longer_the_first(alice, bob, monkeypatch):
    monkeypatch.setattr(following, "MAX_FOLLOWED", 2)
    said = [await alice.say("#lobby", text) for text in "abc"]
    for above in said:
        await bob.run("thread.follow", id=above["id"])
    await hears_follow(bob, thread_of(said[0]), gone=True)
    assert set(await followed(bob)) == {thread_of(said[1]), thread_of(said[2])}


async def test_what_others_do_ends_no_following_but_what_one_does_oneself_ends_the_first(alice, bob, monkeypatch):
    monkeypatch.setattr(following, "MAX_FOLLOWED", 2)
    others = [await author.say("#lobby", text) for author, text in ((alice, "chosen"), (alice, "answered"))]
    chosen, answered = map(thread_of, others)
    await bob.run("thread.follow", id=others[0]["id"])
    await bob.say(answered, "Yes")
    await hears_follow(bob, answered)
    under_own, mentioning = [thread_of(await each.say("#lobby", "Lunch?")) for each in (bob, alice)]
    for thread, text in ((under_own, "Yes"), (mentioning, "Yes, @bob")):
        await alice.say(thread, text)
        await hears_follow(alice, thread)  # the same transaction would have begun bob's
    assert await followed(bob) == {chosen: 0, answered: 0}
    await bob.say(mentioning, "At noon")
    await hears_follow(bob, chosen, gone=True)
    assert await followed(bob) == {answered: 0, mentioning: 0}


@pytest.fixture
def direct() -> Direct:
    made = Direct()
    for name in ("alice", "bob", "mallory"):
        made.join(name)
    return made


def mention(direct, who, text="@alice"):
    """Post a message and a reply to it that mentions alice; return the thread."""
    above = direct.run(who, "message.post", {"room": LOBBY, "text": "above"})[0]["message"]
    reply = direct.run(who, "message.post", {"room": thread_of(above), "text": text})[0]["message"]
    asyncio.run(direct.run_jobs())
    return reply["room"]


def following_now(direct):
    return {row["room"] for row in direct.run("alice", "thread.list", {})[0]["threads"]}


def test_what_one_person_causes_ends_nothing_that_others_or_oneself_began(direct, monkeypatch):
    monkeypatch.setattr(following, "MAX_FOLLOWED", 4)
    chosen = mention(direct, "bob", "to nobody")
    above = direct.run("alice", "history", {"room": LOBBY})[0]["messages"][-1]
    direct.run("alice", "thread.follow", {"id": above["id"]})
    of_bob = mention(direct, "bob")
    of_mallory = [mention(direct, "mallory") for _ in range(6)]
    assert following_now(direct) == {chosen, of_bob, *of_mallory[-2:]}
    direct.run("alice", "read.mark", {"room": of_mallory[-1], "seq": 1000})
    own = mention(direct, "alice", "my own")
    assert following_now(direct) == {chosen, of_bob, of_mallory[-2], own}
    direct.run("alice", "message.post", {"room": of_bob, "text": "so it is mine, too"})
    asyncio.run(direct.run_jobs())
    more = mention(direct, "alice", "my own")
    assert following_now(direct) == {chosen, of_bob, own, more}
    mention(direct, "mallory")
    assert following_now(direct) == {chosen, of_bob, own, more}


def test_whom_you_have_blocked_makes_you_follow_nothing(direct):
    direct.run("alice", "user.block", {"username": "mallory"})
    mention(direct, "mallory")
    mine = direct.run("alice", "message.post", {"room": LOBBY, "text": "mine"})[0]["message"]
    direct.run("mallory", "message.post", {"room": thread_of(mine), "text": "@alice"})
    asyncio.run(direct.run_jobs())
    assert following_now(direct) == set()
    direct.run("bob", "message.post", {"room": thread_of(mine), "text": "the second reply"})
    asyncio.run(direct.run_jobs())
    assert following_now(direct) == {thread_of(mine)}


async def test_who_is_removed_from_the_room_loses_its_threads_at_once(own_server, staff, alice, bob):
    above = await bob.say(staff, "Lunch?")
    thread = thread_of(above)
    await alice.say(thread, "Yes")
    await hears_follow(alice, thread)
    async with connect(own_server.url, "alice", token=alice.token) as tab:
        await tab.run("thread.open", id=above["id"])
        await bob.run("room.remove", room=staff, username="alice")
        await bob.say(thread, "She is gone")
        for each in (tab, alice):
            await each.settled()
            assert "She is gone" not in each.texts()
        for command, given in (
            ("thread.open", {"id": above["id"]}),
            ("thread.follow", {"id": above["id"]}),
            ("message.post", {"room": thread, "text": "x"}),
            ("history", {"room": thread}),
            ("read.mark", {"room": thread, "seq": 1}),
            ("typing", {"room": thread}),
        ):
            with pytest.raises(Refused, match="not_found"):
                await tab.run(command, **given)
        assert await followed(tab) == {}
        synced = await tab.run("sync", revs={}, open=[thread], after="")
        assert thread not in [change["room"] for change in synced["changes"]]
        assert (await tab.run("thread.unfollow", id=above["id"]))["follow"]["gone"]


async def test_who_returns_to_the_room_follows_its_threads_again(own_server, staff, alice, bob):
    above = await bob.say(staff, "Lunch?")
    thread = thread_of(above)
    await alice.say(thread, "Yes")
    await hears_follow(alice, thread)
    await bob.run("room.remove", room=staff, username="alice")
    await bob.run("room.invite", room=staff, username="alice")
    await bob.say(thread, "Welcome back")
    assert (await alice.hears_text("Welcome back"))["room"] == thread
    assert await followed(alice) == {thread: 1}


async def test_an_archived_room_freezes_its_threads(alice, bob):
    await alice.run("room.create", name="#den")
    await bob.run("room.join", room="#den")
    above = await alice.say("#den", "Lunch?")
    thread = thread_of(above)
    reply = await bob.say(thread, "Yes")
    await alice.run("room.archive", room="#den")
    for command, given in (
        ("message.post", {"room": thread, "text": "x"}),
        ("message.edit", {"id": reply["id"], "text": "x"}),
        ("reaction.add", {"id": reply["id"], "emoji": "👍"}),
        ("typing", {"room": thread}),
    ):
        with pytest.raises(Refused, match="archived"):
            await bob.run(command, **given)
    assert (await bob.run("thread.open", id=above["id"]))["messages"][0]["text"] == "Yes"
    await alice.run("room.unarchive", room="#den")
    await bob.say(thread, "Still here")


async def test_moderators_of_the_room_moderate_its_threads(staff, alice, bob):
    above = await alice.say(staff, "Lunch?")
    reply = await alice.say(thread_of(above), "Yes")
    assert (await bob.run("message.delete", id=reply["id"]))["message"]["deleted"]
    other = await bob.say(thread_of(above), "No")
    with pytest.raises(Refused, match="forbidden"):
        await alice.run("message.delete", id=other["id"])


async def test_a_follower_has_one_unread_item_about_a_thread_which_leads_to_the_first_reply(alice, bob):
    above = await alice.say("#lobby", "Lunch?")
    thread = thread_of(above)
    first, second = [await bob.say(thread, text) for text in ("Yes", "At noon")]
    item = await hears_item(alice, "thread", first)
    assert (item["room"], item["seq"], item["by"], item["read"]) == (thread, first["seq"], "bob", False)
    await hears_thread(alice, 2)
    page = await alice.run("inbox.list")
    assert (page["items"], [row["id"] for row in page["messages"]]) == ([item], [first["id"]])
    await alice.run("read.mark", room=thread, seq=second["seq"])
    third = await bob.say(thread, "And you?")
    await hears_item(alice, "thread", third)
    items = (await alice.run("inbox.list"))["items"]
    assert [(item["message"], item["read"]) for item in items] == [(third["id"], False), (first["id"], True)]
    assert (await bob.run("inbox.list"))["items"] == []


async def test_an_item_about_a_thread_goes_with_its_message_with_the_following_and_with_the_room(staff, alice, bob):
    above = await alice.say(staff, "Lunch?")
    thread = thread_of(above)
    first = await bob.say(thread, "Yes")
    item = await hears_item(alice, "thread", first)
    await bob.run("message.delete", id=first["id"])
    await alice.hears(lambda _, data: any(row["gone"] and row["id"] == item["id"] for row in data.get("inbox", ())))
    second = await bob.say(thread, "No")
    item = await hears_item(alice, "thread", second)
    await alice.run("thread.unfollow", id=above["id"])
    assert {each["kind"] for each in (await alice.run("inbox.list"))["items"]} == {"invitation"}
    await alice.run("thread.follow", id=above["id"])
    mention = await bob.say(thread, "@alice?")
    await hears_item(alice, "mention", mention)
    await bob.run("room.remove", room=staff, username="alice")
    await alice.hears(lambda _, data: any(row["gone"] and row["kind"] == "mention" for row in data.get("inbox", ())))
