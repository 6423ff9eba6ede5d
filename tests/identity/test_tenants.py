"""People of a host application's tenants, on a running server with either database (tests/pipeline/test_tenants.py)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from chatrooms import Chatrooms, Conflict, Settings, User
from chatrooms.pipeline.act import APPLICATION
from tests.people import Person, Refused, connect
from tests.servers import QUICK, serving

TENANTS = {"alice": "acme", "bob": "acme", "gina": "globex", "ivan": None}


async def who(handshake):
    name = handshake.auth.get("id")
    return name and User(name, tenant=TENANTS[name])


@pytest.fixture
async def chat(tmp_path, either_database) -> Chatrooms:
    return Chatrooms(Settings(data=tmp_path, database=either_database, **QUICK), authenticate=who)


@pytest.fixture
async def people(chat) -> AsyncIterator[dict[str, Person]]:
    async with serving(chat, lifespan="on") as url, AsyncExitStack() as stack:
        yield {name: await stack.enter_async_context(connect(url, name, auth={"id": name})) for name in TENANTS}


async def code(person: Person, command: str, **params) -> str:
    with pytest.raises(Refused) as refused:
        await person.run(command, **params)
    return refused.value.code


async def test_people_of_two_tenants_do_not_meet(chat, people):
    alice, bob, gina, ivan = (people[name] for name in TENANTS)
    for me, seen in ((alice, {"alice", "bob"}), (gina, {"gina"}), (ivan, {"ivan"})):
        assert {user["username"] for user in (await me.run("user.list"))["users"]} == seen
    await alice.say("bob", "hello")
    for room in ("alice", "alice+gina", "alice+bob"):
        assert await code(gina, "message.post", room=room, text="x") == "not_found"
    await alice.run("room.create", name="#plans")
    assert [room["name"] for room in (await bob.run("room.list"))["rooms"]] == ["#plans"]
    assert (await gina.run("room.list"))["rooms"] == (await ivan.run("room.list"))["rooms"] == []
    assert await code(gina, "room.join", room="#plans") == "not_found"
    assert await code(alice, "room.invite", room="#plans", username="gina") == "not_found"
    with pytest.raises(Conflict):
        await chat._pipeline.run("room.invite", {"room": "#plans", "username": "gina"}, APPLICATION)


async def test_only_people_without_a_tenant_have_a_lobby(people):
    for name, lobby in (("alice", ""), ("ivan", "#lobby")):
        welcome = await people[name].hears(lambda event, _: event == "welcome")
        assert welcome["server"]["lobby"] == lobby
        changes = (await people[name].run("sync", revs={}, after=""))["changes"]
        assert ("#lobby" in [change["room"] for change in changes]) == (lobby == "#lobby")


async def test_presence_of_another_tenant_looks_like_that_of_nobody(people):
    watched = await people["gina"].run("presence.watch", usernames=["alice", "nobody", "gina"])
    assert watched["states"] == {"alice": "offline", "nobody": "offline", "gina": "online"}
    assert (await people["bob"].run("presence.watch", usernames=["alice"]))["states"] == {"alice": "online"}
    await people["alice"].run("user.update", about="Busy")
    await people["bob"].hears(lambda _, data: data.get("type") == "profile")
    await people["gina"].settled()
    assert not [data for event, data in people["gina"].heard if event == "signal"]


async def test_nobody_watches_who_is_still_to_come(chat, people):
    watched = await people["gina"].run("presence.watch", usernames=["ceo"])
    assert watched["states"] == {"ceo": "offline"}
    await chat.add_user(User("ceo", "Ada", tenant="acme"))
    await chat.add_user(User("ceo", "Ada of Acme", tenant="acme"))
    await people["gina"].settled()
    assert not [data for event, data in people["gina"].heard if event == "signal"]


async def test_display_names_of_other_tenants_are_free(chat, people):
    await people["alice"].run("user.update", name="Ada Moreau")
    assert (await people["gina"].run("user.update", name="Ada Moreau"))["user"]["name"] == "Ada Moreau"
    assert await code(people["bob"], "user.update", name="Ada Moreau") == "name_taken"


async def test_the_application_writes_to_people_of_all_tenants(chat, people):
    for name in ("alice", "gina"):
        await chat.post(name, "Howdy")
        await people[name].hears_text("Howdy")
        await people[name].say(f"{name}+system", "thank you")


async def test_a_tenant_never_changes_and_lasts_where_it_is_not_said(chat, people):
    assert await chat.add_user("alice") == "alice"
    for user in (User("alice", tenant="globex"), User("alice", tenant=""), User("alice", "Alice", tenant="globex")):
        with pytest.raises(Conflict):
            await chat.add_user(user)
    assert (await people["bob"].run("user.get", username="alice"))["user"]["name"] == ""
    await chat.add_user(User("alice", "Alice"))
    assert await code(people["gina"], "user.get", username="alice") == "not_found"


@pytest.mark.parametrize("tenant", ["x" * 65, "a\nb", "\x00"])
def test_a_tenant_is_a_short_text_on_one_line(tenant):
    with pytest.raises(ValueError, match="tenant"):
        User("alice", tenant=tenant)


def test_a_tenant_is_text():
    with pytest.raises(TypeError):
        User("alice", tenant=7)


async def test_who_is_handed_over_is_of_a_tenant(chat, people):
    token = await chat.hand_over(User("dave", tenant="acme"))
    url = people["alice"].url
    async with connect(url, "dave", auth={"token": token}) as dave:
        assert {user["username"] for user in (await dave.run("user.list"))["users"]} == {"alice", "bob", "dave"}


async def test_who_is_removed_and_added_again_is_of_the_same_tenant(chat, people):
    await chat.remove_user("bob")
    await people["bob"].disconnected()
    await chat.add_user("bob")
    assert {user["username"] for user in (await people["alice"].run("user.list"))["users"]} == {"alice", "bob"}
    assert await code(people["gina"], "user.get", username="bob") == "not_found"
