"""Nobody gets in or stays in through a gap: between a look-up and a room, after a failed one, past a rate."""

from __future__ import annotations

import asyncio

import pytest

from chatrooms.errors import Unauthorized, Unavailable
from chatrooms.features.sync import MAX_BYTES
from chatrooms.identity import tokens
from chatrooms.pipeline.commands import Caller
from chatrooms.types import MAX_TEXT
from tests.doors import post
from tests.identity.test_sessions import refusal
from tests.people import Refused, answered, connect
from tests.servers import running


async def test_a_session_that_is_revoked_while_its_socket_comes_in_lets_nobody_in(person, own_server, monkeypatch):
    alice = await person("alice")
    doorkeeper, pipe = own_server.chat._sockets._doorkeeper, own_server.chat._pipe
    connect_by_token = doorkeeper.connect

    async def revoked_meanwhile(handshake):
        caller, token = await connect_by_token(handshake)
        await pipe.change(lambda act: tokens.revoke(act, tokens.Which(id=caller.session)), caller)
        return caller, token

    monkeypatch.setattr(doorkeeper, "connect", revoked_meanwhile)
    assert await refusal(own_server.url, {"token": alice.token}) == "unauthorized"


async def test_a_revoked_session_cannot_be_touched(own_server):
    with pytest.raises(Unauthorized):
        await own_server.chat._pipe.change(lambda act: tokens.touch(act, "no such session"), Caller("alice"))


async def test_who_was_removed_hears_nothing_even_if_they_could_not_be_aligned(person, own_server, monkeypatch):
    alice, mallory = await person("alice"), await person("mallory")
    await alice.run("room.create", name="#staff", access="private")
    await alice.run("room.invite", room="#staff", username="mallory")
    live = own_server.chat._live

    async def fail(_username, _sid=None):
        raise Unavailable

    with monkeypatch.context() as away:
        away.setattr(live, "align", fail)
        assert (await alice.run("room.remove", room="#staff", username="mallory"))["member"]["gone"]
    assert not live.sockets_in("mallory")
    await alice.say("#staff", "secret")
    again = await person("mallory", token=mallory.token)
    await again.settled()
    assert [*mallory.texts("#staff"), *again.texts("#staff")] == []


async def test_a_claim_that_is_repeated_at_once_is_let_in_each_time(own_server):
    auth = {"username": "alice", "claim": "t" * 43}

    async def come() -> str:
        async with connect(own_server.url, "alice", auth=auth) as alice:
            return (await alice.run("user.me"))["user"]["username"]

    assert await asyncio.gather(*(come() for _ in range(4))) == ["alice"] * 4


async def test_who_is_known_may_read_though_nothing_can_be_written(person, own_server, monkeypatch):
    alice = await person("alice")

    async def full(*_):
        raise Unavailable

    monkeypatch.setattr(tokens, "stale", lambda _known: True)
    monkeypatch.setattr(own_server.chat._db, "change", full)
    _, answer, _ = await post(own_server.url, "/api/user.me", {}, headers={"Authorization": f"Bearer {alice.token}"})
    assert answered(answer)["user"]["username"] == "alice"


async def test_a_signal_reaches_no_stranger_by_way_of_a_conversation_that_was_not_begun(person):
    alice, mallory = await person("alice"), await person("mallory")
    await mallory.run("room.leave", room="#lobby")
    for to in ("alice", "alice+mallory"):
        with pytest.raises(Refused, match="not_found"):
            await mallory.run("signal", to=to, type="boo")
    await mallory.say("alice", "Hello")
    await mallory.run("signal", to="alice+mallory", type="hello")
    await alice.hears(lambda event, data: event == "signal" and data["type"] == "hello")


async def test_large_signals_use_up_the_rate_sooner(tmp_path):
    async with running(tmp_path, rate_signal="20/minute") as server, connect(server.url, "alice") as alice:
        for _ in range(2):
            await alice.run("signal", to="alice", type="x", data="x" * 60_000)
        with pytest.raises(Refused, match="rate_limited"):
            await alice.run("signal", to="alice", type="x", data="x")


async def test_what_is_refused_as_invalid_counts_too(tmp_path):
    async with running(tmp_path, rate_other="5/minute") as server, connect(server.url, "alice") as alice:
        refusals = []
        for _ in range(7):
            with pytest.raises(Refused) as refused:
                await alice.run("presence.watch", usernames=["not a name"])
            refusals.append(refused.value.code)
        assert refusals == ["invalid"] * 5 + ["rate_limited"] * 2


async def test_a_room_whose_owner_removes_themselves_passes_on(person):
    alice, bob = await person("alice"), await person("bob")
    await alice.run("room.create", name="#den", access="private")
    await alice.run("room.invite", room="#den", username="bob")
    await alice.run("room.remove", room="#den", username="alice")
    assert (await bob.run("room.update", room="#den", title="Bob's"))["room"]["title"] == "Bob's"


async def test_nothing_is_read_in_a_conversation_that_was_not_begun(person):
    alice = await person("alice")
    await person("bob")
    with pytest.raises(Refused, match="not_found"):
        await alice.run("read.mark", room="alice+bob", seq=1)


async def test_an_answer_stays_small_however_json_writes_its_words(person):
    alice = await person("alice")
    for room in ("#one", "#two"):
        await alice.run("room.create", name=room)
        for _ in range(12):
            await alice.say(room, '"' * MAX_TEXT)
    late = await person("alice", token=alice.token)
    revs, rounds = {}, []
    while True:
        caught = await late.run("sync", revs=revs)
        words = [m["text"] for change in caught["changes"] for m in change.get("messages", ())]
        rounds.append(sum(2 * len(text) + 2 for text in words))
        revs |= {change["room"]: change["rev"] for change in caught["changes"]}
        if not caught["more"]:
            break
    assert len(rounds) > 1 and max(rounds) <= MAX_BYTES and sum(rounds) == 24 * (2 * MAX_TEXT + 2)
    page = await late.run("history", room="#one", limit=100)
    assert page["messages"] and page["more"] is False
