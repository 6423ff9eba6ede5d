"""What moderators, admins and owners see of people, and how they help them back in."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from functools import partial

import pytest

from chatrooms import clock, trace
from chatrooms.pipeline import pipeline
from chatrooms.pipeline.act import APPLICATION
from tests.appointing import appoint
from tests.doors import DOORS
from tests.identity.entering import code_of, enter, run, whose
from tests.people import Refused

PASSWORD = "umbrella cactus 42"


@pytest.fixture
async def adam(person, own_server):
    """Adam, an admin of the server."""
    adam = await person("adam")
    await appoint(own_server.chat, "adam", "admin")
    return adam


async def accounts(admin, **params) -> dict[str, dict]:
    page = await admin.run("server.people", **params)
    return {account["user"]["username"]: account for account in page["people"]}


async def test_the_list_has_roles_sessions_suspensions_and_passwords(adam, person, own_server):
    alice, bob = await person("alice"), await person("bob")
    await alice.run("password.set", password=PASSWORD)
    await adam.run("user.suspend", username="bob", reason="Spam")
    found = await accounts(adam)
    assert list(found) == ["adam", "alice", "bob"]
    assert found["adam"]["user"]["role"] == "admin"
    assert (found["alice"]["sessions"], found["alice"]["has_password"], found["alice"]["suspension"]) == (1, True, None)
    assert (found["bob"]["sessions"], found["bob"]["seen_at"], found["bob"]["has_password"]) == (0, None, False)
    assert (found["bob"]["suspension"]["by"], found["bob"]["suspension"]["reason"]) == ("adam", "Spam")
    assert list(await accounts(adam, suspended=True)) == ["bob"]
    assert list(await accounts(adam, role="admin")) == ["adam"]
    assert list(await accounts(adam, query="ali")) == ["alice"]
    assert list(await accounts(adam, after="alice")) == ["bob"]
    await bob.disconnected()


async def test_a_link_helps_a_person_back_in_and_they_get_a_message_about_it(adam, person, own_server):
    alice = await person("alice")
    code = (await adam.run("user.link", username="alice"))["link"]["code"]
    note = await alice.hears(lambda _, data: any(m["author"] == "system" for m in data.get("messages", ())))
    (message,) = note["messages"]
    assert message["room"] == "alice+system" and message["text"].startswith("@adam made a link that signs in as you.")
    _, _, cookie = await enter(own_server.url, "link", code=code)
    assert await whose(own_server.url, cookie) == "alice"
    assert (await run(alice, "user.me"))["ok"]


async def test_a_link_for_a_forgotten_password_ends_it_and_the_sessions(adam, person, own_server):
    alice = await person("alice")
    await alice.run("password.set", password=PASSWORD)
    code = (await adam.run("user.link", username="alice", forget_password=True))["link"]["code"]
    await alice.disconnected()
    assert await code_of(own_server.url, "password", username="alice", password=PASSWORD) == "unauthorized"
    assert (await enter(own_server.url, "link", code=code))[0] == 200


async def test_a_link_for_somebody_else_ends_with_the_other_sessions_of_who_made_it(adam, person, own_server):
    await person("alice")
    await enter(own_server.url, "link", code=(await adam.run("link.create"))["link"]["code"], claim="p" * 43)
    sessions = (await adam.run("session.list"))["sessions"]
    phone, here = sorted(sessions, key=lambda session: session["current"])
    for command, params, status in (
        ("session.revoke", {"id": phone["id"]}, 401),
        ("session.revoke_others", {}, 401),
        ("session.revoke", {"id": here["id"]}, 200),  # who signs out here has helped alice all the same
    ):
        code = (await adam.run("user.link", username="alice"))["link"]["code"]
        await adam.run(command, **params)
        assert (await enter(own_server.url, "link", code=code))[0] == status


async def test_the_log_says_what_admins_do(adam, person, caplog):
    await person("alice")
    about = {"username": "alice"}
    with caplog.at_level(logging.INFO, "chatrooms.pipeline"):
        await adam.run("user.role", **about, role="moderator")
        await adam.run("user.suspend", **about, reason="Spam")
        await adam.run("user.restore", **about)
        await adam.run("user.link", **about, forget_password=True)
        await adam.run("user.sign_out", **about)
        with pytest.raises(Refused):
            await adam.run("user.role", **about, role="owner")
        await adam.run("group.create", name="staff")
        await adam.run("password.set", password=PASSWORD, revoke_others=True)
    lines = [record.getMessage() for record in caplog.records]
    assert [line.removeprefix("'adam' from 127.0.0.1 ") for line in lines if line.startswith("'adam' from")] == [
        "made 'alice' moderator, who was member",
        "suspended 'alice': 'Spam'",
        "restored 'alice'",
        "made a link that signs in as 'alice' and removed all other ways",
        "signed 'alice' out everywhere",
        "made the group 'staff'",
        "set a password",
        "ended all other sessions",
    ]


async def test_lines_of_changes_that_are_stored_together_have_the_ids_of_their_own_requests(own_server, monkeypatch):
    found = []
    monkeypatch.setattr(pipeline.log, "info", lambda line: found.append((line.split()[-1], trace.current()["request"])))

    async def create(name, request):
        with trace.of(request=request):
            await own_server.chat._pipeline.run("group.create", {"name": name}, APPLICATION)

    await asyncio.gather(create("red", "1"), create("blue", "2"))
    assert found == [("'red'", "1"), ("'blue'", "2")]


async def test_ending_the_sessions_of_a_person_signs_them_out_everywhere(adam, person):
    alice = await person("alice")
    phone = await person("alice", token=alice.token)
    assert await adam.run("user.sign_out", username="alice") == {}
    await alice.disconnected()
    await phone.disconnected()
    assert (await run(alice, "user.me"))["error"]["code"] == "unauthorized"


async def test_signing_a_person_out_ends_their_programs_too(adam, person):
    alice = await person("alice")
    make = partial(alice.run, "key.create", name="Robot", commands=["read", "post"])
    keys = [(await make())["key"], (await make(rooms=["#lobby"]))["key"]]
    robots = [await person("alice", token=key["token"]) for key in keys]
    assert (await accounts(adam))["alice"]["keys"] == 2
    assert (await accounts(adam))["adam"]["keys"] == 0
    await adam.run("user.sign_out", username="alice")
    for robot in robots:
        await robot.disconnected()
        assert (await DOORS["http"](robot, "history", {"room": "#lobby"}))["error"]["code"] == "unauthorized"
    found = (await accounts(adam))["alice"]
    assert (found["sessions"], found["keys"]) == (0, 0)


async def test_keys_that_have_expired_do_not_count(adam, person, monkeypatch):
    alice = await person("alice")
    await alice.run("key.create", name="Robot", commands=["read"], expires=clock.later(timedelta(hours=1)))
    later = clock.later(timedelta(hours=2))
    assert (await accounts(adam))["alice"]["keys"] == 1
    monkeypatch.setattr(clock, "now", lambda: later)
    assert (await accounts(adam))["alice"]["keys"] == 0


async def test_no_one_gets_a_link_for_a_person_who_is_suspended(adam, person):
    await person("alice")
    await adam.run("user.suspend", username="alice", reason="Spam")
    with pytest.raises(Refused, match="conflict"):
        await adam.run("user.link", username="alice")


@pytest.mark.parametrize("command", ["user.link", "user.sign_out"])
async def test_only_admins_do_it_and_only_for_people_with_a_lower_role(adam, person, own_server, command):
    mona = await person("mona")
    await appoint(own_server.chat, "mona", "moderator")
    await person("olga")
    await appoint(own_server.chat, "olga", "owner")
    for who, username, code in (
        (mona, "alice", "forbidden"),
        (adam, "olga", "forbidden"),
        (adam, "adam", "forbidden"),
        (adam, "nobody", "not_found"),
        (adam, "system", "not_found"),
    ):
        with pytest.raises(Refused) as refused:
            await who.run(command, username=username)
        assert refused.value.code == code


async def test_admins_see_the_invitations_to_the_rooms_that_they_see_and_revoke_them(adam, person):
    alice = await person("alice")
    await alice.run("room.create", name="#open")
    await alice.run("room.create", name="#shut", access="private")
    made = {room: (await alice.run("invite.create", room=room))["invite"]["id"] for room in ("#open", "#shut")}
    listed = (await adam.run("server.invites"))["invites"]
    assert [invite["id"] for invite in listed] == [made["#open"]] and "code" not in str(listed)
    await adam.run("invite.revoke", id=made["#open"])
    with pytest.raises(Refused, match="not_found"):
        await adam.run("invite.revoke", id=made["#shut"])
    assert (await adam.run("server.invites"))["invites"] == []
