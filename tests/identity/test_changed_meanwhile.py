"""What is asked by a proof that counts no longer by the time it is done is refused: checking a proof takes time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from chatrooms.identity import fresh, passkey_commands, passwords
from chatrooms.identity.oidc import arriving
from chatrooms.identity.passwords import Passwords, Right
from tests.appointing import appoint
from tests.identity.authenticator import Authenticator
from tests.identity.entering import enter
from tests.identity.every_way import every_way
from tests.identity.test_fresh import KEY, outcomes
from tests.identity.test_ldap import SECRET
from tests.identity.test_oidc import PAGE, Browser, link
from tests.identity.test_passkeys import add, listed
from tests.identity.test_pending import OTHER, STRONG, change_password, make, remove_passkey, turn_codes_on
from tests.people import Person, connect

ORIGIN = PAGE.rstrip("/")
ASKED: dict[str, dict[str, Any]] = {
    "password.set": {"password": "velvet anchor 17"},
    "factor.begin": {},
    "factor.renew": {"code": "CODE"},
    "factor.disable": {"code": "CODE"},
    "passkey.begin": {"origin": ORIGIN},
    "passkey.remove": {"id": "PASSKEY"},
    "key.create": KEY,
    "key.rotate": {"id": "KEY"},
    "oidc.connect": {},
    "oidc.disconnect": {},
    "ldap.connect": {"there": SECRET},
    "ldap.disconnect": {},
    "server.update": {"second_factor": "nobody"},
    "user.link": {"username": "bob"},
    "user.restore": {"username": "carol"},
    "user.role": {"username": "bob", "role": "admin"},
}
"""What takes a password. A test of each that it takes one at all is in the file of its noun."""


@pytest.fixture
async def here(tmp_path):
    """A server with a provider and a directory, and alice, who owns it and has a password."""
    async with (
        every_way(tmp_path) as (server, provider),
        connect(server.url, "alice") as alice,
        connect(server.url, "bob"),
        connect(server.url, "carol"),
    ):
        await appoint(server.chat, "alice", "owner")
        await alice.run("password.set", password=STRONG)
        yield server, provider, alice


async def prepare(server, provider, alice: Person, command: str) -> None:
    """Do what is to be undone."""
    if command == "oidc.disconnect":
        await link(alice, Browser(server, provider), password=STRONG)
    if command == "ldap.disconnect":
        await alice.run("ldap.connect", there=SECRET, password=STRONG)
    if command == "server.update":
        await alice.run("server.update", second_factor="admins")
    if command == "user.restore":
        await appoint(server.chat, "carol", "admin")
        await alice.run("user.suspend", username="carol", reason="x")


@pytest.mark.parametrize("command", ASKED)
async def test_what_is_asked_by_a_password_that_is_changed_meanwhile_is_refused(here, command, monkeypatch):
    server, provider, alice = here
    codes = await turn_codes_on(alice)
    await alice.run("passkey.add", **await make(alice, ORIGIN, password=STRONG))
    key = (await alice.run("key.create", **KEY, password=STRONG))["key"]
    await prepare(server, provider, alice, command)
    ids = {"CODE": codes[1], "KEY": key["id"], "PASSKEY": (await listed(alice))[0]["id"]}
    given = {name: ids.get(value, value) if isinstance(value, str) else value for name, value in ASKED[command].items()}
    await enter(server.url, "password", username="alice", password=STRONG, code=codes[0], claim="t" * 43)
    field = "current" if command == "password.set" else "password"
    async with connect(server.url, "alice", token="t" * 43) as thief:
        after_checking(monkeypatch, lambda: change_password(alice))
        assert await outcomes(thief, {command: given}, **{field: STRONG}) == [("invalid", field)]
        assert await outcomes(thief, {command: given}, **{field: OTHER}) == [("fine", None)]


def after_checking(monkeypatch, change: Callable[[], Awaitable[object]]) -> None:
    """Let something change once the first password has been found right."""
    check, asked = Passwords.check, []

    async def changed_then(here: Passwords, *given) -> Right:
        right = await check(here, *given)
        asked.append(1)
        if len(asked) == 1:
            await change()
        return right

    monkeypatch.setattr(Passwords, "check", changed_then)


async def test_a_password_alone_is_no_longer_enough_once_codes_are_turned_on_meanwhile(here, monkeypatch):
    server, _, alice = here
    await enter(server.url, "password", username="alice", password=STRONG, claim="t" * 43)
    async with connect(server.url, "alice", token="t" * 43) as thief:
        after(monkeypatch, "require", lambda: turn_codes_on(alice))
        assert await outcomes(thief, {"key.create": KEY}, password=STRONG) == [("second_factor_required", None)]
        assert (await alice.run("key.list"))["keys"] == []


def after(monkeypatch, name: str, change: Callable[[], Awaitable[object]]) -> None:
    """Let something change once a function of `fresh` has found a proof good."""
    require = getattr(fresh, name)

    async def changed_then(*given):
        still = await require(*given)
        monkeypatch.undo()
        await change()
        return still

    monkeypatch.setattr(fresh, name, changed_then)


@pytest.mark.parametrize(("command", "field"), [("key.create", "password"), ("password.set", "current")])
async def test_a_session_alone_is_no_longer_enough_once_its_person_has_set_a_password_meanwhile(
    person, monkeypatch, command, field
):
    alice = await person("alice")
    phone = await add(alice)
    assert await phone.sign_in(claim="t" * 43) == "alice"
    thief = await person("alice", token="t" * 43)
    after(monkeypatch, "require_session", lambda: alice.run("password.set", password=STRONG))
    given = {"password.set": {"password": OTHER}, "key.create": KEY}[command]
    assert await outcomes(thief, {command: given}) == [("invalid", field)]


async def disconnect_provider(alice: Person) -> None:
    await alice.run("oidc.disconnect", password=STRONG)


async def disconnect_directory(alice: Person) -> None:
    await alice.run("ldap.disconnect", password=STRONG)


GONE = {
    "password": (passwords, change_password, "unauthorized"),
    "password alone": (passwords, turn_codes_on, "code_required"),
    "passkey": (passkey_commands, remove_passkey, "unauthorized"),
    "provider": (arriving, disconnect_provider, "unauthorized"),
    "directory": (passwords, disconnect_directory, "unauthorized"),
}


@pytest.mark.parametrize("way", GONE)
async def test_nobody_signs_in_by_what_was_right_and_is_gone_by_then(here, way, monkeypatch):
    server, provider, alice = here
    module, change, refusal = GONE[way]
    browser, key = Browser(server, provider), Authenticator()
    options = (await alice.run("passkey.begin", origin=ORIGIN, password=STRONG))["options"]
    await alice.run("passkey.add", credential=key.create(options, ORIGIN), name="Phone")
    await link(alice, browser, password=STRONG)
    await alice.run("ldap.connect", there=SECRET, password=STRONG)

    async def sign_in() -> object:
        if way == "provider":
            return await browser.sign_in()
        if way == "passkey":
            asked = (await browser.ask("passkey.challenge", origin=ORIGIN))["options"]
            return await browser.ask("session.passkey", credential=key.get(asked, ORIGIN))
        password = SECRET if way == "directory" else STRONG
        return await browser.ask("session.password", username="alice", password=password)

    assert (await sign_in())["user"]["username"] == "alice"
    begin, known = module.sign_in, []

    async def changed_then(*given, **more):
        await change(alice)
        known.extend(await sessions_of(alice))
        return await begin(*given, **more)

    monkeypatch.setattr(module, "sign_in", changed_then)
    assert await sign_in() == refusal
    assert await sessions_of(alice) == known


async def sessions_of(alice: Person) -> list[str]:
    return [each["id"] for each in (await alice.run("session.list"))["sessions"]]
