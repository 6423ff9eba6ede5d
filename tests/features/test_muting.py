"""Muting rooms: on all devices of a person, with or without an end, and for nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from chatrooms import clock
from chatrooms.client import Client
from chatrooms.storage.tables import jobs
from tests.people import Refused, connect
from tests.servers import running


async def membership(person, room, wanted):
    """Wait for a row of a person's membership of a room."""

    def fits(row):
        return row["room"] == room and wanted(row)

    change = await person.hears(lambda _, data: any(map(fits, data.get("memberships", ()))))
    return next(filter(fits, change["memberships"]))


async def muted(person, room):
    return await membership(person, room, lambda row: row["muted"])


async def own_memberships(person, known=0):
    """Return the memberships in a person's own room that changed since a rev."""
    changes = (await person.run("sync", revs={person.name: known}))["changes"]
    return next(change["memberships"] for change in changes if change["room"] == person.name)


async def test_a_room_is_muted_on_all_devices_and_for_no_one_else(person, alice, bob):
    phone = await person("alice", token=alice.token)
    row = (await alice.run("room.mute", room="#lobby"))["membership"]
    assert (row["muted"], row["muted_until"], row["closed"], row["gone"]) == (True, None, False, False)
    assert await muted(phone, "#lobby") == row
    await bob.settled()
    assert not [row for row in bob.rows("memberships") if row["muted"]]
    assert (await alice.run("room.mute", room="#lobby"))["membership"] == row, "muting again has no effect"
    assert row in await own_memberships(alice)
    message = await bob.say("#lobby", "@alice")
    assert (await phone.hears_text("@alice"))["id"] == message["id"], "she still receives everything"
    assert not (await alice.run("room.unmute", room="#lobby"))["membership"]["muted"]


async def test_a_conversation_is_muted_and_one_without_messages_cannot_be(alice, bob):
    with pytest.raises(Refused) as refused:
        await alice.run("room.mute", room="alice+bob")
    assert refused.value.code == "not_found"
    await alice.say("bob", "hi")
    assert (await alice.run("room.mute", room="alice+bob"))["membership"]["muted"]


async def test_a_mute_ends_at_its_time(alice):
    soon = clock.later(timedelta(milliseconds=400))
    row = (await alice.run("room.mute", room="#lobby", until=soon))["membership"]
    assert (row["muted"], row["muted_until"]) == (True, soon)
    ended = await membership(alice, "#lobby", lambda after: after["rev"] > row["rev"])
    assert (ended["muted"], ended["muted_until"]) == (False, None)
    assert clock.now() >= soon


async def test_an_end_that_was_replaced_ends_nothing(alice):
    await alice.run("room.create", name="#den")
    await alice.run("room.mute", room="#lobby", until=clock.later(timedelta(milliseconds=300)))
    replaced = (await alice.run("room.mute", room="#lobby", until=clock.later(timedelta(hours=1))))["membership"]
    den = (await alice.run("room.mute", room="#den", until=clock.later(timedelta(milliseconds=400))))["membership"]
    await membership(alice, "#den", lambda after: after["rev"] > den["rev"])
    assert replaced in await own_memberships(alice)


async def test_however_often_a_room_is_muted_until_a_time_one_job_waits(tmp_path, either_database):
    def until(days: int) -> str:
        return clock.later(timedelta(days=days))

    async with running(tmp_path, database=either_database) as server, connect(server.url, "alice") as alice:
        await alice.run("room.create", name="den")
        await alice.run("room.mute", room="#den", until=until(5))
        for days in range(1, 4):
            await alice.run("room.mute", room="#lobby", until=until(days))
            await alice.run("room.unmute", room="#lobby")
        last = (await alice.run("room.mute", room="#lobby", until=until(9)))["membership"]["muted_until"]
        wanted = select(jobs.c.due_at).where(jobs.c.kind == "room.unmute").order_by(jobs.c.due_at)
        due = await server.chat._pipeline.lookup(lambda db: db.scalars(wanted).all())
    assert len(due) == 2 and due[1] == last


async def test_a_mute_ends_after_a_restart_on_either_database(tmp_path, either_database):
    async with running(tmp_path, database=either_database) as server, connect(server.url, "alice") as alice:
        until = clock.later(timedelta(seconds=1))
        row = (await alice.run("room.mute", room="#lobby", until=until))["membership"]
        token = alice.token
    async with (
        running(tmp_path, database=either_database) as server,
        Client(server.url, username="alice", token=token) as client,
    ):
        changes = client.changes()
        while client.memberships["#lobby"]["muted"]:
            await anext(changes)
        after = client.memberships["#lobby"]
        assert after["rev"] > row["rev"] and after["muted_until"] is None


async def test_a_new_owner_keeps_the_room_muted(alice, bob):
    await bob.run("room.create", name="#den")
    await alice.run("room.join", room="#den")
    await alice.run("room.mute", room="#den")
    await bob.run("room.leave", room="#den")
    assert (await membership(alice, "#den", lambda row: row["role"] == "owner"))["muted"]


NO_ENDS = ("", "tomorrow", "2027-01-31", "2999-01-31T09:00:00", "2020-01-31T09:00:00Z", "0001-01-01T00:00:00+23:59", 5)


@pytest.mark.parametrize("until", NO_ENDS)
async def test_an_end_is_a_time_in_the_future(alice, until):
    with pytest.raises(Refused) as refused:
        await alice.run("room.mute", room="#lobby", until=until)
    assert (refused.value.code, refused.value.details["field"]) == ("invalid", "until")


async def test_an_end_is_stored_in_utc(alice):
    row = (await alice.run("room.mute", room="#lobby", until="2999-01-31T09:00:00+02:00"))["membership"]
    assert row["muted_until"] == "2999-01-31T07:00:00.000Z"
