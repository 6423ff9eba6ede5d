"""A session that somebody else holds makes and removes nothing that signs in later: that takes fresh proof."""

from __future__ import annotations

import asyncio
import logging
import threading
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import update

from chatrooms import clock
from chatrooms.features import roles
from chatrooms.identity import fresh
from chatrooms.pipeline.chat import NOBODY
from chatrooms.storage import facts
from chatrooms.storage.tables import sessions
from tests.appointing import appoint
from tests.doors import DOORS
from tests.identity.authenticator import Authenticator
from tests.identity.entering import enter
from tests.identity.test_lifetimes import write
from tests.identity.test_passkeys import HERE, STRONG, add, listed
from tests.people import PATIENCE, Person

KEY = {"name": "x", "commands": ["read"]}


async def asking(alice: Person) -> dict[str, dict]:
    """Return commands that take fresh proof, with parameters that are right otherwise."""
    keys, passkeys = (await alice.run("key.list"))["keys"], await listed(alice)
    return {
        "key.create": KEY,
        "key.rotate": {"id": keys[0]["id"]},
        "passkey.begin": {"origin": HERE},
        "passkey.remove": {"id": passkeys[0]["id"], "even_last": True},
    }


async def outcomes(person: Person, asked: dict[str, dict], door: str = "socket", **proof) -> list[tuple]:
    """Run each; return the codes of the refusals, and their fields."""
    answers = [await DOORS[door](person, command, params | proof) for command, params in asked.items()]
    return [
        ("fine", None) if answer["ok"] else (answer["error"]["code"], answer["error"]["details"].get("field"))
        for answer in answers
    ]


@pytest.fixture
async def alice(person):
    alice = await person("alice")
    await alice.run("key.create", **KEY)
    await add(alice)
    return alice


@pytest.mark.parametrize("door", DOORS)
async def test_with_a_password_it_takes_the_password(alice, door):
    await alice.run("password.set", password=STRONG)
    asked = await asking(alice)
    assert await outcomes(alice, asked, door) == [("invalid", "password")] * 4
    assert await outcomes(alice, asked, door, password="wrong") == [("invalid", "password")] * 4
    assert len((await alice.run("key.list"))["keys"]) == len(await listed(alice)) == 1
    assert await outcomes(alice, asked, door, password=STRONG) == [("fine", None)] * 4
    await _is_done(alice, asked)


async def _is_done(alice: Person, asked: dict[str, dict]) -> None:
    """Look whether the commands did what they say: a key was made, another replaced, and the passkey removed."""
    keys = [key["id"] for key in (await alice.run("key.list"))["keys"]]
    assert len(keys) == 2 and asked["key.rotate"]["id"] not in keys
    assert await listed(alice) == []


async def test_with_codes_it_takes_a_session_in_which_one_was_shown(alice, person):
    await alice.run("password.set", password=STRONG)
    await enter(alice.url, "password", username="alice", password=STRONG, claim="b" * 43)
    before = await person("alice", token="b" * 43)
    app = pyotp.TOTP((await alice.run("factor.begin", password=STRONG))["secret"])
    codes = (await alice.run("factor.enable", code=app.now()))["codes"]
    setting = {"password.set": {"password": f"another {STRONG}", "current": STRONG}}
    asked = await asking(alice)
    assert await outcomes(before, asked, password=STRONG) == [("second_factor_required", None)] * 4
    assert await outcomes(before, setting) == [("second_factor_required", None)]
    await before.run("factor.show", code=codes[0])
    assert await outcomes(before, asked, password=STRONG) == [("fine", None)] * 4
    await _is_done(alice, asked)
    assert await outcomes(before, setting) == [("fine", None)]
    renewed = {"username": "alice", "password": setting["password.set"]["password"], "code": codes[1]}
    assert (await enter(alice.url, "password", **renewed))[0] == 200


async def test_wrong_passwords_are_counted(alice):
    await alice.run("password.set", password=STRONG)
    tries = [(await outcomes(alice, {"key.create": KEY}, password="wrong"))[0][0] for _ in range(21)]
    assert tries == ["invalid"] * 20 + ["rate_limited"]
    assert await outcomes(alice, {"key.create": KEY}, password=STRONG) == [("rate_limited", None)]


async def test_a_passkey_is_added_only_with_the_options_that_took_the_password(alice, person):
    await alice.run("password.set", password=STRONG)
    options = (await alice.run("passkey.begin", origin=HERE, password=STRONG))["options"]
    credential = Authenticator().create(options, HERE)
    foreign = Authenticator().create(options | {"challenge": "A" * 43}, HERE)
    added = {"name": "Second"}
    assert await outcomes(alice, {"passkey.add": added | {"credential": foreign}}) == [("invalid", "credential")]
    assert await outcomes(alice, {"passkey.add": added | {"credential": credential}}) == [("fine", None)]
    assert "Second" in [each["name"] for each in await listed(alice)]


async def test_with_passkeys_alone_it_takes_a_session_that_one_of_them_has_just_begun(person, monkeypatch):
    alice = await person("alice")
    await alice.run("key.create", **KEY)
    phone = await add(alice)
    asked = await asking(alice)
    by_link = (await alice.run("link.create"))["link"]["code"]
    await enter(alice.url, "link", code=by_link, claim="l" * 43)
    linked = await person("alice", token="l" * 43)
    assert await outcomes(linked, asked) == [("forbidden", None)] * 4  # any session makes links
    assert await phone.sign_in(claim="p" * 43) == "alice"
    signed_in = await person("alice", token="p" * 43)
    assert await outcomes(signed_in, {"key.create": KEY, "passkey.begin": {"origin": HERE}}) == [("fine", None)] * 2
    monkeypatch.setattr(fresh, "GOOD_MINUTES", 0)
    assert await outcomes(alice, asked) == await outcomes(signed_in, asked) == [("forbidden", None)] * 4


async def test_what_a_passkey_has_just_begun_ends_when_one_is_removed(person):
    alice = await person("alice")
    stolen, own = await add(alice), await add(alice, name="Laptop")
    assert await stolen.sign_in(claim="s" * 43) == await own.sign_in(claim="o" * 43) == "alice"
    thief, alice = await person("alice", token="s" * 43), await person("alice", token="o" * 43)
    first = next(each for each in await listed(alice) if each["name"] != "Laptop")
    assert await outcomes(alice, {"passkey.remove": {"id": first["id"]}}) == [("fine", None)]
    await thief.disconnected()
    assert len((await alice.run("session.list"))["sessions"]) == 2


async def test_with_neither_the_token_is_all_there_is(person, monkeypatch):
    monkeypatch.setattr(fresh, "GOOD_MINUTES", 0)
    alice = await person("alice")
    await alice.run("key.create", **KEY)
    await add(alice)
    assert await outcomes(alice, {"key.create": KEY}) == [("forbidden", None)]


@pytest.mark.parametrize("door", DOORS)
async def test_a_first_password_takes_a_session_that_a_passkey_has_just_begun(person, door, monkeypatch):
    alice = await person("alice")
    phone = await add(alice)
    by_link = (await alice.run("link.create"))["link"]["code"]
    await enter(alice.url, "link", code=by_link, claim="l" * 43)
    linked = await person("alice", token="l" * 43)
    first = {"password.set": {"password": STRONG}}
    assert await outcomes(linked, first, door) == [("forbidden", None)]
    assert await alice.run("password.get") == {"changed_at": None}
    assert await phone.sign_in(claim="p" * 43) == "alice"
    signed_in = await person("alice", token="p" * 43)
    with monkeypatch.context() as later:
        later.setattr(fresh, "GOOD_MINUTES", 0)
        assert await outcomes(signed_in, first, door) == [("forbidden", None)]
    assert await outcomes(signed_in, first, door) == [("fine", None)]


@pytest.mark.parametrize("door", DOORS)
async def test_power_over_others_is_given_by_fresh_proof_and_taken_without(person, own_server, door):
    olga, bob, adam = [await person(name) for name in ("olga", "bob", "adam")]
    await appoint(own_server.chat, "olga", "owner")
    await appoint(own_server.chat, "adam", "admin")
    for each in (olga, adam):
        await each.run("password.set", password=STRONG)
    rising = {"user.role": {"username": "bob", "role": "moderator"}}
    assert await outcomes(olga, rising, door) == [("invalid", "password")]
    assert await outcomes(olga, rising, door, password="wrong") == [("invalid", "password")]
    assert (await bob.run("user.me"))["user"]["role"] == "member"
    assert await outcomes(olga, rising, door, password=STRONG) == [("fine", None)]
    assert (await bob.run("user.me"))["user"]["role"] == "moderator"
    for role in ("moderator", "guest", "member"):
        assert await outcomes(olga, {"user.role": {"username": "bob", "role": role}}, door) == [("fine", None)]
    too_high = {"user.role": {"username": "bob", "role": "owner"}}
    assert await outcomes(adam, too_high, door) == [("forbidden", None)]  # what one may not do takes no password
    assert await outcomes(bob, too_high, door) == [("forbidden", None)]


async def test_an_owner_with_passkeys_alone_gives_power_by_having_just_signed_in(person, own_server, monkeypatch):
    olga, bob = await person("olga"), await person("bob")
    await appoint(own_server.chat, "olga", "owner")
    phone = await add(olga)
    rising = {"user.role": {"username": "bob", "role": "owner"}}
    by_link = (await olga.run("link.create"))["link"]["code"]
    await enter(olga.url, "link", code=by_link, claim="l" * 43)
    assert await outcomes(await person("olga", token="l" * 43), rising) == [("forbidden", None)]
    assert (await bob.run("user.me"))["user"]["role"] == "member"
    assert await phone.sign_in(claim="p" * 43) == "olga"
    signed_in = await person("olga", token="p" * 43)
    with monkeypatch.context() as later:
        later.setattr(fresh, "GOOD_MINUTES", 0)
        assert await outcomes(signed_in, rising) == [("forbidden", None)]
    await write(own_server, update(sessions).values(created_at=clock.later(timedelta(days=1))))
    assert await outcomes(signed_in, rising) == [("forbidden", None)]  # the clock was wrong when it began
    await write(own_server, update(sessions).values(created_at=clock.now()))
    assert await outcomes(signed_in, rising) == [("fine", None)]
    assert (await bob.run("user.me"))["user"]["role"] == "owner"


async def test_somebody_with_nothing_else_sets_a_first_password_at_any_time(person, monkeypatch):
    monkeypatch.setattr(fresh, "GOOD_MINUTES", 0)
    alice = await person("alice")
    assert await outcomes(alice, {"password.set": {"password": STRONG}}) == [("fine", None)]


@pytest.mark.parametrize("door", DOORS)
async def test_a_session_of_an_admin_makes_no_link_for_others_by_itself(person, own_server, door):
    adam, alice = await person("adam"), await person("alice")
    await adam.run("password.set", password=STRONG)
    await appoint(own_server.chat, "adam", "admin")
    asked = {"user.link": {"username": "alice", "forget_password": True}}
    assert await outcomes(adam, asked, door) == [("invalid", "password")]
    assert await outcomes(adam, asked, door, password="wrong") == [("invalid", "password")]
    assert (await alice.run("user.me"))["user"]["username"] == "alice"  # nothing of hers was removed
    assert await outcomes(alice, asked, door) == [("forbidden", None)]  # before they are asked who they are
    assert await outcomes(adam, asked, door, password=STRONG) == [("fine", None)]
    await alice.disconnected()


@pytest.mark.parametrize("door", DOORS)
async def test_a_suspended_admin_is_restored_by_fresh_proof_and_others_without(person, own_server, door):
    olga, _, _ = [await person(name) for name in ("olga", "adam", "bob")]
    await olga.run("password.set", password=STRONG)
    await appoint(own_server.chat, "olga", "owner")
    await appoint(own_server.chat, "adam", "admin")
    for username in ("adam", "bob"):
        await olga.run("user.suspend", username=username, reason="Spam")
    assert await outcomes(olga, {"user.restore": {"username": "bob"}}, door) == [("fine", None)]
    restoring = {"user.restore": {"username": "adam"}}
    assert await outcomes(olga, restoring, door) == [("invalid", "password")]
    assert [each["user"]["username"] for each in await suspended(olga)] == ["adam"]
    assert await outcomes(olga, restoring, door, password=STRONG) == [("fine", None)]
    assert await suspended(olga) == []


async def suspended(olga) -> list:
    return (await olga.run("server.people", suspended=True))["people"]


async def test_a_session_of_an_owner_requires_a_second_factor_of_more_but_not_of_fewer(person, own_server, caplog):
    olga = await person("olga")
    await olga.run("password.set", password=STRONG)
    app = pyotp.TOTP((await olga.run("factor.begin", password=STRONG))["secret"])
    await olga.run("factor.enable", code=app.now())
    await appoint(own_server.chat, "olga", "owner")
    more, fewer = ({"server.update": {"second_factor": of}} for of in ("everybody", "admins"))
    assert await outcomes(olga, more) == [("fine", None)]
    assert await outcomes(olga, fewer) == await outcomes(olga, fewer, password="wrong") == [("invalid", "password")]
    assert (await olga.run("server.get"))["second_factor"] == "everybody"
    with caplog.at_level(logging.INFO):
        assert await outcomes(olga, fewer, password=STRONG) == [("fine", None)]
    assert (await olga.run("server.get"))["second_factor"] == "admins"
    assert "changed the server" in caplog.text and STRONG not in caplog.text
    await own_server.chat._pipeline.change(lambda act: facts.choose_second_factor(act.db, "everybody"), NOBODY)
    assert await outcomes(olga, fewer) == [("conflict", "second_factor")]  # another server has required it of more


async def test_the_application_gives_roles_as_somebody_who_has_a_password_here(person, own_server):
    olga, bob = await person("olga"), await person("bob")
    await olga.run("password.set", password=STRONG)
    await appoint(own_server.chat, "olga", "owner")
    await own_server.chat.run("user.role", {"username": "bob", "role": "moderator"}, username="olga")
    assert (await bob.run("user.me"))["user"]["role"] == "moderator"


async def test_a_role_that_was_taken_at_that_moment_does_not_come_back_without_proof(person, own_server, monkeypatch):
    olga, bob = await person("olga"), await person("bob")
    await olga.run("password.set", password=STRONG)
    await appoint(own_server.chat, "olga", "owner")
    await appoint(own_server.chat, "bob", "admin")
    looked, require_appointer = threading.Event(), roles.require_appointer

    def look(*given):
        found = require_appointer(*given)
        looked.set()
        return found

    def take(act) -> None:
        looked.wait(PATIENCE)
        roles.store(act.db, "bob", "member")

    monkeypatch.setattr(roles, "require_appointer", look)
    taking = asyncio.create_task(own_server.chat._pipeline.change(take, NOBODY, "bob"))
    assert await outcomes(olga, {"user.role": {"username": "bob", "role": "admin"}}) == [("conflict", "role")]
    await taking
    assert (await bob.run("user.me"))["user"]["role"] == "member"
