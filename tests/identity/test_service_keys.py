"""Service keys: what programs act by, with some commands, in some rooms, until they are ended; no key makes another."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta

import pytest
import socketio.exceptions

from chatrooms import clock
from chatrooms.client import Client
from chatrooms.client.errors import Refused as ClientRefused
from chatrooms.identity import key_commands, service_keys
from tests.appointing import appoint
from tests.client.waiting import change_saying
from tests.doors import DOORS, post
from tests.features.files import begin, head, load, share
from tests.identity.test_passkeys import add
from tests.people import PATIENCE, Person, Refused, connect, leave
from tests.servers import running

STRONG = "umbrella cactus 42"


async def make(alice: Person, *commands: str, **more) -> dict:
    """Make a key of alice's."""
    return (await alice.run("key.create", name="Robot", commands=list(commands) or ["read", "post"], **more))["key"]


async def outcome(url: str, token: str, command: str, **params) -> str:
    """Run a command by HTTP with a token; return ``fine``, or the code of the refusal."""
    headers = {"Authorization": f"Bearer {token}"}
    _, answer, _ = await post(url, f"/api/{command}", params, headers=headers)
    return "fine" if answer["ok"] else answer["error"]["code"]


async def refused(alice: Person, command: str, **params) -> str:
    answer = await DOORS["socket"](alice, command, params)
    return answer["error"]["code"]


async def is_refused(url: str, token: str) -> bool:
    """Return whether a socket with a token is refused."""
    person = Person(url, "alice")
    try:
        await person.client.connect(url, auth={"token": token}, transports=["websocket"])
    except socketio.exceptions.ConnectionError:
        return True
    finally:
        await leave(person)
    return False


async def test_a_program_reads_and_posts_as_its_person_by_either_door(person):
    alice = await person("alice")
    key = await make(alice)
    assert key["token"].startswith("crk_") and key["rooms"] is None and key["expires_at"] is None
    robot = await person("alice", token=key["token"])
    for door in DOORS:
        answer = await DOORS[door](robot, "message.post", {"room": "#lobby", "text": door})
        assert (answer["ok"] or key) is True or answer["result"]["message"]["author"] == "alice"
    await alice.hears_text("socket")
    await robot.hears_text("http")


async def test_the_client_of_python_works_by_a_key(person):
    alice = await person("alice")
    await alice.run("room.create", name="#robots")
    await alice.run("room.create", name="#staff", access="private")
    secret = await alice.say("#staff", "secret")
    for rooms in (None, ["robots"]):
        key = await make(alice, "read", "post", rooms=rooms)
        async with Client(alice.url, token=key["token"]) as robot, asyncio.timeout(PATIENCE):
            changes = robot.changes()
            assert (await robot.post("#robots", "beep"))["author"] == "alice"
            await alice.say("#robots", "hello robot")
            await change_saying(changes, "hello robot")
            assert ("#staff" in robot.rooms) == (rooms is None)
            with pytest.raises(ClientRefused, match="forbidden"):
                await robot.create("#more")
            if rooms:
                with pytest.raises(ClientRefused, match="not_found"):
                    await robot.post("#staff", "beep", reply_to=secret["id"])


async def test_a_key_makes_and_changes_nothing_that_proves_who_you_are(person):
    alice = await person("alice")
    key = await make(alice, "read", "post", "rooms", "own")
    robot = await person("alice", token=key["token"])
    for command, params in {
        "key.create": {"name": "x", "commands": ["read"]},
        "key.list": {},
        "key.rotate": {"id": key["id"]},
        "key.revoke": {"id": key["id"]},
        "password.set": {"password": STRONG},
        "passkey.begin": {"origin": "http://localhost"},
        "passkey.add": {"credential": {}, "name": "x"},
        "factor.begin": {"password": STRONG},
        "link.create": {},
        "session.list": {},
        "session.revoke_others": {},
    }.items():
        for door in DOORS.values():
            assert (await door(robot, command, params))["error"]["code"] == "forbidden", command


@pytest.mark.parametrize("commands", [["session.list"], ["key.create"], ["password.set"], ["*"], ["nothing"], [""], []])
async def test_no_key_can_be_made_for_other_commands(person, commands):
    alice = await person("alice")
    assert await refused(alice, "key.create", name="x", commands=commands) == "invalid"


async def test_a_key_can_be_for_single_commands(person):
    alice = await person("alice")
    key = await make(alice, "message.post")
    assert await outcome(alice.url, key["token"], "message.post", room="#lobby", text="x") == "fine"
    for command, params in (("history", {"room": "#lobby"}), ("message.edit", {"id": "x", "text": "y"}), ("sync", {})):
        assert await outcome(alice.url, key["token"], command, **params) == "forbidden"


@pytest.mark.parametrize("ending", ["key.revoke", "key.rotate"])
async def test_an_ended_key_is_refused_at_once_and_its_sockets_end(person, ending):
    alice = await person("alice")
    key = await make(alice)
    other = await make(alice)
    robot = await person("alice", token=key["token"])
    answer = await alice.run(ending, id=key["id"])
    for door in DOORS.values():
        with pytest.raises((Refused, AssertionError)):
            assert (await door(robot, "history", {"room": "#lobby"}))["ok"]
    await robot.disconnected()
    assert await outcome(alice.url, key["token"], "history", room="#lobby") == "unauthorized"
    assert await is_refused(alice.url, key["token"])
    assert await outcome(alice.url, other["token"], "history", room="#lobby") == "fine"
    if ending == "key.rotate":
        new = answer["key"]
        assert (new["name"], new["commands"], new["id"] != key["id"]) == ("Robot", ["read", "post"], True)
        assert await outcome(alice.url, new["token"], "history", room="#lobby") == "fine"


@pytest.mark.parametrize(
    ("command", "params"),
    [("session.revoke_others", {}), ("password.set", {"password": STRONG, "revoke_others": True})],
)
async def test_signing_out_everywhere_else_ends_the_programs_too(person, command, params):
    alice, bob = await person("alice"), await person("bob")
    keys = [await make(alice), await make(alice, rooms=["#lobby"])]
    robots = [await person("alice", token=key["token"]) for key in keys]
    theirs = await make(bob)
    await alice.run(command, **params)
    for robot, key in zip(robots, keys, strict=True):
        await robot.disconnected()
        assert await outcome(alice.url, key["token"], "history", room="#lobby") == "unauthorized"
    assert (await alice.run("key.list"))["keys"] == []
    assert await outcome(alice.url, theirs["token"], "history", room="#lobby") == "fine"


async def test_a_program_that_reads_learns_nothing_of_what_is_its_person_s_own(person):
    alice, bob = await person("alice"), await person("bob")
    readers = [await make(alice, "read"), await make(alice, "read", "post", "rooms"), await make(alice, "sync")]
    robots = [await person("alice", token=key["token"]) for key in readers]
    whole = await person("alice", token=(await make(alice, "read", "own"))["token"])
    message = await bob.say("#lobby", "@alice hello")
    await alice.run("bookmark.add", id=message["id"])
    await alice.run("read.mark", room="#lobby", seq=message["seq"])
    await alice.run("user.block", username="bob")
    await alice.run("user.update", name="Alice A.")
    await alice.run("room.create", name="#new")
    carol = await person("carol")
    await carol.say("alice", "between us")
    for each in (*robots, whole):
        await each.hears_text("between us")
    kinds = {table for event, data in whole.heard if event == "change" for table in data if data["room"] == "alice"}
    assert {"blocks", "bookmarks", "reads", "users", "memberships"} <= kinds
    synced = (await whole.run("sync", revs={}))["changes"]
    assert "bookmarks" in next(change for change in synced if change["room"] == "alice")
    for robot in robots:
        heard = [data for event, data in robot.heard if event == "change" and data["room"] == "alice"]
        assert [row["name"] for data in heard for row in data.get("users", ())] == ["Alice A."]
        assert "#new" in [row["room"] for data in heard for row in data.get("memberships", ())]
        synced = (await robot.run("sync", revs={}))["changes"]
        for data in (*heard, *(change for change in synced if change["room"] == "alice")):
            assert data.keys() <= {"room", "rev", "users", "memberships"}
        revs = [data["rev"] for data in heard]
        assert revs == list(range(revs[0], revs[-1] + 1))  # no gap that would make it call `sync`


@pytest.mark.parametrize(
    ("commands", "reads"), [(["post"], False), (["message.post"], False), (["read", "post"], True)]
)
async def test_a_key_that_may_not_read_learns_by_no_refusal_what_others_have_posted(person, commands, reads):
    alice, bob = await person("alice"), await person("bob")
    said = await bob.say("#lobby", "between us")
    key = await make(alice, *commands)
    _, answer, _ = await post(
        alice.url,
        "/api/message.post",
        {"room": "#lobby", "text": "x", "if_seq": said["seq"] - 1},
        headers={"Authorization": f"Bearer {key['token']}"},
    )
    assert answer["error"]["code"] == "conflict"
    assert [each["text"] for each in answer["error"]["details"]["since"]] == ["between us"] * reads


async def test_a_key_for_some_rooms_ends_too(person):
    alice = await person("alice")
    key = await make(alice, rooms=["#lobby"])
    robot = await person("alice", token=key["token"])
    await alice.run("key.revoke", id=key["id"])
    await robot.disconnected()


async def test_a_removed_member_s_program_stops_receiving(person):
    alice, bob = await person("alice"), await person("bob")
    await bob.run("room.create", name="#staff", access="private")
    await bob.run("room.invite", room="#staff", username="alice")
    key = await make(alice, "read", rooms=["#staff", "#lobby"])
    robot = await person("alice", token=key["token"])
    await bob.say("#staff", "before")
    await robot.hears_text("before")
    await bob.run("room.remove", room="#staff", username="alice")
    await bob.say("#staff", "after")
    await bob.say("#lobby", "to all")
    await robot.hears_text("to all")
    assert "after" not in robot.texts()
    assert (await DOORS["http"](robot, "history", {"room": "#staff"}))["error"]["code"] == "not_found"


async def test_a_key_expires_with_its_sockets(person, monkeypatch):
    alice = await person("alice")
    soon = datetime.now(UTC) + timedelta(seconds=1.5)
    key = await make(alice, expires=soon.isoformat())
    robot = await person("alice", token=key["token"])
    await robot.disconnected()
    assert await outcome(alice.url, key["token"], "history", room="#lobby") == "unauthorized"
    assert (await alice.run("key.list"))["keys"] == []


async def test_a_command_of_an_expired_key_is_refused_before_its_socket_ends(person, monkeypatch):
    alice = await person("alice")
    key = await make(alice, expires=clock.later(timedelta(hours=1)))
    robot = await person("alice", token=key["token"])
    assert (await DOORS["socket"](robot, "history", {"room": "#lobby"}))["ok"]
    later = clock.later(timedelta(hours=2))
    monkeypatch.setattr(clock, "now", lambda: later)
    assert await refused(robot, "history", room="#lobby") == "unauthorized"
    assert await outcome(alice.url, key["token"], "history", room="#lobby") == "unauthorized"


@pytest.mark.parametrize("expires", ["2020-01-01T00:00:00Z", "soon", ""])
async def test_a_key_is_made_for_the_future(person, expires):
    alice = await person("alice")
    assert await refused(alice, "key.create", name="x", commands=["read"], expires=expires) == "invalid"


async def test_files_are_read_and_uploaded_only_by_keys_that_may(person):
    alice = await person("alice")
    await alice.run("room.create", name="#staff", access="private")
    file = (await share(alice, "#staff", b"secret"))["files"][0]
    path = await begin(alice, b"more")
    statuses = []
    for how in ({"commands": ["read"]}, {"commands": ["post"]}, {"commands": ["read"], "rooms": ["#lobby"]}):
        key = (await alice.run("key.create", name="x", **how))["key"]
        robot = await person("alice", token=key["token"])
        statuses.append(((await load(robot, alice.url, file))[0], (await head(robot, path))[0]))
    assert statuses == [(200, 403), (403, 200), (404, 403)]


async def test_keys_are_listed_with_their_last_use_and_without_their_token(person, own_server):
    alice, bob = await person("alice"), await person("bob")
    key = await make(alice)
    assert [row["used_at"] for row in (await alice.run("key.list"))["keys"]] == [None]
    await outcome(alice.url, key["token"], "history", room="#lobby")
    (row,) = (await alice.run("key.list"))["keys"]
    assert row["used_at"] and "token" not in row
    assert (await bob.run("key.list"))["keys"] == []
    for command in ("key.revoke", "key.rotate"):
        assert await refused(bob, command, id=key["id"]) == "not_found"
    rows = await own_server.chat._pipeline.lookup(lambda db: db.execute(service_keys.service_keys.select()).all())
    assert key["token"] not in repr(rows) and key["token"].removeprefix("crk_") not in repr(rows)


async def test_a_key_proves_no_other_name_and_no_other_token_is_one(person):
    alice = await person("alice")
    await person("bob")
    key = await make(alice)
    assert await outcome(alice.url, key["token"] + "x", "user.me") == "unauthorized"
    assert await outcome(alice.url, "crk_" + "x" * 43, "user.me") == "unauthorized"
    assert await outcome(alice.url, "crk_", "user.me") == "unauthorized"
    with pytest.raises(socketio.exceptions.ConnectionError):
        await person("bob", token=key["token"])


async def test_a_person_has_a_bounded_number_of_keys(person, monkeypatch):
    monkeypatch.setattr(key_commands, "MOST", 1)
    alice = await person("alice")
    await make(alice)
    assert await refused(alice, "key.create", name="x", commands=["read"]) == "conflict"


async def test_no_key_is_logged(person, caplog):
    alice = await person("alice")
    with caplog.at_level(logging.DEBUG):
        key = await make(alice)
        await outcome(alice.url, key["token"], "history", room="#lobby")
        await alice.run("key.revoke", id=key["id"])
        assert await outcome(alice.url, key["token"], "history", room="#lobby") == "unauthorized"
    assert "unauthorized" in caplog.text
    assert key["token"] not in caplog.text


async def test_a_key_outlives_the_server(tmp_path, either_database):
    async with running(tmp_path, database=either_database) as server, connect(server.url, "alice") as alice:
        key = await make(alice, rooms=["lobby"])
    async with running(tmp_path, database=either_database) as server:
        assert await outcome(server.url, key["token"], "history", room="#lobby") == "fine"
        assert await outcome(server.url, key["token"], "history", room="alice") == "not_found"


async def test_a_suspended_person_s_programs_are_out_until_they_are_restored(person, own_server):
    alice, mona = await person("alice"), await person("mona")
    await appoint(own_server.chat, "mona", "moderator")
    keys = [await make(alice), await make(alice, rooms=["#lobby"])]
    robots = [await person("alice", token=key["token"]) for key in keys]
    phone = await add(alice)
    await mona.run("user.suspend", username="alice", reason="A test.")
    for robot, key in zip(robots, keys, strict=True):
        await robot.disconnected()
        assert await outcome(alice.url, key["token"], "history", room="#lobby") == "suspended"
        assert await is_refused(alice.url, key["token"])
    assert await phone.sign_in() == "suspended"
    await mona.run("user.restore", username="alice")
    assert await outcome(alice.url, keys[0]["token"], "history", room="#lobby") == "fine"
    assert await phone.sign_in() == "alice"
