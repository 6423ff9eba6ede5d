"""The log says what people change of how they sign in, and what admins decide, each in a line of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pyotp
import pytest

from tests.appointing import appoint
from tests.identity.entering import enter
from tests.identity.test_fresh import KEY
from tests.identity.test_ldap import DIRECT, SECRET
from tests.identity.test_oidc import PAGE, Browser, link, settings
from tests.identity.test_passkeys import listed
from tests.identity.test_pending import OTHER, STRONG, make
from tests.people import connect
from tests.servers import running
from tests.services import ldap, oidc


@pytest.fixture
def noted(caplog) -> Callable[[], list[str]]:
    """Return what returns the lines about alice since it was called last."""
    caplog.set_level(logging.INFO, "chatrooms.pipeline")

    def lines() -> list[str]:
        whole = [record.getMessage() for record in caplog.records]
        caplog.clear()
        begin = "'alice' from 127.0.0.1 "
        return [line.removeprefix(begin) for line in whole if line.startswith(begin)]

    return lines


async def test_what_people_change_of_how_they_sign_in(person, noted):
    alice = await person("alice")
    made = await make(alice, "http://localhost:8000")
    await alice.run("passkey.add", **made | {"name": "Phone"})
    await alice.run("password.set", password=STRONG)
    codes = await first_codes(alice)
    codes = await first_codes(alice)
    codes = (await alice.run("factor.renew", password=STRONG, code=codes[0]))["codes"]
    await alice.run("factor.disable", password=STRONG, code=codes[0])
    await alice.run("passkey.remove", id=(await listed(alice))[0]["id"], password=STRONG)
    await alice.run("password.set", password=OTHER, current=STRONG)
    await alice.run("session.revoke_others")
    assert noted() == [
        "added the passkey 'Phone'",
        "set a password",
        "turned codes on",
        "moved codes to another app",
        "made recovery codes anew",
        "turned codes off",
        "removed a passkey",
        "set a password",
        "ended all other sessions",
    ]


async def first_codes(alice) -> list[str]:
    app = pyotp.TOTP((await alice.run("factor.begin", password=STRONG))["secret"])
    return (await alice.run("factor.enable", code=app.now()))["codes"]


async def test_the_keys_that_they_make_replace_and_end(person, noted):
    alice = await person("alice")
    key = (await alice.run("key.create", **KEY | {"name": "Robot"}))["key"]
    key = (await alice.run("key.rotate", id=key["id"]))["key"]
    await alice.run("key.revoke", id=key["id"])
    assert noted() == ["made the key 'Robot'", "replaced the key 'Robot'", "ended the key 'Robot'"]


async def test_the_provider_and_the_directory_that_they_connect_and_disconnect(tmp_path, noted):
    async with (
        oidc.provider(f"{PAGE}oidc") as provider,
        ldap.directory(alice=SECRET) as directory,
        running(tmp_path, **settings(provider, ldap_url=directory.url, **DIRECT)) as server,
        connect(server.url, "alice") as alice,
    ):
        await alice.run("password.set", password=STRONG)
        noted()
        await link(alice, Browser(server, provider), password=STRONG)
        await alice.run("ldap.connect", there=SECRET, password=STRONG)
        for each in ("oidc.disconnect", "ldap.disconnect"):
            await alice.run(each, password=STRONG)
        assert noted() == [
            "connected the provider's account 'alice'",
            "connected the directory",
            "disconnected the provider",
            "disconnected the directory",
        ]


async def test_what_an_owner_changes_of_the_server_and_whom_they_let_in(person, own_server, noted):
    alice = await person("alice")
    await appoint(own_server.chat, "alice", "owner")
    await alice.run("server.update", name="Acme", sign_up="approval")
    for name in ("bob", "carol"):
        await enter(alice.url, "apply", username=name, about="x", claim=name.ljust(43, "."))
    bob, carol = (await alice.run("applicant.list"))["applicants"]
    await alice.run("applicant.approve", id=bob["id"])
    await alice.run("applicant.decline", id=carol["id"])
    given = {"name": "Acme", "sign_up": "approval"}
    assert noted() == [f"changed the server: {given!r}", "approved 'bob'", "declined 'carol'"]
