"""What a session has begun by proof ends with it: a passkey to add, an account of the provider to connect."""

from __future__ import annotations

import pyotp
import pytest

from chatrooms.identity.oidc.provider import Provider
from chatrooms.identity.passkey_commands import Passkeys
from tests.appointing import appoint
from tests.identity.authenticator import Authenticator
from tests.identity.entering import enter
from tests.identity.test_oidc import PAGE, Browser, settings
from tests.identity.test_passkeys import HERE, STRONG, add, listed
from tests.people import Person, connect
from tests.servers import running
from tests.services import oidc

OTHER = f"another {STRONG}"


async def code(person: Person, command: str, **params) -> str:
    answer = await person.client.call(command, params)
    return "fine" if answer["ok"] else answer["error"]["code"]


async def make(person: Person, origin: str, **proof) -> dict:
    """Begin to add a passkey; return what `passkey.add` takes."""
    options = (await person.run("passkey.begin", origin=origin, **proof))["options"]
    return {"credential": Authenticator().create(options, origin), "name": "Another"}


async def change_password(alice: Person) -> None:
    await alice.run("password.set", password=OTHER, current=STRONG)


async def turn_codes_on(alice: Person) -> list[str]:
    app = pyotp.TOTP((await alice.run("factor.begin", password=STRONG))["secret"])
    return (await alice.run("factor.enable", code=app.now()))["codes"]


async def turn_codes_off(alice: Person, code: str) -> None:
    await alice.run("factor.disable", password=STRONG, code=code)


async def remove_passkey(alice: Person) -> None:
    await alice.run("passkey.remove", id=(await listed(alice))[0]["id"], password=STRONG)


@pytest.fixture
async def here(tmp_path):
    async with oidc.provider(f"{PAGE}oidc") as provider, running(tmp_path, **settings(provider)) as server:
        yield server, provider


@pytest.mark.parametrize("way", [change_password, turn_codes_on, turn_codes_off, remove_passkey])
async def test_what_another_session_has_begun_ends_when_what_one_signs_in_by_changes(here, way):
    server, provider = here
    async with connect(server.url, "alice") as alice:
        if way is remove_passkey:
            options = (await alice.run("passkey.begin", origin=PAGE.rstrip("/")))["options"]
            created = Authenticator().create(options, PAGE.rstrip("/"))
            await alice.run("passkey.add", credential=created, name="Old")
        await alice.run("password.set", password=STRONG)
        codes = await turn_codes_on(alice) if way is turn_codes_off else []
        shown = {"code": codes[0]} if codes else {}
        await enter(server.url, "password", username="alice", password=STRONG, claim="t" * 43, **shown)
        async with connect(server.url, "alice", token="t" * 43) as thief:
            given = await make(thief, PAGE.rstrip("/"), password=STRONG)
            state = (await thief.run("oidc.connect", password=STRONG))["state"]
            own = await make(alice, PAGE.rstrip("/"), password=STRONG)
            await way(alice, *codes[1:2])
            assert await code(thief, "passkey.add", **given) == "invalid"
            assert await Browser(server, provider).ask("oidc.begin", connect=state) == "unauthorized"
            assert await code(alice, "passkey.add", **own) == "fine", "her own goes on"


async def connect_provider(alice: Person, browser: Browser) -> None:
    assert (await browser.sign_in(connect=(await alice.run("oidc.connect"))["state"]))["connected"]


@pytest.mark.parametrize("way", ["passkey", "provider"])
async def test_what_another_session_has_begun_without_proof_ends_when_there_is_a_first_way_to_sign_in(here, way):
    server, provider = here
    origin = PAGE.rstrip("/")
    async with connect(server.url, "alice") as alice:
        made = (await alice.run("link.create"))["link"]["code"]
        await enter(server.url, "link", code=made, claim="t" * 43)
        async with connect(server.url, "alice", token="t" * 43) as thief:
            given, state = await make(thief, origin), (await thief.run("oidc.connect"))["state"]
            if way == "passkey":
                await alice.run("passkey.add", **await make(alice, origin))
            else:
                await connect_provider(alice, Browser(server, provider))
            assert await code(thief, "passkey.add", **given) == "invalid"
            assert await Browser(server, provider).ask("oidc.begin", connect=state) == "unauthorized"


@pytest.mark.parametrize("way", [change_password, turn_codes_on])
@pytest.mark.parametrize("what", ["passkey", "provider"])
async def test_what_is_being_added_when_what_one_signs_in_by_changes_is_not(here, way, what, monkeypatch):
    server, provider = here
    async with connect(server.url, "alice") as alice:
        await alice.run("password.set", password=STRONG)
        await enter(server.url, "password", username="alice", password=STRONG, claim="t" * 43)
        async with connect(server.url, "alice", token="t" * 43) as thief:
            given = await make(thief, PAGE.rstrip("/"), password=STRONG)
            state = (await thief.run("oidc.connect", password=STRONG))["state"]
            where, step = (Passkeys, "used") if what == "passkey" else (Provider, "person")
            before = getattr(where, step)

            async def changed_then(*arguments) -> object:
                found = await before(*arguments)
                await way(alice)
                return found

            monkeypatch.setattr(where, step, changed_then)
            if what == "passkey":
                assert await code(thief, "passkey.add", **given) == "invalid"
            else:
                assert await Browser(server, provider).sign_in(connect=state) == "unauthorized"
        assert not await listed(alice) and (await alice.run("oidc.get"))["account"] is None


async def test_a_session_that_lacks_a_second_factor_by_now_connects_nothing(tmp_path):
    async with (
        oidc.provider(f"{PAGE}oidc") as provider,
        running(tmp_path, **settings(provider, require_second_factor="admins")) as server,
        connect(server.url, "alice") as alice,
    ):
        await alice.run("passkey.add", **await make(alice, PAGE.rstrip("/")))
        await alice.run("password.set", password=STRONG)
        await enter(server.url, "password", username="alice", password=STRONG, claim="t" * 43)
        async with connect(server.url, "alice", token="t" * 43) as thief:
            state = (await thief.run("oidc.connect", password=STRONG))["state"]
            await appoint(server.chat, "alice", "admin")
        provider.person["amr"] = ["mfa"]
        assert await Browser(server, provider).sign_in(connect=state) == "second_factor_required"


@pytest.mark.parametrize("turned", [False, True])
async def test_a_session_that_begins_anew_does_not_keep_what_it_had_begun(person, turned):
    alice = await person("alice")
    stolen, own = await add(alice), await add(alice, name="Laptop")
    assert await stolen.sign_in(claim="t" * 43) == "alice"
    thief = await person("alice", token="t" * 43)
    given = await make(thief, HERE)
    if turned:
        made = (await thief.run("link.create"))["link"]["code"]
        assert (await enter(alice.url, "link", code=made, claim="t" * 43))[0] == 200
        assert await code(thief, "passkey.add", **given) == "invalid"
    assert await own.sign_in(claim="o" * 43) == "alice"
    me = await person("alice", token="o" * 43)
    await me.run("passkey.remove", id=next(each["id"] for each in await listed(me) if each["name"] == "Phone"))
    if turned:
        assert await code(thief, "passkey.add", **given) == "invalid"
    else:
        await thief.disconnected()
    assert [each["name"] for each in await listed(me)] == ["Laptop"]
