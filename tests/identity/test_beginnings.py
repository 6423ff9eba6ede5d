"""Sessions say how they began, and only some of these beginnings prove who somebody is."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args
from uuid import uuid4

import pytest
from sqlalchemy import delete, insert, update

from chatrooms import clock
from chatrooms.identity import fresh, links
from chatrooms.identity.ldap.linked import linked as of_directory
from chatrooms.identity.oidc.linked import linked as of_provider
from chatrooms.pipeline.chat import NOBODY
from chatrooms.storage.factors import passkeys
from chatrooms.storage.fields import Began
from chatrooms.storage.tables import sessions
from tests.appointing import appoint
from tests.doors import DOORS
from tests.identity.entering import enter
from tests.identity.test_fresh import KEY, STRONG, asking, outcomes
from tests.identity.test_ldap import DIRECT
from tests.identity.test_lifetimes import write
from tests.identity.test_oidc import CLIENT, PAGE
from tests.identity.test_passkeys import add
from tests.people import Person, connect
from tests.servers import RunningServer, running

FIRST = {"password.set": {"password": STRONG}}
CLAIM = "c" * 43


async def began(person: Person) -> str:
    """Return how the person's own session began."""
    (own,) = (each for each in (await person.run("session.list"))["sessions"] if each["current"])
    return own["began"]


async def of_admin(server: RunningServer) -> str:
    async with connect(server.url, "adam") as adam:
        await appoint(server.chat, "adam", "admin")
        return (await adam.run("user.link", username="alice"))["link"]["code"]


async def of_console(server: RunningServer) -> str:
    good_for = timedelta(minutes=5)
    made = await server.chat._pipeline.change(lambda act: links.make(act.db, "alice", good_for, "console"), NOBODY)
    return made["code"]


LINKS = {"admin": of_admin, "console": of_console}


async def test_sessions_say_how_they_began(person, own_server):
    setup = (await own_server.chat.owned()).code
    alice = await person("alice")
    assert await began(alice) == "join"
    phone = await add(alice)
    assert await phone.sign_in(claim="p" * 43) == "alice"
    code = (await alice.run("link.create"))["link"]["code"]
    await enter(alice.url, "link", code=code, claim="l" * 43)
    await alice.run("password.set", password=STRONG)
    await enter(alice.url, "password", username="alice", password=STRONG, claim="w" * 43)
    for claim, how in {"p": "passkey", "l": "device", "w": "password"}.items():
        assert await began(await person("alice", token=claim * 43)) == how
    status, answer, _ = await enter(alice.url, "setup", code=setup, username="olga", password=STRONG, claim="o" * 43)
    assert status == 200, answer
    assert await began(await person("olga", token="o" * 43)) == "setup"


@pytest.mark.parametrize("maker", LINKS)
async def test_a_link_from_an_admin_or_the_console_is_no_proof(person, own_server, maker):
    alice = await person("alice")
    await alice.run("key.create", **KEY)
    await add(alice)
    asked = await asking(alice)
    await enter(alice.url, "link", code=await LINKS[maker](own_server), claim=CLAIM)
    helped = await person("alice", token=CLAIM)
    assert await began(helped) == maker
    assert await outcomes(helped, asked | FIRST) == [("forbidden", None)] * 5
    assert await outcomes(alice, FIRST) == [("fine", None)]
    assert await outcomes(helped, asked | FIRST) == [("invalid", "password")] * 4 + [("invalid", "current")]
    off = {"factor.disable": {"code": "000000"}, "factor.begin": {}}
    assert await outcomes(helped, off, password="wrong") == [("invalid", "password")] * 2


@pytest.mark.parametrize("maker", LINKS)
async def test_a_link_brings_back_somebody_who_has_nothing_else(person, own_server, maker):
    await person("alice")
    await enter(own_server.url, "link", code=await LINKS[maker](own_server), claim=CLAIM)
    assert await outcomes(await person("alice", token=CLAIM), FIRST) == [("fine", None)]


async def test_whoever_takes_a_name_that_another_guest_has_proves_nothing_about_it(tmp_path):
    claiming = {"username": "alice", "claim": CLAIM}
    async with (
        running(tmp_path, guests="open") as server,
        connect(server.url, "alice") as alice,
        connect(server.url, "alice", auth=claiming) as another,
    ):
        await add(alice)
        assert await began(another) == "join"
        assert await outcomes(another, FIRST) == [("forbidden", None)]
        assert await outcomes(alice, FIRST) == [("fine", None)]


async def test_an_approval_is_no_proof_of_who_asked_weeks_ago(own_server, person):
    olga = await person("olga")
    await appoint(own_server.chat, "olga", "owner")
    await olga.run("server.update", sign_up="approval")
    await enter(olga.url, "apply", username="alice", about="Alice", claim=CLAIM)
    (applicant,) = (await olga.run("applicant.list"))["applicants"]
    assert (applicant["proof"], applicant["label"]) == (None, "")
    await olga.run("applicant.approve", id=applicant["id"])
    alice = await person("alice", token=CLAIM)
    assert await began(alice) == "approval"
    await add(alice)  # it is all that proves the name until then
    assert await outcomes(alice, FIRST) == [("forbidden", None)]


async def test_moderators_see_how_a_person_signs_in_and_where(own_server, person):
    alice, mia = await person("alice"), await person("mia")
    await appoint(own_server.chat, "mia", "moderator")
    phone = await add(alice)
    await phone.sign_in(claim="p" * 43)
    await alice.run("password.set", password=STRONG)
    await alice.run("key.create", **KEY, password=STRONG)
    shown = await mia.run("user.show", username="alice")
    assert shown["ways"] == {
        "password": True,
        "second_factor": False,
        "passkeys": 1,
        "provider": None,
        "directory": False,
        "keys": 1,
    }
    assert sorted(place["began"] for place in shown["sessions"]) == ["join", "passkey"]


ISSUER = "https://login.example.org"
ELSEWHERE = {"url": PAGE, "oidc_issuer": ISSUER, "oidc_client_id": CLIENT, "ldap_url": "ldaps://ldap.example.org"}
PROVING = {"passkey": passkeys, "provider": of_provider, "directory": of_directory}
"""How a session begins that proves who has no password, and where that is stored."""
PHONE = str(uuid4())
HOWS = sorted(get_args(get_args(Began.__value__)[0]))


@pytest.fixture
async def alice(tmp_path):
    """Somebody whom a passkey, the provider and the directory sign in; she keeps the server where she is."""
    async with running(tmp_path, **ELSEWHERE, **DIRECT) as server, connect(server.url, "alice") as alice:
        alice.server = server
        own = {"username": "alice", "created_at": clock.now()}
        key = {"id": PHONE, "handle": "x", "name": "Phone", "credential_id": "x", "public_key": b"x", "sign_count": 0}
        await write(server, insert(passkeys).values(own | key))
        await write(server, insert(of_provider).values(own | {"issuer": ISSUER, "subject": "1", "label": "alice"}))
        await write(server, insert(of_directory).values(own))
        yield alice


async def proves(alice: Person, how: str, minutes: float = 0) -> bool:
    """Return whether alice's session is proof that began some minutes ago."""
    began = {"began": how, "created_at": clock.ago(minutes=minutes)}
    await write(alice.server, update(sessions).values(began))
    (outcome,) = await outcomes(alice, {"key.create": KEY})
    assert outcome in (("fine", None), ("forbidden", None))
    return outcome[0] == "fine"


@pytest.mark.parametrize("how", HOWS)
async def test_only_what_signs_in_by_itself_begins_sessions_that_are_proof(alice, how):
    assert await proves(alice, how) == (how in {*PROVING, "password"})


async def test_who_was_signed_in_at_the_provider_before_is_told_to_sign_out_there_too(alice):
    for how, told in (("single_sign_on", fresh.ASKED_BEFORE), ("device", fresh.STALE)):
        await write(alice.server, update(sessions).values(began=how))
        assert (await DOORS["socket"](alice, "key.create", KEY))["error"]["message"] == told


@pytest.mark.parametrize("how", PROVING)
async def test_a_session_is_proof_for_ten_minutes_and_not_before_it_began(alice, how):
    asked = {-11: False, -9: True, 9: True, 11: False}
    assert {minutes: await proves(alice, how, minutes) for minutes in asked} == asked


@pytest.mark.parametrize("how", PROVING)
async def test_a_session_is_no_proof_once_what_began_it_signs_in_no_longer(alice, how):
    await write(alice.server, delete(PROVING[how]))
    assert {each: await proves(alice, each) for each in PROVING} == {each: each != how for each in PROVING}


ENDING = {
    "passkey": ("passkey.remove", {"id": PHONE}),
    "provider": ("oidc.disconnect", {}),
    "directory": ("ldap.disconnect", {}),
}


@pytest.mark.parametrize("how", ENDING)
async def test_what_signs_in_no_longer_ends_what_it_has_begun_elsewhere_of_late(alice, how):
    """Within ten minutes it may have begun to add something, which takes ten more."""
    for began, minutes in ((how, 19), (how, 21), ("password", 0)):
        row = {"id": f"{began} {minutes}", "token_hash": f"{began} {minutes}", "username": "alice", "agent": ""}
        at = {"created_at": clock.ago(minutes=minutes), "seen_at": clock.now(), "began": began}
        await write(alice.server, insert(sessions).values(row | at))
    command, given = ENDING[how]
    await alice.run(command, **given)
    left = (await alice.run("session.list"))["sessions"]
    assert sorted(each["id"] for each in left if not each["current"]) == sorted([f"{how} 21", "password 0"])


async def test_sessions_are_listed_with_the_last_used_first(alice):
    for hours in (3, 1, 2):
        row = {"id": f"{hours}", "token_hash": f"{hours}", "username": "alice", "agent": "", "began": "device"}
        at = clock.ago(hours=hours)
        await write(alice.server, insert(sessions).values(row | {"created_at": at, "seen_at": at}))
    listed = (await alice.run("session.list"))["sessions"]
    assert [each["id"] for each in listed if not each["current"]] == ["1", "2", "3"] and listed[0]["current"]
