"""Connecting the provider or the directory to somebody who is signed in, and disconnecting it: what comes of it."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from sqlalchemy import update

from chatrooms import clock
from chatrooms.identity import tries
from chatrooms.identity.ldap.linked import linked
from tests.identity.entering import enter
from tests.identity.test_fresh import KEY, outcomes
from tests.identity.test_ldap import DIRECT, SECRET, sign_in
from tests.identity.test_lifetimes import write
from tests.identity.test_oidc import PAGE, Browser, began, link, settings, token_of
from tests.identity.test_pending import STRONG, code, make, turn_codes_on
from tests.people import connect
from tests.servers import running
from tests.services import ldap, oidc

ORIGIN = PAGE.rstrip("/")


@pytest.fixture
async def here(tmp_path):
    async with (
        oidc.provider(f"{PAGE}oidc") as provider,
        ldap.directory(alice=SECRET, álice=SECRET) as directory,
        running(tmp_path, **settings(provider, ldap_url=directory.url, **DIRECT)) as server,
        connect(server.url, "alice") as alice,
    ):
        yield server, provider, alice


async def test_connecting_is_no_signing_in_and_notes_whether_the_provider_tells_times(here):
    server, provider, alice = here
    await link(alice, Browser(server, provider))
    assert (await alice.run("oidc.get"))["account"]["used_at"] is None
    provider.signed_in_at = time.time() - 8 * 3600
    assert await began(server, Browser(server, provider), "alice", without="max_age") == "single_sign_on"
    assert (await alice.run("oidc.get"))["account"]["used_at"]


async def test_a_second_factor_that_was_shown_here_outlives_the_provider(here):
    server, provider, alice = here
    await alice.run("password.set", password=STRONG)
    await link(alice, Browser(server, provider), password=STRONG)
    await turn_codes_on(alice)
    await alice.run("oidc.disconnect", password=STRONG)
    assert await outcomes(alice, {"key.create": KEY}, password=STRONG) == [("fine", None)]


async def test_a_session_that_the_provider_began_goes_on_without_what_it_has_begun(here):
    server, provider, alice = here
    await alice.run("password.set", password=STRONG)
    browser = Browser(server, provider)
    await link(alice, browser, password=STRONG)
    await browser.sign_in(anew=True)
    async with connect(server.url, "alice", token=token_of(browser, "alice")) as there:
        given = await make(there, ORIGIN, password=STRONG)
        await there.run("oidc.disconnect", password=STRONG)
        assert await code(there, "passkey.add", **given) == "invalid"


async def test_a_name_that_the_directory_may_take_for_one_that_came_long_ago_is_not_connected(here):
    server, _, alice = here
    assert await sign_in(server, "álice") == "álice"
    await write(server, update(linked).values(created_at=clock.ago(minutes=2), entry=None))
    assert await code(alice, "ldap.connect", there=SECRET) == "name_taken"
    await write(server, update(linked).values(created_at=clock.later(timedelta(0))))
    assert await code(alice, "ldap.connect", there=SECRET) == "name_taken"


@pytest.mark.parametrize(("there", "then"), [(SECRET, 200), ("wrong", 429)])
async def test_wrong_passwords_of_the_directory_count_as_tries_to_sign_in_and_right_ones_do_not(
    here, monkeypatch, there, then
):
    server, _, alice = here
    monkeypatch.setattr(tries, "OF_BOTH", "1/hour")
    assert await code(alice, "ldap.connect", there=there) == ("fine" if then == 200 else "invalid")
    await alice.run("password.set", password=STRONG)
    assert (await enter(server.url, "password", username="alice", password=STRONG))[0] == then


async def test_what_another_session_has_begun_without_proof_ends_when_the_directory_is_connected(here):
    server, _, alice = here
    made = (await alice.run("link.create"))["link"]["code"]
    await enter(server.url, "link", code=made, claim="t" * 43)
    async with connect(server.url, "alice", token="t" * 43) as thief:
        given = await make(thief, ORIGIN)
        await alice.run("ldap.connect", there=SECRET)
        assert await code(thief, "passkey.add", **given) == "invalid"
