"""The client keeps the threads that it follows or has open, live and after every gap."""

from __future__ import annotations

from chatrooms.client import Client
from tests.client.faults import first, says
from tests.client.waiting import change_saying, next_where
from tests.servers import RunningServer


def thread_of(message) -> str:
    return f"{message['room']}/{message['seq']}"


async def following(client: Client, thread: str) -> None:
    """Wait until a client follows a thread."""
    changes = client.changes()
    if thread not in client.follows:
        await next_where(changes, lambda _: thread in client.follows)
    await client.sync()


async def test_a_reply_to_its_message_reaches_a_client_with_the_thread(join):
    alice, bob = await join("alice"), await join("bob")
    above = await alice.post("#lobby", "Lunch?")
    changes = alice.changes()
    reply = await bob.post(thread_of(above), "Yes")
    change = await change_saying(changes, "Yes")
    assert change.room == thread_of(above) and change.rows("messages") == [reply]
    assert alice.unread(thread_of(above)) == 1 and alice.follows[thread_of(above)]["message"] == above["id"]
    await bob.post(thread_of(above), "At noon")
    await change_saying(changes, "At noon")
    assert alice.unread(thread_of(above)) == 2
    await alice.mark_read(thread_of(above), seq=9)
    await alice.sync()
    assert alice.unread(thread_of(above)) == 0


async def test_a_new_client_knows_how_much_is_unread_and_holds_what_follows(join, own_server: RunningServer):
    alice, bob = await join("alice"), await join("bob")
    above = await alice.post("#lobby", "Lunch?")
    thread = thread_of(above)
    await bob.post(thread, "Yes")
    await following(alice, thread)
    async with Client(own_server.url, username="alice", token=alice.token) as phone:
        assert phone.unread(thread) == 1 and not phone.rooms[thread].messages
        changes = phone.changes()
        second = await bob.post(thread, "At noon")
        await change_saying(changes, "At noon")
        assert list(phone.rooms[thread].messages.values()) == [second] and phone.unread(thread) == 2


async def test_what_was_posted_while_offline_arrives_afterwards(join, faults):
    alice, bob = await join("alice", socket=faults.socket), await join("bob")
    above = await alice.post("#lobby", "Lunch?")
    thread = thread_of(above)
    await bob.post(thread, "Yes")
    await following(alice, thread)
    await faults.go_offline()
    missed = [await bob.post(thread, text) for text in ("At noon", "Or one")]
    changes = alice.changes()
    faults.online.set()
    change = await change_saying(changes, "Or one")
    assert change.room == thread and change.rows("messages") == missed
    faults.lost_events = first(says("lost"))
    lost = await bob.post(thread, "lost")
    next_one = await bob.post(thread, "next")
    assert (await change_saying(changes, "next")).rows("messages")[-1] == next_one
    assert list(alice.rooms[thread].messages.values())[-2:] == [lost, next_one]


async def test_a_thread_that_is_open_is_kept_after_a_lost_connection_until_it_is_closed(join, faults):
    alice, bob = await join("alice", socket=faults.socket), await join("bob")
    above = await bob.post("#lobby", "Lunch?")
    thread = thread_of(above)
    first_reply = await bob.post(thread, "Anyone?")
    opened = await alice.open_thread(above["id"])
    assert opened["messages"] == [first_reply] == list(alice.rooms[thread].messages.values())
    await faults.go_offline()
    await bob.post(thread, "Missed")
    changes = alice.changes()
    faults.online.set()
    await change_saying(changes, "Missed")
    await alice.open_thread(above["id"])
    await bob.post(thread, "Live")
    await change_saying(changes, "Live")
    await alice.close_thread(above["id"])
    assert thread not in alice.rooms


async def test_threads_go_with_the_room_and_return_with_it(join):
    alice, bob = await join("alice"), await join("bob")
    await alice.create("#den")
    await bob.join("#den")
    above = await bob.post("#den", "Lunch?")
    thread = thread_of(above)
    await alice.post(thread, "Yes")
    await following(bob, thread)
    assert thread in bob.rooms
    await bob.leave("#den")
    await bob.sync()
    assert thread not in bob.rooms and thread in bob.follows
    await bob.join("#den")
    await bob.sync()
    assert thread in bob.rooms


async def test_who_stops_following_no_longer_keeps_a_thread(join):
    alice, bob = await join("alice"), await join("bob")
    above = await alice.post("#lobby", "Lunch?")
    assert (await bob.follow(above["id"]))["room"] == thread_of(above)
    await bob.sync()
    assert thread_of(above) in bob.rooms
    await bob.unfollow(above["id"])
    await bob.sync()
    assert thread_of(above) not in bob.rooms and thread_of(above) not in bob.follows
    assert (await bob.threads())["threads"] == []
