"""A link ends with the session or proof that made it, so that a thief can neither come back by it nor let others in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.appointing import appoint
from tests.identity.entering import enter
from tests.identity.every_way import every_way
from tests.identity.test_changed_meanwhile import disconnect_directory, disconnect_provider
from tests.identity.test_ldap import SECRET
from tests.identity.test_oidc import PAGE, Browser, link
from tests.identity.test_pending import (
    STRONG,
    change_password,
    make,
    remove_passkey,
    turn_codes_off,
    turn_codes_on,
)
from tests.people import Person, connect

Way = Callable[[Person, list[str]], Awaitable[object]]


async def revoke_one(alice: Person) -> None:
    others = [each["id"] for each in (await alice.run("session.list"))["sessions"] if not each["current"]]
    await alice.run("session.revoke", id=others[0])


async def revoke_others(alice: Person) -> None:
    await alice.run("session.revoke_others")


async def nothing(_alice: Person) -> None:
    """Change nothing."""


def alone(change: Callable[[Person], Awaitable[object]]) -> Way:
    """Return a change that takes no code."""
    return lambda alice, _codes: change(alice)


WAYS: dict[str, Way] = {
    "another password": alone(change_password),
    "first codes": alone(turn_codes_on),
    "another app": alone(turn_codes_on),
    "codes no longer": lambda alice, codes: turn_codes_off(alice, codes[0]),
    "a passkey removed": alone(remove_passkey),
    "the provider disconnected": alone(disconnect_provider),
    "the directory disconnected": alone(disconnect_directory),
    "another session ended": alone(revoke_one),
    "all others ended": alone(revoke_others),
    "nothing": alone(nothing),
}


@pytest.fixture
async def here(tmp_path):
    """A server that alice owns, who signs in by all there is but codes, and the provider."""
    async with (
        every_way(tmp_path) as (server, provider),
        connect(server.url, "alice") as alice,
        connect(server.url, "bob") as bob,
    ):
        await appoint(server.chat, "alice", "owner")
        await alice.run("password.set", password=STRONG)
        await link(alice, Browser(server, provider), password=STRONG)
        await alice.run("ldap.connect", there=SECRET, password=STRONG)
        await alice.run("passkey.add", **await make(alice, PAGE.rstrip("/"), password=STRONG))
        await enter(server.url, "password", username="alice", password=STRONG, claim="t" * 43)
        yield alice, bob


@pytest.mark.parametrize("of", ["alice", "bob"])
@pytest.mark.parametrize("way", WAYS)
async def test_links_of_ones_own_and_for_others_end_with_what_they_were_made_by(here, way, of):
    alice, _ = here
    codes = await turn_codes_on(alice) if way in ("another app", "codes no longer") else []
    asked = ("link.create", {}) if of == "alice" else ("user.link", {"username": "bob", "password": STRONG})
    code = (await alice.run(asked[0], **asked[1]))["link"]["code"]
    await WAYS[way](alice, codes)
    assert (await enter(alice.url, "link", code=code, claim="l" * 43))[0] == (200 if way == "nothing" else 401)


@pytest.mark.parametrize("way", WAYS)
async def test_those_that_others_have_made_themselves_stay(here, way):
    alice, bob = here
    codes = await turn_codes_on(alice) if way in ("another app", "codes no longer") else []
    code = (await bob.run("link.create"))["link"]["code"]
    await WAYS[way](alice, codes)
    assert (await enter(alice.url, "link", code=code, claim="l" * 43))[0] == 200


async def test_ones_own_link_ends_with_the_session_that_signs_out(here):
    alice, _ = here
    code = (await alice.run("link.create"))["link"]["code"]
    (own,) = (each["id"] for each in (await alice.run("session.list"))["sessions"] if each["current"])
    await alice.run("session.revoke", id=own)
    assert (await enter(alice.url, "link", code=code, claim="l" * 43))[0] == 401
