"""The first owner: one link, one winner, worthless afterwards; and who may join before."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from chatrooms import Chatrooms, Settings, clock
from chatrooms.features import roles
from chatrooms.identity import setups
from chatrooms.pipeline.chat import NOBODY
from tests.appointing import appoint
from tests.doors import get, post
from tests.identity.entering import code_of, enter, whose
from tests.people import Refused, connect
from tests.servers import QUICK, running, serving
from tests.test_breaches import KNOWN, written

PASSWORD = "umbrella cactus 42"


async def link(server) -> str:
    return (await server.chat.owned()).code


async def owners(server) -> list[str]:
    return await server.chat._pipeline.lookup(roles.owners)


async def test_the_link_claims_a_name_with_a_password_and_names_the_server(own_server):
    code = await link(own_server)
    _, answer, _ = await post(own_server.url, "/api/setup.get", {"code": code})
    assert answer["result"] == {"name": "Chatrooms", "can_rename": True}
    status, answer, cookie = await enter(
        own_server.url, "setup", code=code, username="Olga", password=PASSWORD, name="Acme Corp"
    )
    assert (status, answer["result"]["user"]["role"]) == (200, "owner")
    assert await whose(own_server.url, cookie) == "olga"
    assert (await enter(own_server.url, "password", username="olga", password=PASSWORD))[0] == 200
    assert "<title>Acme Corp</title>" in (await get(own_server.url, "/"))[1]
    async with connect(own_server.url, "bob") as bob:
        welcome = await bob.hears(lambda event, _: event == "welcome")
        assert welcome["server"]["name"] == "Acme Corp"
        (system,) = (await bob.run("user.list", usernames=["system"]))["users"]
        assert system["name"] == "Acme Corp"


async def test_the_name_stays_after_a_restart_unless_the_setting_says_another(tmp_path):
    async with running(tmp_path) as server:
        await enter(server.url, "setup", code=await link(server), username="olga", password=PASSWORD, name="Acme")
        token = None
    for given, shown in (({}, "Acme"), ({"name": "Given"}, "Given")):
        async with running(tmp_path, **given) as server, connect(server.url, "bob", token=token) as bob:
            token = bob.token
            assert (await bob.hears(lambda event, _: event == "welcome"))["server"]["name"] == shown
            assert (await bob.run("user.list", usernames=["system"]))["users"][0]["name"] == shown


async def test_the_setting_wins_over_the_name_that_the_owner_gives(tmp_path):
    async with running(tmp_path, name="Given") as server:
        code = await link(server)
        _, answer, _ = await post(server.url, "/api/setup.get", {"code": code})
        assert answer["result"] == {"name": "Given", "can_rename": False}
        await enter(server.url, "setup", code=code, username="olga", password=PASSWORD, name="Other")
        assert "<title>Given</title>" in (await get(server.url, "/"))[1]


async def test_an_owner_renames_the_server_unless_the_setting_says_its_name(tmp_path):
    async with running(tmp_path) as server, connect(server.url, "olga") as olga:
        with pytest.raises(Refused, match="forbidden"):
            await olga.run("server.update", name="Acme")
        await appoint(server.chat, "olga", "owner")
        assert (await olga.run("server.update", name="Acme"))["name"] == "Acme"
        assert "<title>Acme</title>" in (await get(server.url, "/"))[1]
        assert await code_of(server.url, "join", username="acme") == "invalid"
    async with running(tmp_path, name="Given") as server, connect(server.url, "olga", token=olga.token) as olga:
        with pytest.raises(Refused, match="conflict"):
            await olga.run("server.update", name="Other")


async def test_of_several_at_once_exactly_one_becomes_the_owner(own_server):
    code = await link(own_server)
    names = [f"olga{number}" for number in range(5)]
    answers = await asyncio.gather(
        *(enter(own_server.url, "setup", code=code, username=name, password=PASSWORD) for name in names)
    )
    assert sorted(status for status, _, _ in answers) == [200, 401, 401, 401, 401]
    won = next(answer["result"]["user"]["username"] for status, answer, _ in answers if status == 200)
    assert await owners(own_server) == [won]
    for name in set(names) - {won}:
        assert (await enter(own_server.url, "join", username=name))[0] == 200  # what was refused took no name


async def test_a_link_is_worthless_once_there_is_an_owner(own_server):
    code = await link(own_server)
    async with connect(own_server.url, "olga"):
        await appoint(own_server.chat, "olga", "owner")
    assert await code_of(own_server.url, "setup", code=code, username="eve", password=PASSWORD) == "unauthorized"
    assert (await own_server.chat.owned()) == setups.Start(has_owner=True, code=None)


async def test_of_servers_that_start_each_prints_a_link_and_the_first_that_is_followed_ends_the_others(own_server):
    one, other = await link(own_server), await link(own_server)
    entry = {"username": "olga", "password": PASSWORD}
    assert (await enter(own_server.url, "setup", code=one, **entry))[0] == 200
    assert await code_of(own_server.url, "setup", code=other, **entry) == "unauthorized"


async def test_a_link_of_the_console_ends_those_before_and_each_expires(own_server, monkeypatch):
    before = await link(own_server)
    after = await own_server.chat._pipeline.change(lambda act: setups.make(act.db), NOBODY)
    entry = {"username": "olga", "password": PASSWORD}
    assert await code_of(own_server.url, "setup", code=before, **entry) == "unauthorized"
    late = clock.later(setups.GOOD_FOR + timedelta(seconds=1))
    with monkeypatch.context() as later:
        later.setattr(clock, "now", lambda: late)
        assert await code_of(own_server.url, "setup", code=after, **entry) == "unauthorized"
    assert (await enter(own_server.url, "setup", code=after, **entry))[0] == 200


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"code": "x" * 43}, "unauthorized"),
        ({"code": "short"}, "invalid"),
        ({"password": None}, "invalid"),
        ({"password": "password"}, "invalid"),
        ({"username": "admin"}, "invalid"),
        ({"username": "bob"}, "name_taken"),
        ({"username": "b\u03bfb"}, "name_taken"),
        ({"name": " "}, "invalid"),
        ({"name": "x" * 61}, "invalid"),
    ],
)
async def test_what_is_refused_leaves_the_link_as_it_was(own_server, given, refused):
    code = await link(own_server)
    async with connect(own_server.url, "bob"):
        pass
    params = {"code": code, "username": "olga", "password": PASSWORD}
    assert await code_of(own_server.url, "setup", **params | given) == refused
    assert (await enter(own_server.url, "setup", **params))[0] == 200


async def test_the_password_of_an_owner_is_not_one_of_known_breaches(tmp_path):
    file = written(tmp_path / "breached")
    async with running(tmp_path / "data", breached_passwords=str(file)) as server:
        given = {"code": await link(server), "username": "olga"}
        assert await code_of(server.url, "setup", **given, password=KNOWN[7]) == "invalid"
        assert (await enter(server.url, "setup", **given, password=PASSWORD))[0] == 200


async def test_a_person_who_is_signed_in_here_becomes_the_owner_under_their_name(own_server):
    _, _, cookie = await enter(own_server.url, "join", username="alice")
    code = await own_server.chat._pipeline.change(lambda act: setups.make(act.db), NOBODY)
    given = {"code": code, "username": "alice"}
    async with connect(own_server.url, "bob") as bob:
        await bob.run("presence.watch", usernames=["alice"])
        status, answer, headers = await post(own_server.url, "/api/session.setup", given, headers={"Cookie": cookie})
        assert (status, answer["result"]["user"]["role"]) == (200, "owner")
        heard = await bob.hears(lambda event, data: event == "signal" and data["type"] == "profile")
        assert heard["data"]["role"] == "owner"
    assert await whose(own_server.url, headers["Set-Cookie"].split(";")[0]) == "alice"


async def test_a_server_that_has_people_prints_no_link_but_says_that_it_has_no_owner(own_server):
    async with connect(own_server.url, "alice"):
        pass
    assert await own_server.chat.owned() == setups.Start(has_owner=False, code=None)


async def test_the_database_holds_no_code(own_server):
    code = await link(own_server)
    rows = await own_server.chat._pipeline.lookup(lambda db: db.execute(setups.setups.select()).all())
    assert len(rows) == 1 and code not in repr(rows)


PROXIED = {"X-Forwarded-For": "203.0.113.7"}


@pytest.mark.parametrize(
    ("settings", "headers", "allowed"),
    [
        ({}, {}, True),
        ({}, PROXIED, False),
        ({}, {"Forwarded": "for=203.0.113.7"}, False),
        ({"guests": "claim"}, PROXIED, True),
        ({"guests": "open"}, PROXIED, True),
    ],
)
async def test_until_somebody_is_there_guests_come_from_this_machine_alone(tmp_path, settings, headers, allowed):
    async with running(tmp_path, **settings) as server:
        _, answer, _ = await post(server.url, "/api/session.join", {"username": "eve"}, headers=headers)
        assert answer["ok"] == allowed
        if not allowed:
            assert answer["error"]["code"] == "unauthorized" and "no owner" in answer["error"]["message"]
        await enter(server.url, "setup", code=await link(server) or "x" * 43, username="olga", password=PASSWORD)
        _, answer, _ = await post(server.url, "/api/session.join", {"username": "later"}, headers=headers)
        assert answer["ok"]


async def test_where_a_host_application_signs_people_in_there_is_no_such_link(tmp_path):
    async def authenticate(_handshake):
        return "alice"

    chat = Chatrooms(Settings(data=tmp_path, **QUICK), authenticate=authenticate)
    async with chat.lifespan(), serving(chat) as url:
        code = await chat._pipeline.change(lambda act: setups.make(act.db), NOBODY)
        assert await code_of(url, "setup", code=code, username="olga", password=PASSWORD) == "forbidden"
