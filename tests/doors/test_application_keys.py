"""Keys of the application that the command line makes: what programs do by them, and what nobody else can."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from chatrooms import Chatrooms, Remote, RemoteRefused, Settings, User
from chatrooms.cli.database import keys
from chatrooms.cli.opening import Unable
from chatrooms.pipeline.scopes import CALLS
from tests.cli.operator import typed
from tests.databases import put_into
from tests.doors import post
from tests.identity.test_service_keys import outcome
from tests.people import connect
from tests.servers import QUICK, serving

KEY = "0123456789abcdef" * 2
NOT_FOR_THAT = ("forbidden", "This key is not for that: make one that allows it.")
FOR_NONE = ("forbidden", "No key of this kind allows that.")
NOT_IN_ROOM = ("forbidden", "This key doesn't cover that room.")
NOT_AS_USER = ("forbidden", "This key speaks for the application alone, and for none of its users.")
OVER = ("unauthorized", "This key is invalid, has expired, or was revoked.")


@dataclass
class Running:
    """A chat without the setting ``service_key``, whose keys are made beside it."""

    url: str
    settings: Settings

    async def key(self, *commands: str, rooms: list[str] | None = None, who: str = "system", days=None) -> dict:
        made = (self.settings, who, "Worker", list(commands), rooms or [])
        return await asyncio.to_thread(keys.make, *made, days=days)

    async def remote(self, *commands: str, rooms: list[str] | None = None) -> Remote:
        return Remote(self.url, key=(await self.key(*commands, rooms=rooms))["token"])


@pytest.fixture
async def chat(tmp_path) -> AsyncIterator[Running]:
    async def who(handshake):
        return handshake.auth.get("id") or handshake.headers.get("x-user")

    await put_into(tmp_path)
    settings = Settings(data=tmp_path, name="Acme", **QUICK)
    made = Chatrooms(settings, authenticate=who)
    async with made.lifespan(), serving(made) as url:
        await made.add_user(User("alice", role="owner"))
        await made.run("room.create", {"name": "#orders"})
        await made.run("room.create", {"name": "#orders-not", "access": "private"})
        yield Running(url, settings)


async def result(call) -> tuple[str, str] | str:
    try:
        await call
    except RemoteRefused as refused:
        return refused.code, refused.message
    return "fine"


async def test_a_key_posts_and_reads_as_the_application_and_nothing_else(chat):
    shop = await chat.remote()
    async with connect(chat.url, "alice", auth={"id": "alice"}) as alice:
        posted = await shop.post("alice", "Your order has shipped")
        assert (posted["author"], posted["room"]) == ("system", "alice+system")
        await alice.hears_text("Your order has shipped")
    assert (await shop.run("history", {"room": "#orders"}))["messages"] == []
    assert await result(shop.run("room.create", {"name": "#more"})) == NOT_FOR_THAT
    assert await result(shop.run("key.create", {"name": "x", "commands": ["read"]})) == FOR_NONE
    assert await result(shop.run("key.list", {})) == FOR_NONE
    assert await result(shop.post("alice", "x", author="alice")) == NOT_AS_USER
    assert await result(shop.run("history", {"room": "#orders"}, username="alice")) == NOT_AS_USER
    assert await result(shop.post("bob", "x", create=True)) == NOT_FOR_THAT
    assert await result(shop.hand_over("alice")) == FOR_NONE
    for call in (shop.add_user("bob", role="owner"), shop.emit("news", {}, to="#lobby")):
        assert await result(call) == NOT_FOR_THAT


async def test_a_key_for_some_rooms_stays_in_them(chat):
    shop = await chat.remote("read", "post", "add_user", "signal", rooms=["#orders"])
    posted = await shop.post("#orders", "one")
    assert await result(shop.post(text="below", thread=posted["id"])) == "fine"
    assert await result(shop.run("history", {"room": "#orders"})) == "fine"
    for room in ("#lobby", "#orders-not"):
        assert await result(shop.post(room, "x")) == NOT_IN_ROOM
        assert await result(shop.run("history", {"room": room})) == NOT_IN_ROOM
    assert await result(shop.post("alice", "x")) == NOT_IN_ROOM
    assert await result(shop.add_user("bob")) == NOT_IN_ROOM
    assert await result(shop.signal("#orders", "x")) == NOT_IN_ROOM
    assert await result(shop.run("search", {"query": "one"})) == NOT_IN_ROOM


CALLED = {
    "add_user": {"id": "alice"},
    "username": {"id": "alice"},
    "user_id": {"username": "alice"},
    "set_picture": {"id": "alice", "picture": None},
    "signal": {"to": "alice", "type": "x"},
    "emit": {"event": "news", "to": "#lobby"},
    "disconnect": {"id": "alice"},
    "remove_user": {"id": "alice"},
}


async def test_each_call_is_allowed_by_its_name_alone(chat):
    tokens = {name: (await chat.key(name))["token"] for name in CALLS}
    tokens["read"] = (await chat.key("read", "own", "rooms"))["token"]
    assert set(CALLED) == set(CALLS)
    for call, params in CALLED.items():
        for name, token in tokens.items():
            headers = {"Authorization": f"Bearer {token}"}
            status, answer, _ = await post(chat.url, f"/application/{call}", params, headers=headers)
            assert (status == 200) is (name == call), (call, name, answer)
    with pytest.raises(Unable, match="hand_over is not a command"):
        await chat.key("hand_over")
    with pytest.raises(Unable, match="add_user is not a command"):
        await chat.key("add_user", who="alice")


async def test_a_key_ends_at_once_when_it_is_rotated_revoked_or_has_expired(chat):
    first = await chat.key("read", rooms=["#orders"], days=9)
    second = await asyncio.to_thread(keys.rotate, chat.settings, "system", first["id"])
    assert {**second, "id": 0, "token": 0, "created_at": 0} == {**first, "id": 0, "token": 0, "created_at": 0}
    for token, expected in ((first["token"], OVER), (second["token"], "fine")):
        assert await result(Remote(chat.url, key=token).run("history", {"room": "#orders"})) == expected
    (listed,) = await asyncio.to_thread(keys.listed, chat.settings, "system")
    assert listed["id"] == second["id"] and listed["used_at"] and "token" not in listed
    await asyncio.to_thread(keys.revoke, chat.settings, "system", second["id"])
    past = await chat.key("read", days=-1)
    for token in (second["token"], past["token"], "cra_" + "x" * 43):
        assert await result(Remote(chat.url, key=token).run("history", {"room": "#orders"})) == OVER
    for work in (keys.rotate, keys.revoke):
        with pytest.raises(Unable, match="system has no key"):
            await asyncio.to_thread(work, chat.settings, "system", second["id"])


async def test_a_key_of_the_application_is_nobodys_elsewhere_and_a_persons_is_not_the_applications(tmp_path):
    await put_into(tmp_path)
    settings = Settings(data=tmp_path, service_key=KEY, **QUICK)
    made = Chatrooms(settings)
    async with made.lifespan(), serving(made) as url, connect(url, "alice") as alice:
        running = Running(url, settings)
        ours, hers = await running.key("read"), await running.key("read", who="alice")
        assert await outcome(url, ours["token"], "user.me") == "unauthorized"
        assert await outcome(url, hers["token"], "history", room="#lobby") == "fine"
        told = await result(Remote(url, key=hers["token"]).run("history", {"room": "#lobby"}))
        assert told[0] == "unauthorized" and "by chatrooms.client" in told[1]
        assert await result(Remote(url, key=ours["token"]).run("history", {"room": "#lobby"})) == "fine"
        assert await result(Remote(url, key=KEY).run("room.create", {"name": "#more"})) == "fine"
        page = {"Authorization": f"Bearer {ours['token']}", "Origin": "http://evil.example"}
        assert (await post(url, "/application/post", {}, headers=page))[0] == 403
        assert [key["id"] for key in (await alice.run("key.list"))["keys"]] == [hers["id"]]
        for command in ("key.rotate", "key.revoke"):
            with pytest.raises(Exception, match="not_found"):
                await alice.run(command, id=ours["id"])
        for command, params in (("key.create", {"name": "x", "commands": ["read"]}), ("key.list", {})):
            told = await result(Remote(url, key=KEY).run(command, params))
            assert told[0] == "forbidden"


@pytest.mark.slow  # a process for each command
async def test_the_command_line_makes_lists_rotates_and_revokes_it(chat, tmp_path):
    where = ("--data", str(tmp_path))
    if chat.settings.database:
        where = ("--database", chat.settings.database)
    status, out, _ = await typed(tmp_path, "key", "system", "--allow", "post", "--json", *where)
    made = json.loads(out)["key"]
    assert status == 0 and made["token"].startswith("cra_")
    assert await result(Remote(chat.url, key=made["token"]).post("#orders", "x")) == "fine"
    token = (await typed(tmp_path, "key", "system", "--rotate", made["id"], *where))[1].strip()
    assert await result(Remote(chat.url, key=token).post("#orders", "x")) == "fine"
    listed = (await typed(tmp_path, "key", "system", "--list", *where))[1]
    assert len(listed.splitlines()) == 1 and token not in listed and made["id"] not in listed
    assert (await typed(tmp_path, "key", "system", "--revoke", listed.split()[0], *where))[0] == 0
    assert await result(Remote(chat.url, key=token).post("#orders", "x")) == OVER
