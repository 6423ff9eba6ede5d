"""What two nodes do to one person at the same moment: the second waits for the first, and sees what it has done."""

from __future__ import annotations

import asyncio
import secrets
import time
from contextlib import suppress
from typing import Any

import pyotp
import pytest
from sqlalchemy import select

from chatrooms.cli.database.links import sign_in
from chatrooms.cli.opening import Unable
from chatrooms.features import groups, roles
from chatrooms.identity import invites, links, removing, service_keys, sessions, suspensions, totp, tries
from chatrooms.storage.tables import group_members
from tests.appointing import appoint
from tests.identity.entering import enter, whose

PASSWORD = "umbrella cactus 42"


@pytest.fixture
def bus() -> str:
    """Run the nodes with one bus: the database alone keeps them apart."""
    return ""


async def test_who_signs_in_while_they_are_suspended_is_signed_in_nowhere(on, nodes, at_once):
    mona, alice = await on(0, "mona"), await on(1, "alice")
    await appoint(nodes[0].chat, "mona", "moderator")
    await alice.run("password.set", password=PASSWORD)
    signing_in = enter(nodes[1].url, "password", username="alice", password=PASSWORD)
    suspending = mona.run("user.suspend", username="alice", reason="Spam")
    (_, _, cookie), suspended = await at_once(suspensions, "require_none", signing_in, suspending)
    assert suspended["suspension"]["reason"] == "Spam"
    assert [await whose(node.url, cookie) for node in nodes] == [None, None]
    await mona.run("user.restore", username="alice")
    assert [await whose(node.url, cookie) for node in nodes] == [None, None]


async def test_two_owners_who_take_each_other_s_role_leave_one(on, nodes, at_once):
    people = [await on(node, name) for node, name in enumerate(("olga", "oscar"))]
    for person in people:
        await appoint(nodes[0].chat, person.name, "owner")
    olga, oscar = people
    ending = (
        olga.run("user.role", username="oscar", role="member"),
        oscar.run("user.role", username="olga", role="member"),
    )
    await at_once(roles, "require_other_owner", *ending)
    assert len(await nodes[0].chat._pipeline.lookup(roles.owners)) == 1


async def test_tries_at_two_nodes_count_together(on, nodes, at_once):
    await on(0, "alice")
    first, second = (enter(node.url, "password", username="alice", password="wrong") for node in nodes)
    answers = await at_once(tries, "_due", first, second)
    assert [answer["error"]["code"] for _, answer, _ in answers] == ["unauthorized", "unauthorized"]
    of_both = select(tries.tries.c.due).where(tries.tries.c.key.startswith("both alice "))
    due = await nodes[0].chat._pipeline.lookup(lambda db: db.scalar(of_both))
    assert due - time.time() > 100  # each try takes 90 seconds


async def test_a_link_signs_in_once_at_all_nodes(on, nodes, at_once):
    alice = await on(0, "alice")
    code = (await alice.run("link.create"))["link"]["code"]
    first, second = (enter(node.url, "link", code=code) for node in nodes)
    answers = await at_once(links, "drop", first, second)
    assert sorted(status for status, _, _ in answers) == [200, 401]


async def test_a_code_counts_once_at_all_nodes(on, nodes, at_once):
    alice = await on(0, "alice")
    await alice.run("password.set", password=PASSWORD)
    app = pyotp.TOTP((await alice.run("factor.begin", password=PASSWORD))["secret"])
    await alice.run("factor.enable", code=app.now())
    code = app.at(totp._now() * totp.SECONDS + totp.SECONDS)  # the next one, which a clock may show already
    given = {"username": "alice", "password": PASSWORD, "code": code}
    first, second = (enter(node.url, "password", **given) for node in nodes)
    answers = await at_once(totp, "_step_of", first, second)
    assert sorted(status for status, _, _ in answers) == [200, 401]


@pytest.mark.parametrize(
    ("making", "params"),
    [("link.create", {}), ("user.link", {"username": "bob"}), ("invite.create", {"room": "#lobby"})],
)
async def test_a_session_that_ends_makes_no_link_at_another_node(on, nodes, at_once, making, params):
    alice, claim = await on(0, "alice"), secrets.token_urlsafe(32)
    await on(0, "bob")
    await appoint(nodes[0].chat, "alice", "admin")
    code = (await alice.run("link.create"))["link"]["code"]
    await enter(nodes[1].url, "link", code=code, claim=claim)
    thief = await on(1, "alice", token=claim)
    await at_once(service_keys, "forget", alice.run("session.revoke_others"), thief.run(making, **params))
    assert await nodes[0].chat._pipeline.lookup(lambda db: db.scalar(select(links.links.c.username))) is None
    assert await nodes[0].chat._pipeline.lookup(lambda db: invites.in_room(db, "#lobby", None)) == []


async def test_the_console_forgets_the_key_that_a_thief_makes_meanwhile(on, nodes, at_once):
    thief = await on(0, "alice")

    def forget() -> Any:
        """Ask again, as one does at a console that says that the database is busy."""
        while True:
            with suppress(Unable):
                return sign_in(nodes[0].chat.settings, "alice", 5, forget_password=True)

    forgetting = asyncio.to_thread(forget)
    making = thief.run("key.create", name="For ever", commands=["read"])
    _, link = await at_once(sessions, "alive", making, forgetting)
    assert link["url"] and not await nodes[0].chat._pipeline.lookup(lambda db: service_keys.of_person(db, "alice"))


@pytest.mark.parametrize("command", ["group.create", "group.update"])
async def test_who_is_removed_while_they_are_added_to_a_group_is_in_none(on, nodes, at_once, command):
    mona, _ = await on(0, "mona"), await on(1, "bob")
    await appoint(nodes[0].chat, "mona", "owner")
    made = await mona.run("group.create", name="Crew")
    given = {
        "group.create": {"name": "Team", "members": ["bob"]},
        "group.update": {"id": made["group"]["id"], "add": ["bob"]},
    }
    adding = mona.run(command, **given[command])
    await at_once(groups, "reachable", adding, removing.remove(nodes[1].chat._pipeline, "bob"))
    assert await nodes[0].chat._pipeline.lookup(lambda db: db.execute(select(group_members)).all()) == []
