"""Suspended people: out at once on every door, unable to come back, their name and messages kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

import pytest
import socketio.exceptions
from sqlalchemy import insert, select

from chatrooms import Chatrooms, Settings, clock
from chatrooms.errors import Refusal
from chatrooms.identity import sessions as sessions_of
from chatrooms.identity import suspending, suspensions
from chatrooms.identity.digests import digest
from chatrooms.identity.suspended_tokens import refusal_of, suspended_tokens
from chatrooms.pipeline.act import APPLICATION, Caller
from chatrooms.pipeline.chat import NOBODY
from chatrooms.pipeline.rights import ROLES
from chatrooms.storage.tables import sessions
from tests.appointing import appoint
from tests.direct import Direct
from tests.doors import DOORS, post
from tests.identity.entering import code_of, enter, run, whose
from tests.identity.test_sessions import refusal
from tests.people import Refused, connect
from tests.pipeline.test_permissions import CASES
from tests.servers import QUICK, running, serving

REASON = "Posted advertisements."


@pytest.fixture
async def mona(person, own_server):
    """Mona, a moderator of the server."""
    mona = await person("mona")
    await appoint(own_server.chat, "mona", "moderator")
    return mona


PEOPLE = {"olga": "owner", "otto": "owner", "adam": "admin", "anna": "admin", "mona": "moderator", "max": "moderator"}


@pytest.fixture
def direct():
    direct = Direct()
    for name, role in (PEOPLE | {"gus": "guest"}).items():
        direct.join(name)
        direct.appoint(name, role)
    yield direct
    direct.engine.dispose()


def change(direct: Direct, who: str) -> list[str]:
    """Return what becomes of changing the reason of gus's suspension and of restoring gus."""
    return [
        fate_of(lambda: direct.run(who, "user.suspend", {"username": "gus", "reason": "Other"})),
        fate_of(lambda: lift(direct, Caller(who), "gus")),
    ]


def fate_of(run: Callable[[], object]) -> str:
    try:
        run()
    except Refusal as refusal:
        return refusal.code
    return "fine"


def lift(direct: Direct, me: Caller, username: str, *, proven: bool = False) -> None:
    direct.commit(me, lambda act: suspending.lift(act, username, proven=proven))


def test_restoring_a_person_with_power_over_others_takes_proof(direct):
    for username, code in {"gus": "fine", "mona": "conflict", "adam": "conflict"}.items():
        direct.run("olga", "user.suspend", {"username": username, "reason": REASON})
        assert fate_of(partial(lift, direct, Caller("olga"), username)) == code
        assert fate_of(partial(lift, direct, Caller("olga"), username, proven=True)) == "fine"


@pytest.mark.parametrize("by", PEOPLE)
@pytest.mark.parametrize("who", PEOPLE)
def test_a_suspension_is_changed_by_people_whose_role_is_at_least_that_of_who_made_it(direct, by, who):
    direct.run(by, "user.suspend", {"username": "gus", "reason": REASON})
    may = ROLES.index(PEOPLE[who]) >= ROLES.index(PEOPLE[by])
    assert change(direct, who) == ["fine" if may else "forbidden"] * 2
    with direct.engine.connect() as db:
        found = suspensions.find(db, "gus")
    assert found is None if may else found and (found["by"], found["reason"]) == (by, REASON)


@pytest.mark.parametrize("who", PEOPLE)
def test_a_suspension_from_the_console_is_changed_only_there(direct, who):
    with direct.engine.begin() as db:
        suspending.store(db, "gus", "system", REASON)
    assert change(direct, who) == ["forbidden"] * 2
    lift(direct, APPLICATION, "gus")
    with direct.engine.connect() as db:
        assert suspensions.find(db, "gus") is None


async def suspend(moderator, username: str) -> dict:
    return (await moderator.run("user.suspend", username=username, reason=REASON))["suspension"]


async def test_all_sockets_close_every_command_is_refused_and_the_messages_stay(mona, person, own_server):
    alice, bob = await person("alice"), await person("bob")
    phone = await person("alice", token=alice.token)
    said = await alice.say("#lobby", "hello")
    suspension = await suspend(mona, "alice")
    assert (suspension["by"], suspension["reason"]) == ("mona", REASON)
    await alice.disconnected()
    await phone.disconnected()
    for command, cases in CASES.items():
        params = {key: "x" if value in ("SECRET", "NEW") else value for key, value in cases[0][0].items()}
        assert (await run(alice, command, **params))["error"]["code"] == "suspended"
    assert [m["id"] for m in (await bob.run("history", room="#lobby"))["messages"] if m["author"] == "alice"] == [
        said["id"]
    ]


async def test_no_packet_that_comes_after_the_commit_has_an_effect(mona, person):
    alice = await person("alice")

    async def keep_posting() -> None:
        while alice.client.connected:
            await alice.client.emit("message.post", {"room": "#lobby", "text": "again"})
            await asyncio.sleep(0)

    posting = asyncio.create_task(keep_posting())
    await mona.hears_text("again")
    await suspend(mona, "alice")
    last = (await mona.run("history", room="#lobby"))["messages"][-1]
    await alice.disconnected()
    await posting
    assert (await mona.run("history", room="#lobby"))["messages"][-1] == last


@pytest.mark.parametrize("way", ["name", "password", "link", "claim"])
async def test_there_is_no_way_back_in(mona, person, own_server, way):
    claim = "a" * 43
    alice = await person("alice", auth={"username": "alice", "claim": claim})
    link = (await alice.run("link.create"))["link"]["code"]
    await alice.run("password.set", password="umbrella cactus 42")
    await suspend(mona, "alice")
    url = own_server.url
    match way:
        case "name":
            assert await code_of(url, "join", username="alice") == "name_taken"
        case "password":
            assert await code_of(url, "password", username="alice", password="umbrella cactus 42") == "suspended"
            assert await code_of(url, "password", username="alice", password="wrong") == "unauthorized"
        case "link":
            assert await code_of(url, "link", code=link) == "unauthorized"
        case _:
            for auth in ({"username": "alice", "claim": claim}, {"token": claim}, {"username": "alice"}):
                with pytest.raises(socketio.exceptions.ConnectionError):
                    async with connect(url, "alice", auth=auth):
                        pass


WHY = {"code": "suspended", "message": f"Your account is suspended: {REASON}", "details": {}}


async def test_the_reason_is_read_by_those_who_have_a_token_of_the_person_and_by_no_one_else(mona, person, own_server):
    url, claim = own_server.url, "a" * 43
    _, _, cookie = await enter(url, "join", username="alice")
    gus = await person("gus", auth={"username": "gus", "claim": claim})
    await suspend(mona, "alice")
    await suspend(mona, "gus")
    await mona.run("user.suspend", username="gus", reason=REASON)
    _, known, _ = await post(url, "/api/session.join", {"username": "alice"}, headers={"Cookie": cookie})
    _, stranger, _ = await post(url, "/api/session.join", {"username": "alice"})
    assert (known["error"], stranger["error"]["code"]) == (WHY, "name_taken")
    assert REASON not in str(stranger)
    assert (await run(gus, "user.me"))["error"] == WHY
    assert await refusal(url, {"token": claim}) == "suspended"
    assert await refusal(url, {"username": "gus", "claim": claim}) == "suspended"
    assert await refusal(url, {"username": "alice"}, headers={"Cookie": cookie}) == "suspended"
    assert await refusal(url, {"username": "gus", "claim": "b" * 43}) == "name_taken"
    seen = (await mona.run("server.people", query="alice"))["people"][0]
    assert (seen["sessions"], seen["seen_at"]) == (0, None)


async def test_restoring_brings_no_session_back_and_the_reason_is_forgotten(mona, own_server):
    url = own_server.url
    _, _, cookie = await enter(url, "join", username="alice")
    await suspend(mona, "alice")
    await mona.run("user.restore", username="alice")
    headers = {"Cookie": cookie}
    assert await whose(url, cookie) is None
    _, answer, _ = await post(url, "/api/session.join", {"username": "alice"}, headers=headers)
    assert answer["error"]["code"] == "name_taken"
    assert await own_server.chat._pipeline.lookup(lambda db: db.execute(select(suspended_tokens)).all()) == []


async def test_a_suspended_person_leaves_a_browser(mona, own_server):
    _, _, cookie = await enter(own_server.url, "join", username="alice")
    await suspend(mona, "alice")
    leave = "/api/session.leave", {"username": "alice"}
    status, _, headers = await post(own_server.url, *leave, headers={"Cookie": cookie})
    assert (status, "Max-Age=0" in headers["Set-Cookie"]) == (200, True)


def test_a_token_that_has_proved_several_people_is_known_until_all_are_restored(direct):
    with direct.engine.begin() as db:
        for name in ("gus", "mona"):
            at = {"created_at": clock.now(), "seen_at": clock.now()}
            db.execute(insert(sessions).values(id=name, token_hash=digest("t"), username=name, agent="", **at))
            suspending.store(db, name, "system", f"{name}: {REASON}")
        assert not sessions_of.exists(db, "t")
        suspending.drop(db, "gus")
        assert "mona: " in str(refusal_of(db, "t"))
        suspending.drop(db, "mona")
        assert refusal_of(db, "t") is None


async def test_where_names_are_unverified_a_suspended_one_is_refused_too(tmp_path):
    async with running(tmp_path, guests="open") as server, connect(server.url, "mona") as mona:
        async with connect(server.url, "alice"):
            await appoint(server.chat, "mona", "moderator")
            await suspend(mona, "alice")
        assert await code_of(server.url, "join", username="alice") == "suspended"


async def test_a_restored_person_signs_in_again(mona, person, own_server):
    alice = await person("alice")
    await alice.run("password.set", password="umbrella cactus 42")
    await suspend(mona, "alice")
    assert await mona.run("user.restore", username="alice") == {"suspension": None}
    _, _, cookie = await enter(own_server.url, "password", username="alice", password="umbrella cactus 42")
    assert await whose(own_server.url, cookie) == "alice"
    assert (await mona.run("user.restore", username="alice")) == {"suspension": None}


async def test_suspending_again_changes_the_reason(mona, person):
    await person("alice")
    await suspend(mona, "alice")
    again = (await mona.run("user.suspend", username="alice", reason="Spam"))["suspension"]
    assert again["reason"] == "Spam"


@pytest.mark.parametrize("door", DOORS)
async def test_only_people_with_a_lower_role_can_be_suspended(mona, person, own_server, door):
    others = {"olga": "owner", "adam": "admin", "max": "moderator", "gus": "guest"}
    for name, role in others.items():
        await person(name)
        await appoint(own_server.chat, name, role)
    got = {}
    for name in (*others, "mona", "nobody", "system"):
        answer = await DOORS[door](mona, "user.suspend", {"username": name, "reason": "x"})
        got[name] = answer["error"]["code"] if not answer["ok"] else "fine"
    assert got == {
        **dict.fromkeys(("olga", "adam", "max", "mona"), "forbidden"),
        "gus": "fine",
        **dict.fromkeys(("nobody", "system"), "not_found"),
    }
    answer = await DOORS[door](mona, "user.suspend", {"username": "gus", "reason": ""})
    assert answer["error"]["code"] == "invalid"


async def test_their_invitations_lead_nowhere_until_they_are_restored(mona, person):
    alice, bob = await person("alice"), await person("bob")
    await alice.run("room.create", name="#den", access="private")
    code = (await alice.run("invite.create", room="#den"))["invite"]["code"]
    await suspend(mona, "alice")
    with pytest.raises(Refused, match="not_found"):
        await bob.run("invite.accept", code=code)
    await mona.run("user.restore", username="alice")
    assert (await bob.run("invite.accept", code=code))["member"]["room"] == "#den"


async def test_the_people_of_a_host_application_are_out_and_come_back(tmp_path):
    async def authenticate(handshake):
        return handshake.headers.get("login")

    chat = Chatrooms(Settings(data=tmp_path, **QUICK), authenticate=authenticate)
    async with chat.lifespan(), serving(chat) as url:
        async with connect(url, "alice", headers={"login": "alice"}) as alice:
            assert (await post(url, "/api/user.me", {}, headers={"login": "mona"}))[0] == 200
            await appoint(chat, "mona", "moderator")
            await chat.run("user.suspend", {"username": "alice", "reason": REASON}, username="mona")
            await alice.disconnected()
        _, answer, _ = await post(url, "/api/user.me", {}, headers={"login": "alice"})
        assert answer["error"]["code"] == "suspended"
        assert answer["error"]["message"] == f"Your account is suspended: {REASON}"
        with pytest.raises(Refusal) as refused:
            await chat.post("#lobby", "hi", author="alice")
        assert refused.value.code == "suspended"
        await chat.run("user.restore", {"username": "alice"}, username="mona")
        assert (await chat.post("#lobby", "hi", author="alice"))["author"] == "alice"
        assert (await post(url, "/api/user.me", {}, headers={"login": "alice"}))[0] == 200


async def test_the_last_owner_cannot_be_suspended_even_from_the_console(person, own_server):
    await person("olga")
    await appoint(own_server.chat, "olga", "owner")
    with pytest.raises(Refusal, match="last owner"):
        await own_server.chat._pipeline.change(
            lambda act: suspending.store(act.db, "olga", "system", "x"), NOBODY, "olga"
        )
    found = await own_server.chat._pipeline.lookup(lambda db: suspensions.find(db, "olga"))
    assert found is None
