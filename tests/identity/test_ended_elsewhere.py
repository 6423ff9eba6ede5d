"""A session that another node has ended is known here a little later; until then it makes nothing that lasts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pyotp
import pytest
from sqlalchemy import delete

from chatrooms import clock
from chatrooms.errors import Unauthorized
from chatrooms.identity import service_keys, suspensions
from chatrooms.pipeline.act import Caller
from chatrooms.pipeline.scopes import Scope
from chatrooms.storage.tables import sessions
from tests.direct import Direct
from tests.identity.every_way import every_way
from tests.identity.test_fresh import KEY
from tests.identity.test_ldap import SECRET
from tests.identity.test_lifetimes import write
from tests.identity.test_oidc import PAGE
from tests.identity.test_pending import OTHER, STRONG, code, make, turn_codes_on
from tests.people import Person, connect

ORIGIN = PAGE.rstrip("/")


Given = Callable[[Person], Awaitable[dict[str, Any]]]


def just(**given: Any) -> Given:
    """Return parameters that do not depend on who runs the command."""

    async def same(_person: Person) -> dict[str, Any]:
        return given

    return same


async def first_code(alice: Person) -> dict[str, Any]:
    app = pyotp.TOTP((await alice.run("factor.begin", password=STRONG))["secret"])
    return {"code": app.now()}


async def recovery_code(alice: Person) -> dict[str, Any]:
    return {"code": (await turn_codes_on(alice))[0]}


async def password_and_code(alice: Person) -> dict[str, Any]:
    return {"password": STRONG} | await recovery_code(alice)


async def new_passkey(alice: Person) -> dict[str, Any]:
    return await make(alice, ORIGIN, password=STRONG)


async def key_to_rotate(alice: Person) -> dict[str, Any]:
    key = (await alice.run("key.create", **KEY, password=STRONG))["key"]
    return {"id": key["id"], "password": STRONG}


MAKING: dict[str, Given] = {
    "password.set": just(password=OTHER, current=STRONG),
    "factor.begin": just(password=STRONG),
    "factor.enable": first_code,
    "factor.show": recovery_code,
    "factor.renew": password_and_code,
    "passkey.begin": just(origin=ORIGIN, password=STRONG),
    "passkey.add": new_passkey,
    "key.create": just(**KEY, password=STRONG),
    "key.rotate": key_to_rotate,
    "link.create": just(),
    "invite.create": just(room="#lobby"),
    "oidc.connect": just(password=STRONG),
    "ldap.connect": just(there=SECRET, password=STRONG),
}
"""Commands that make what signs in later, or lets others in."""


@pytest.fixture
async def server(tmp_path):
    async with every_way(tmp_path) as (started, _):
        yield started


@pytest.mark.parametrize("ended", [False, True], ids=["goes on", "ended"])
@pytest.mark.parametrize("command", MAKING)
async def test_a_session_that_was_ended_makes_nothing_that_lasts(server, command, ended):
    async with connect(server.url, "alice") as alice:
        await alice.run("password.set", password=STRONG)
        given = await MAKING[command](alice)
        if ended:
            await write(server, delete(sessions).where(sessions.c.username == "alice"))
        assert await code(alice, command, **given) == ("unauthorized" if ended else "fine")


@pytest.fixture
def direct():
    direct = Direct()
    direct.join("mia")
    direct.run("mia", "room.create", {"name": "#den"})
    yield direct
    direct.engine.dispose()


def invite(direct: Direct, me: Caller) -> str:
    """Make an invitation; return ``fine``, or the code of the refusal."""
    try:
        direct.run_as(me, "invite.create", {"room": "#den"})
    except Unauthorized as refusal:
        return refusal.code
    return "fine"


def test_neither_does_a_service_key_that_was_ended_or_has_expired(direct):
    about = {"name": "Robot", "commands": ["rooms"], "rooms": None, "expires_at": None}
    with direct.engine.begin() as db:
        key, late = [service_keys.make(db, "mia", about | {"expires_at": at})["id"] for at in (None, clock.now())]
    asked = [Caller("mia", session=each, scope=Scope(frozenset(["rooms"]))) for each in (key, late)]
    assert [invite(direct, me) for me in asked] == ["fine", "unauthorized"]
    with direct.engine.begin() as db:
        service_keys.end(db, "mia", key)
    assert [invite(direct, me) for me in asked] == ["unauthorized"] * 2


def test_nor_does_somebody_without_a_session_who_was_suspended_but_the_application_does(direct):
    assert invite(direct, Caller("mia")) == "fine"
    with direct.engine.begin() as db:
        suspensions.store(db, "mia", "system", "x")
    assert [invite(direct, me) for me in (Caller("mia"), Caller("mia", host=True))] == ["unauthorized", "fine"]
