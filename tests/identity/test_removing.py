"""People whom the host application removed: out at once, in no list, until it adds them again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial

import pytest
import socketio.exceptions

from chatrooms import Chatrooms, NotFound, Remote, Settings, Unauthorized, User
from chatrooms.errors import Refusal, Suspended
from chatrooms.identity import removing, suspending, suspensions
from chatrooms.pipeline.act import APPLICATION, Caller
from tests.direct import Direct
from tests.doors import post
from tests.people import Person, Refused, connect
from tests.servers import QUICK, running, serving

KEY = "0123456789abcdef" * 2
ALICE = "alice@example.com"
ADMIN = {ALICE: "admin"}


async def who(handshake):
    id = handshake.auth.get("id")
    return User(id, role=ADMIN.get(id)) if id else None


class Host:
    """A chat whose host application believes what the handshake says."""

    def __init__(self, chat: Chatrooms, url: str) -> None:
        self.chat, self.url = chat, url

    def tab(self, id: str):
        """Connect as a user."""
        return connect(self.url, id.partition("@")[0], auth={"id": id})


@pytest.fixture
async def host(tmp_path, either_database) -> AsyncIterator[Host]:
    settings = Settings(data=tmp_path, database=either_database, name="Acme", service_key=KEY, **QUICK)
    chat = Chatrooms(settings, authenticate=who)
    async with chat.lifespan(), serving(chat) as url:
        yield Host(chat, url)


async def code_of(run) -> str:
    """Return the code of the refusal that awaiting ``run`` raises; empty if there is none."""
    try:
        await run
    except (Refusal, Refused) as refusal:
        return refusal.code
    return ""


async def is_refused(host: Host, id: str) -> str:
    """Return the code by which a socket of a user is rejected."""
    person = Person(host.url, id)
    told = []
    person.client.on("connect_error", told.append)
    with pytest.raises(socketio.exceptions.ConnectionError):
        await person.client.connect(host.url, auth={"id": id})
    await person.http.close()
    return told[0]["data"]["code"]


async def usernames(person: Person, command: str, **params) -> list[str]:
    """Return the usernames of a list."""
    result = await person.run(command, **params)
    return [row["username"] for row in result.get("users", result.get("members"))]


async def test_a_person_who_is_removed_is_out_and_in_no_list_and_what_they_wrote_stays(host):
    async with host.tab(ALICE) as alice, host.tab(ALICE) as phone, host.tab("bob") as bob, host.tab("carol") as carol:
        await alice.run("room.create", name="#plans", access="private")
        await alice.run("room.invite", room="#plans", username="bob")
        said = await alice.say("#plans", "Keep this")
        await alice.say("alice+bob", "And this")
        await host.chat.post(ALICE, "Welcome")

        await host.chat.remove_user(ALICE)
        await alice.disconnected()
        await phone.disconnected()
        assert await is_refused(host, ALICE) == "suspended"

        assert await usernames(bob, "user.list") == ["bob", "carol"]
        assert await usernames(bob, "user.list", query="ali") == []
        assert await usernames(bob, "user.list", usernames=["alice"]) == ["alice"]
        for room in ("#lobby", "#plans"):
            assert "alice" not in await usernames(bob, "room.members", room=room)
        roles = {row["username"]: row["role"] for row in (await bob.run("room.members", room="#plans"))["members"]}
        assert roles == {"bob": "owner"}
        texts = [row["text"] for row in (await bob.run("history", room="#plans"))["messages"]]
        assert said["text"] in texts
        assert (await bob.run("history", room="alice+bob"))["messages"][0]["author"] == "alice"

        assert await code_of(bob.run("room.invite", room="#plans", username="alice")) == "not_found"
        assert await code_of(carol.say("alice+carol", "Are you there?")) == "not_found"
        for call in (
            host.chat.post(ALICE, "x"),
            host.chat.post(ALICE, "x", create=True),
            host.chat.post_many([(ALICE, "x")]),
        ):
            assert await code_of(_first(call)) == "not_found"
        assert await code_of(host.chat.run("user.me", {}, username=ALICE)) == "suspended"
        assert await code_of(host.chat.post("bob", "x", author=ALICE)) == "suspended"
        assert await host.chat.username(ALICE) == "alice"
        await host.chat.remove_user(ALICE)


async def _first(call):
    result = await call
    if isinstance(result, list):
        raise result[0]


async def test_a_person_who_is_added_again_has_their_name_and_conversations_but_no_rooms_and_no_role(host):
    async with host.tab(ALICE) as alice, host.tab("bob") as bob:
        await alice.run("room.create", name="#plans", access="private")
        await alice.run("room.invite", room="#plans", username="bob")
        await alice.say("alice+bob", "Hello")
        assert (await alice.run("user.me"))["user"]["role"] == "admin"
        await host.chat.remove_user(ALICE)
        await alice.disconnected()
        assert await is_refused(host, ALICE) == "suspended"
        profile = (await bob.run("user.get", username="alice"))["user"]
        assert profile["role"] == "member", "a rejected handshake gives no role"

        assert await host.chat.add_user(ALICE) == "alice"
        assert "alice" in await usernames(bob, "user.list")
        assert "alice" in await usernames(bob, "room.members", room="#lobby")
        async with host.tab(ALICE) as again:
            assert await code_of(again.run("history", room="#plans")) == "not_found"
            assert (await again.run("history", room="alice+bob"))["messages"][0]["text"] == "Hello"
            await bob.run("room.invite", room="#plans", username="alice")
            await again.say("#plans", "Back")


async def test_who_was_removed_is_not_handed_over_either_and_gets_no_role_by_it(host):
    token = await host.chat.hand_over(User("bob", role="admin"))
    bearer = {"Authorization": f"Bearer {token}"}
    async with host.tab("bob"):
        await host.chat.remove_user("bob")
    status, answer, _ = await post(host.url, "/api/user.me", {}, headers=bearer)
    assert (status, answer["error"]["code"]) == (403, "suspended")
    await host.chat.add_user("bob")
    async with host.tab("bob") as bob:
        assert (await bob.run("user.me"))["user"]["role"] == "member"


async def test_removing_that_was_interrupted_is_finished_before_the_person_comes_back(host):
    async with host.tab(ALICE) as alice:
        await alice.run("room.create", name="#plans", access="private")
        pipeline = host.chat._pipeline
        await pipeline.change(lambda act: removing._bar(act, "alice"), APPLICATION, "alice")
        await alice.disconnected()
    await host.chat.add_user(ALICE)
    async with host.tab(ALICE) as again:
        assert await code_of(again.run("history", room="#plans")) == "not_found"


async def test_other_processes_and_threads_remove_people_too(host):
    shop = Remote(host.url, key=KEY)
    async with host.tab("bob") as bob:
        await shop.remove_user("bob")
        await bob.disconnected()
    await shop.add_user("bob")
    async with host.tab("bob") as bob:
        await asyncio.to_thread(host.chat.disconnect_sync, "bob")
        await bob.disconnected()
    async with host.tab("bob") as bob:
        await asyncio.to_thread(host.chat.remove_user_sync, "bob")
        await bob.disconnected()
    assert await asyncio.to_thread(host.chat.add_user_sync, User("bob", "Bob")) == "bob"
    async with host.tab("bob"):
        pass


@pytest.mark.parametrize(("id", "code"), [("nobody", "not_found"), ("", "invalid"), ("system", "not_found")])
async def test_who_was_never_here_cannot_be_removed(host, id, code):
    assert await code_of(host.chat.remove_user(id)) == code
    answer = await post(host.url, "/application/remove_user", {"id": id}, headers={"Authorization": f"Bearer {KEY}"})
    assert answer[1]["error"]["code"] == code


async def test_a_guest_is_removed_by_the_username_and_cannot_come_back_by_their_token(tmp_path):
    async with running(tmp_path) as server:
        async with connect(server.url, "alice") as alice:
            token = alice.token
            assert await code_of(server.chat.remove_user("system")) == "not_found"
            await server.chat.remove_user("alice")
            await alice.disconnected()
        bearer = {"Authorization": f"Bearer {token}"}
        assert (await post(server.url, "/api/user.me", {}, headers=bearer))[0] == Unauthorized.status
        with pytest.raises(NotFound):
            await server.chat.post("alice", "x")


@pytest.fixture
def direct():
    direct = Direct()
    for name, role in {"olga": "owner", "mona": "moderator", "gus": "member"}.items():
        direct.join(name)
        direct.appoint(name, role)
    yield direct
    direct.engine.dispose()


def suspension(direct: Direct) -> tuple[str, str] | None:
    """Return who suspended gus, and why."""
    with direct.engine.connect() as db:
        found = suspensions.find(db, "gus")
    return found and (found["by"], found["reason"])


@pytest.mark.parametrize("when", ["before", "after", "never"])
def test_only_the_application_adds_people_again_and_other_suspensions_stay(direct, when):
    with direct.engine.begin() as db:
        if when == "before":
            suspending.store(db, "gus", "mona", "Spam.")
        suspensions.remove(db, "gus")
        if when == "after":
            suspending.store(db, "gus", "system", "Spam.")
    before = suspension(direct)
    for name in ("olga", "mona"):
        with pytest.raises(Refusal, match=r"application|forbidden|permission"):
            direct.run(name, "user.suspend", {"username": "gus", "reason": "x"})
        with pytest.raises(Refusal, match=r"application|forbidden|permission"):
            direct.commit(Caller(name), partial(suspending.lift, username="gus", proven=True))
    assert suspension(direct) == before
    with direct.engine.begin() as db:
        with pytest.raises(Suspended, match="no longer have access"):
            suspensions.require_none(db, "gus")
        suspensions.readmit(db, "gus")
    expected = {"before": ("mona", "Spam."), "after": ("system", "Spam."), "never": None}
    assert suspension(direct) == expected[when]
