"""What shows a second factor in a session, which then is good for all, and in no other one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pyotp
import pytest
from sqlalchemy import select

from chatrooms.storage.tables import sessions
from tests.identity.entering import enter
from tests.identity.test_fresh import KEY, outcomes
from tests.identity.test_passkeys import HERE
from tests.identity.test_pending import STRONG, make, turn_codes_on
from tests.people import Person


async def turn_on(alice: Person, _codes: list[str]) -> None:
    app = pyotp.TOTP((await alice.run("factor.begin", password=STRONG))["secret"])
    await alice.run("factor.enable", code=app.now())


async def show(alice: Person, codes: list[str]) -> None:
    await alice.run("factor.show", code=codes[0])


async def renew(alice: Person, codes: list[str]) -> None:
    await alice.run("factor.renew", password=STRONG, code=codes[0])


async def add_passkey(alice: Person, _codes: list[str]) -> None:
    await alice.run("passkey.add", **await make(alice, HERE, password=STRONG))


Show = Callable[[Person, list[str]], Awaitable[None]]


@pytest.mark.parametrize(("way", "has_one"), [(turn_on, False), (show, True), (renew, True), (add_passkey, False)])
async def test_what_shows_it_in_ones_own_session_alone(person, own_server, way: Show, has_one):
    alice = await person("alice")
    await alice.run("password.set", password=STRONG)
    people = {}
    for letter in "abc":
        await enter(alice.url, "password", username="alice", password=STRONG, claim=letter * 43)
        people[letter] = await person("alice", token=letter * 43)
    codes = await turn_codes_on(people["c"]) if has_one else []
    before = await shown(own_server)
    await way(people["a"], codes)
    (own,) = (each["id"] for each in (await people["a"].run("session.list"))["sessions"] if each["current"])
    assert await shown(own_server) - before == {own}
    assert await outcomes(people["a"], {"key.create": KEY}, password=STRONG) == [("fine", None)]


async def shown(server) -> set[str]:
    """Return the sessions in which one was shown."""
    found = select(sessions.c.id).where(sessions.c.second_factor)
    return set(await server.chat._pipeline.lookup(lambda db: list(db.scalars(found))))
