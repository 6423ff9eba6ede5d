"""Tokens by which a host application hands its users over to pages without a login."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
import socketio.exceptions

from chatrooms import Chatrooms, Settings, User, clock
from chatrooms.cli.restored import renew
from chatrooms.errors import Unauthorized
from chatrooms.identity import hand_over
from chatrooms.identity.hand_over import Handed
from chatrooms.lifetime import WouldBlock
from chatrooms.pipeline.act import Caller
from chatrooms.storage.facts import Facts
from tests.doors import post
from tests.people import Person, connect, leave
from tests.servers import QUICK, serving

OURS = Facts("a1b2c3d4", "epoch", "", "secret")
SHORT = timedelta(minutes=1)
ANN = Handed("ann", 0)
PAGE = "https://shop.example"


def test_a_token_names_its_user_whatever_the_id_is():
    for handed in (Handed("ann@example.com", 0), Handed(" 7 ", 3), Handed("ä+/.=~🦊", 0)):
        token = hand_over.make(OURS, handed, SHORT)
        assert token.isascii() and token.startswith("cro_")
        assert hand_over.read(OURS, token) == handed


def test_a_token_that_was_changed_or_is_of_another_chat_names_no_one():
    token = hand_over.make(OURS, ANN, SHORT)
    other = hand_over.make(OURS, Handed("bob", 0), SHORT)
    payload, signature = token.removeprefix("cro_").split(".")
    forged = [
        f"cro_{other.removeprefix('cro_').split('.')[0]}.{signature}",
        f"cro_{payload}.",
        f"cro_{payload}",
        f"cro_{payload}.{signature}.{signature}",
        f"cro_.{signature}",
        "cro_",
        "cro_ä.ö",
        token[:-1],
        token + "=",
        token.replace("cro_", "crk_"),
    ]
    for wrong in forged:
        with pytest.raises(Unauthorized):
            hand_over.read(OURS, wrong)
    for facts in (OURS._replace(secret="another"), OURS._replace(instance="00000000")):
        with pytest.raises(Unauthorized):
            hand_over.read(facts, token)


def test_a_token_ends(monkeypatch):
    token = hand_over.make(OURS, ANN, SHORT)
    monkeypatch.setattr(clock, "now", lambda: clock.later(timedelta(seconds=59)))
    assert hand_over.read(OURS, token) == ANN
    monkeypatch.setattr(clock, "now", lambda: clock.later(timedelta(seconds=61)))
    with pytest.raises(Unauthorized, match="expired"):
        hand_over.read(OURS, token)


@pytest.mark.parametrize(
    ("minutes", "refusal", "why"),
    [
        ("15", TypeError, "are a number, not str"),
        (None, TypeError, "are a number, not NoneType"),
        *((wrong, ValueError, "at most 1440 minutes") for wrong in (float("nan"), float("inf"), 10**400, 0, 1441)),
    ],
)
def test_how_long_a_token_is_good_for_is_a_number_of_minutes_in_a_day(minutes, refusal, why):
    assert hand_over.lasting(1.5) == timedelta(seconds=90)
    with pytest.raises(refusal, match=why):
        hand_over.lasting(minutes)


@pytest.mark.parametrize("minutes", [0, -1, 24 * 60 + 1])
def test_a_token_is_good_for_a_day_at_most(minutes):
    with pytest.raises(ValueError, match="at most 1440 minutes"):
        hand_over.make(OURS, ANN, timedelta(minutes=minutes))


async def by_login(handshake):
    return handshake.cookies.get("login") or handshake.auth.get("login")


@asynccontextmanager
async def hosting(tmp_path, **settings) -> AsyncIterator[tuple[Chatrooms, str]]:
    chat = Chatrooms(Settings(data=tmp_path, **settings, **QUICK), authenticate=by_login)
    async with chat.lifespan(), serving(chat) as url:
        yield chat, url


def bearer(token: str, **headers: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", **headers}


async def test_a_handed_over_user_reads_and_writes_beside_those_who_log_in(tmp_path):
    async with hosting(tmp_path) as (chat, url):
        token = await chat.hand_over(User("visitor 7", "Visitor", role="guest"))
        async with (
            connect(url, "visitor", auth={"token": token}) as visitor,
            connect(url, "ann", auth={"login": "ann"}) as ann,
        ):
            assert (await visitor.run("user.me"))["user"]["role"] == "guest"
            await visitor.say("#lobby", "Howdy")
            assert await chat.user_id((await ann.hears_text("Howdy"))["author"]) == "visitor 7"
        status, told, _ = await post(url, "/api/user.me", {}, headers=bearer(token))
        assert (status, told["result"]["user"]["name"]) == (200, "Visitor")


async def test_a_host_s_own_bearer_tokens_reach_its_authenticate(tmp_path):
    async def authenticate(handshake):
        return handshake.headers.get("authorization", "").removeprefix("Bearer my ") or None

    chat = Chatrooms(Settings(data=tmp_path, **QUICK), authenticate=authenticate)
    async with chat.lifespan(), serving(chat) as url:
        _, told, _ = await post(url, "/api/user.me", {}, headers=bearer("my ann"))
        assert told["result"]["user"]["username"] == "ann"


async def test_a_page_of_another_site_connects_by_a_token_only_if_its_origin_is_listed(tmp_path):
    async with hosting(tmp_path, origins=(PAGE,)) as (chat, url):
        token = await chat.hand_over("ann")
        evil = {"Origin": "https://evil.example", "Cookie": "login=ann"}
        for given in (evil, bearer(token, **evil)):
            status, told, _ = await post(url, "/api/user.me", {}, headers=given)
            assert (status, told["error"]["code"]) == (403, "forbidden")
        status, told, headers = await post(url, "/api/user.me", {}, headers=bearer(token, Origin=PAGE))
        assert (status, headers["Access-Control-Allow-Origin"]) == (200, PAGE)


async def test_a_socket_with_a_bad_token_is_refused_and_another_proof_does_not_help(tmp_path):
    async with hosting(tmp_path) as (_, url):
        person = Person(url, "ann")
        told = []
        person.client.on("connect_error", told.append)
        with pytest.raises(socketio.exceptions.ConnectionError):
            await person.client.connect(url, auth={"token": "cro_x.y", "login": "ann"})
        await leave(person)
        assert told[0]["data"]["code"] == "unauthorized"


async def test_an_old_token_gives_back_no_role_and_no_name(tmp_path):
    async with hosting(tmp_path) as (chat, url):
        old = await chat.hand_over(User("ann", "Admin Ann", role="admin"))
        new = await chat.hand_over(User("ann", "Ann", role="guest"))
        for token in (old, new):
            _, told, _ = await post(url, "/api/user.me", {}, headers=bearer(token))
            assert (told["result"]["user"]["role"], told["result"]["user"]["name"]) == ("guest", "Ann")
        await chat.add_user(User("ann", role="member"))
        _, told, _ = await post(url, "/api/user.me", {}, headers=bearer(new))
        assert told["result"]["user"]["role"] == "member"


async def _disconnect(chat: Chatrooms) -> None:
    await chat.disconnect("ann")


async def _remove(chat: Chatrooms) -> None:
    await chat.remove_user("ann")
    await chat.add_user("ann")


async def _suspend(chat: Chatrooms) -> None:
    await chat.add_user(User("root", role="owner"))
    await chat.run("user.suspend", {"username": "ann", "reason": "Spam"}, username="root")
    await chat.run("user.restore", {"username": "ann"}, username="root")


async def _sign_out(chat: Chatrooms) -> None:
    await chat._pipeline.run("user.sign_out", {"username": "ann"}, Caller("system", host=True, session="console"))


@pytest.mark.parametrize("end", [_disconnect, _remove, _suspend, _sign_out])
async def test_what_ends_a_person_s_connections_ends_their_tokens_and_no_one_else_s(tmp_path, end):
    async with hosting(tmp_path) as (chat, url):
        ann, bob = await chat.hand_over("ann"), await chat.hand_over("bob")
        async with connect(url, "ann", auth={"token": ann}) as person:
            gone = asyncio.Event()
            person.client.on("disconnect", lambda *_: gone.set())
            await end(chat)
            await gone.wait()
        assert (await post(url, "/api/user.me", {}, headers=bearer(ann)))[0] == 401
        for good in (bob, await chat.hand_over("ann")):
            assert (await post(url, "/api/user.me", {}, headers=bearer(good)))[0] == 200


async def test_a_suspended_user_cannot_come_by_a_token(tmp_path):
    async with hosting(tmp_path) as (chat, url):
        await chat.add_user(User("root", role="owner"))
        await chat.add_user("ann")
        await chat.run("user.suspend", {"username": "ann", "reason": "Spam"}, username="root")
        status, told, _ = await post(url, "/api/user.me", {}, headers=bearer(await chat.hand_over("ann")))
        assert (status, told["error"]["code"]) == (403, "suspended")


async def test_a_chat_where_people_join_by_name_takes_no_users_of_an_application(own_server):
    for call in (own_server.chat.hand_over, own_server.chat.add_user):
        for id in ("ann", "ann@example.com"):
            with pytest.raises(ValueError, match="authenticate"):
                await call(id)
    with pytest.raises(WouldBlock):
        own_server.chat.hand_over_sync("ann")


async def test_a_restored_backup_ends_all_tokens_and_a_key_still_finds_its_message(tmp_path, either_database):
    where = Settings(data=tmp_path, database=either_database)
    async with hosting(tmp_path, database=either_database) as (chat, url):
        old = await chat.hand_over("ann")
        posted = await chat.post("ann", "Order 7 is in.", key="order 7")
        assert (await post(url, "/api/user.me", {}, headers=bearer(old)))[0] == 200
        leaked = chat._pipeline.facts
    await renew(where)
    async with hosting(tmp_path, database=either_database) as (chat, url):
        for token in (old, hand_over.make(leaked, ANN, SHORT)):
            assert (await post(url, "/api/user.me", {}, headers=bearer(token)))[0] == 401
        new = await chat.hand_over("ann")
        assert (await post(url, "/api/user.me", {}, headers=bearer(new)))[0] == 200
        again = await chat.post("ann", "Order 7 is in.", key="order 7")
        assert (again["id"], again["seq"]) == (posted["id"], posted["seq"])
