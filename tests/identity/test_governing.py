"""What owners and admins change of a server that runs: who may, what everybody hears of it, what settings decide."""

from __future__ import annotations

import pytest

from tests.appointing import appoint
from tests.doors import DOORS
from tests.identity.test_fresh import outcomes
from tests.identity.test_passkeys import STRONG, add
from tests.people import Person, connect
from tests.servers import running

ROLES = ("owner", "admin", "moderator", "member")
CHANGES = {
    "name": ({"name": "Acme"}, ["fine", "forbidden", "forbidden", "forbidden"]),
    "sign_up": ({"sign_up": "invite"}, ["fine", "fine", "forbidden", "forbidden"]),
    "second_factor": ({"second_factor": "admins"}, ["fine", "forbidden", "forbidden", "forbidden"]),
}
FEWER = {"second_factor": "nobody"}


async def code(person: Person, command: str, door: str = "socket", **params) -> str:
    answer = await DOORS[door](person, command, params)
    return "fine" if answer["ok"] else answer["error"]["code"]


@pytest.fixture
async def people(person, own_server) -> dict[str, Person]:
    """Somebody of each role, who has shown a second factor."""
    people = {role: await person(f"{role}.one") for role in ROLES}
    for role, each in people.items():
        await add(each)
        await appoint(own_server.chat, each.name, role)
    return people


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("what", CHANGES)
async def test_who_may_change_what(people, what, door):
    given, outcomes = CHANGES[what]
    got = [await code(people[role], "server.update", door, **given) for role in reversed(ROLES)]
    assert got == outcomes[::-1]
    assert [await code(people[role], "server.get", door) for role in ROLES] == ["fine", "fine", *["forbidden"] * 2]


async def test_what_one_may_not_do_takes_no_password(people):
    await people["owner"].run("server.update", second_factor="admins")
    for each in people.values():
        await each.run("password.set", password=STRONG)
    got = {role: (await outcomes(each, {"server.update": FEWER}))[0] for role, each in people.items()}
    assert got == {"owner": ("invalid", "password")} | dict.fromkeys(ROLES[1:], ("forbidden", None))
    assert (await people["owner"].run("server.update", **FEWER, password=STRONG))["second_factor"] == "nobody"


async def test_everybody_who_is_online_hears_what_the_server_is_then(people):
    owner = people["owner"]
    for given in ({"sign_up": "invite"}, {"name": "Acme"}, {"second_factor": "nobody"}):
        await owner.run("server.update", **given)
    for each in people.values():
        await each.settled()
        assert [signal["data"] for signal in each.signals("server")] == [
            {"name": "Chatrooms", "sign_up": "invite"},
            {"name": "Acme", "sign_up": "invite"},
            {"name": "Acme", "sign_up": "invite"},
        ]


@pytest.mark.parametrize("given", [{}, {"password": STRONG}, {"name": None}, {"name": " "}, {"name": "x" * 61}])
async def test_what_changes_nothing_is_refused(people, given):
    assert await outcomes(people["owner"], {"server.update": given}) == [("invalid", "name")]


@pytest.mark.parametrize(
    ("setting", "field"),
    [
        ({"name": "Given"}, "name"),
        ({"guests": "claim"}, "sign_up"),
        ({"require_second_factor": "nobody"}, "second_factor"),
    ],
)
async def test_what_a_setting_decides_nobody_changes_nor_anything_with_it(tmp_path, setting, field):
    given = {"name": "Acme", "sign_up": "invite", "second_factor": "admins"}
    async with running(tmp_path, **setting) as server, connect(server.url, "olga") as olga:
        await add(olga)
        await appoint(server.chat, "olga", "owner")
        before = await olga.run("server.get")
        assert await outcomes(olga, {"server.update": given}) == [("conflict", field)]
        assert await olga.run("server.get") == before
        del given[field]
        assert {**await olga.run("server.update", **given), **given} == await olga.run("server.get")
    async with running(tmp_path, **setting) as server, connect(server.url, "olga", token=olga.token) as olga:
        assert (await olga.run("server.get")).items() >= given.items(), "it is stored"


async def test_a_second_factor_is_required_by_an_owner_who_has_shown_one_there(person, own_server):
    olga = await person("olga")
    await appoint(own_server.chat, "olga", "owner")
    asked = {"server.update": {"second_factor": "admins"}}
    assert await outcomes(olga, asked) == [("conflict", "second_factor")]
    assert (await olga.run("server.get"))["second_factor"] == "nobody"
    await add(olga)
    assert await outcomes(olga, asked) == [("fine", None)]
